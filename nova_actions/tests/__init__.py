# SPDX-License-Identifier: Apache-2.0
"""The tests. Importing them settles how services run, as the commands do."""

from oslo_service import backend

backend.init_backend(backend.BackendType.THREADING)
