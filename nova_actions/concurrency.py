# SPDX-License-Identifier: Apache-2.0
"""How our own processes run concurrent work: in threads."""

import sys

from oslo_service import backend


def use_threads() -> None:
    """Choose threads for this process, before anything asks oslo.service.

    Nothing is imported until a service asks for it. Eventlet is installed,
    since oslo.service still depends on it, and oslo.messaging, oslo.utils and
    futurist import it wherever they find it: in a process of ours they do
    not. Where it was imported already, it stays.
    """
    # Python's way to say that there is no such module.
    sys.modules.setdefault('eventlet', None)  # type: ignore[arg-type]
    backend.register_backend_default_hook(
        lambda: backend.BackendType.THREADING
    )
