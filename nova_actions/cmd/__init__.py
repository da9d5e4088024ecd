# SPDX-License-Identifier: Apache-2.0
"""The commands. Importing any of them settles how services run: threads.

Python imports a package before its modules, so the choice is made once,
here, before oslo.service or oslo.messaging can look for a backend.
"""

import warnings

# Eventlet is there because oslo.service still depends on it; it is not used.
# futurist imports it to see whether it is, and a person who runs a command
# should not read about that. To go with oslo.service's dependency.
warnings.filterwarnings('ignore', message=r'\s*Eventlet is deprecated')

from oslo_service import backend  # noqa: E402

backend.init_backend(backend.BackendType.THREADING)
