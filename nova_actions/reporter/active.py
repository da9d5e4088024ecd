# SPDX-License-Identifier: Apache-2.0
"""The recorder that this process uses now."""

import atexit
import os
import threading
from collections.abc import Sequence
from typing import Protocol

from nova_actions.reporter import direct
from nova_actions.reporter import loss
from nova_actions.reporter import recorder
from nova_actions.reporter import transition


class Recorder(Protocol):
    """What takes the reports of a process; see
    :class:`recorder.Recorder`."""

    settings: recorder.Settings
    losses: loss.Losses

    def reborn(self) -> 'Recorder': ...
    def record(
        self,
        transitions: Sequence[transition.Transition],
        required: bool = False,
        /,
    ) -> bool: ...
    def hold(self, handle: transition.Handle, /) -> None: ...
    def flush(self, timeout: float, /) -> bool: ...
    def stop(self, timeout: float, /, at_exit: bool = False) -> bool: ...
    def stats(self) -> dict[str, int]: ...


_lock = threading.Lock()
_current: Recorder = direct.Direct()


def current() -> Recorder:
    """Return the process's recorder; one without a spool before
    ``setup()``."""
    return _current


def replace(new: Recorder) -> Recorder:
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
