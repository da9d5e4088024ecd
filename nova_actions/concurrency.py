# SPDX-License-Identifier: Apache-2.0
"""How our own processes run concurrent work: in threads."""

import sys

from oslo_service import backend


def use_threads() -> None:
    """Choose threads for this process, before anything uses oslo.service.

    oslo.service still depends on eventlet, and oslo.messaging, oslo.utils and
    futurist import it when it is installed; this prevents it. An eventlet that
    has already been imported stays.
    """
    # Makes Python raise ModuleNotFoundError.
    sys.modules.setdefault('eventlet', None)  # type: ignore[arg-type]
    backend.register_backend_default_hook(
        lambda: backend.BackendType.THREADING
    )
