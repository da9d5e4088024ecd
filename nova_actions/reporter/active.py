# SPDX-License-Identifier: Apache-2.0
"""The recorder that this process uses now."""

import atexit
import os
import threading
from typing import Any

from nova_actions.reporter import direct

_lock = threading.Lock()
_current: Any = direct.Direct()


def current() -> Any:
    """Return the process's recorder; one without a spool before
    ``setup()``."""
    return _current


def replace(new: Any) -> Any:
    """Set the process's recorder and return the one before."""
    global _current
    with _lock:
        old, _current = _current, new
    return old


def _after_fork() -> None:
    global _current, _lock
    _lock = threading.Lock()
    _current = _current.reborn()


def _at_exit() -> None:
    timeout = _current.settings.timeout
    if _current.settings.mode in ('durable', 'off'):
        # What is recorded from now on goes to the spool: sent at once, it
        # would wait for the bus and belong to no session.
        _current.stop(timeout, at_exit=True)
    else:
        replace(direct.Direct()).stop(timeout)


os.register_at_fork(after_in_child=_after_fork)
atexit.register(_at_exit)
