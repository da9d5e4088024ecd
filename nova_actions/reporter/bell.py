# SPDX-License-Identifier: Apache-2.0
"""A bell: wakes threads that wait for something to become true."""

import collections
import contextlib
import threading
import time
from collections.abc import Callable


class Bell:
    """What a ``threading.Condition`` is, without its lock.

    A Condition takes its lock in Python code. When a signal handler raises
    in there, as one that calls ``sys.exit`` does, the lock stays taken for
    ever, and so does every thread wait that records. Who rings this bell
    takes no lock at all.
    """

    def __init__(self) -> None:
        self._sleepers: collections.deque[threading.Lock] = collections.deque()

    def ring(self) -> None:
        """Have all who wait look again."""
        with contextlib.suppress(IndexError):
            for _ in range(len(self._sleepers)):
                self._sleepers.popleft().release()

    def wait_for(
        self, predicate: Callable[[], object], timeout: float
    ) -> bool:
        """Wait until a predicate is true, and tell whether it is.

        :param timeout: seconds; infinity is allowed
        """
        until = time.monotonic() + timeout
        while not predicate():
            sleeper = threading.Lock()
            sleeper.acquire()
            self._sleepers.append(sleeper)
            # It may have become true before the bell could reach us.
            if predicate():
                self._forget(sleeper)
                return True
            left = min(until - time.monotonic(), threading.TIMEOUT_MAX)
            if left <= 0 or not sleeper.acquire(timeout=left):
                self._forget(sleeper)
                return bool(predicate())
        return True

    def _forget(self, sleeper: 'threading.Lock') -> None:
        # The ringing thread may have taken it.
        with contextlib.suppress(ValueError):
            self._sleepers.remove(sleeper)
