# SPDX-License-Identifier: Apache-2.0
"""Entries for WSGI servers. Importing one settles how services run:
threads."""

from oslo_service import backend

backend.init_backend(backend.BackendType.THREADING)
