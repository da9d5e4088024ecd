# SPDX-License-Identifier: Apache-2.0
"""The commands. Importing any of them settles how services run: threads.

Python imports a package before its modules, so the choice is made once,
here, before oslo.service or oslo.messaging can look for a backend.
"""

from oslo_service import backend

backend.init_backend(backend.BackendType.THREADING)
