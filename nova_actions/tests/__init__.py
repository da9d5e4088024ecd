# SPDX-License-Identifier: Apache-2.0
"""The tests. Importing them settles how services run, as the commands do."""

import os

from oslo_service import backend

backend.init_backend(backend.BackendType.THREADING)

# A log belongs to the report of a failure, not to every test's.
os.environ.setdefault('OS_LOG_CAPTURE', '1')
