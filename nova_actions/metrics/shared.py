# SPDX-License-Identifier: Apache-2.0
"""The folder in which several processes count, so that one of them can tell
of all (prometheus_client's multiprocess mode)."""

import contextlib
import fcntl
import os
import re
from collections.abc import Callable

_COUNTS = re.compile(r'[a-z]+(?:_[a-z]+)?_([0-9]+)\.db')
_LOCK = 'lock'


class Folder:
    """A folder that processes share as long as one of them lives.

    Each holds a lock that the kernel lets go of when the process ends. Who
    finds it free is the first: what is there is of processes that are gone,
    and is removed, or else their counts would be told for ever.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock: int | None = None

    def join(self) -> None:
        """Be one of those that share it.

        :raises OSError: it cannot be had
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
        """Share it no longer."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def bury(self, forget: Callable[[int, str], object]) -> None:
        """Have those forgotten that are gone.

        :param forget: is given a process's number and the folder; what the
            process has counted stays, what it was doing goes
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
    """Make a folder for this user alone, where there is none.

    :raises OSError: it cannot be had
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
