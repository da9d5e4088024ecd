# SPDX-License-Identifier: Apache-2.0
"""The folder in which several processes count, so that one of them can serve
the metrics of all (prometheus_client's multiprocess mode)."""

import contextlib
import fcntl
import os
import re
from collections.abc import Callable

_COUNTS = re.compile(r'[a-z]+(?:_[a-z]+)?_([0-9]+)\.db')
_LOCK = 'lock'


class Folder:
    """A folder that processes share as long as one of them runs.

    Each holds a shared lock, which the kernel releases when the process ends.
    The process that finds it free is the first: it removes the files of
    processes that have ended, which would otherwise be counted for ever.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock: int | None = None

    def join(self) -> None:
        """Start sharing it.

        :raises OSError: it cannot be used
        """
        make(self.path)
        self._lock = os.open(
            os.path.join(self.path, _LOCK),
            os.O_RDWR | os.O_CREAT | os.O_CLOEXEC,
            0o600,
        )
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for name in os.listdir(self.path):
                if _COUNTS.fullmatch(name):
                    os.unlink(os.path.join(self.path, name))
        fcntl.flock(self._lock, fcntl.LOCK_SH)

    def leave(self) -> None:
        """Stop sharing it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def bury(self, forget: Callable[[int, str], object]) -> None:
        """Forget the gauges of processes that have ended; what they counted
        stays.

        :param forget: called with the process id and the folder
        """
        found = {
            int(match[1])
            for match in map(_COUNTS.fullmatch, os.listdir(self.path))
            if match
        }
        for number in found:
            if not _is_alive(number):
                forget(number, self.path)


def make(path: str) -> None:
    """Make a folder for this user alone, if there is none.

    :raises OSError: it cannot be made
    """
    os.makedirs(path, mode=0o700, exist_ok=True)


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
