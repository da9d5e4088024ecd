# SPDX-License-Identifier: Apache-2.0
"""A circuit breaker: a cell that does not answer is not asked each time."""

import math
import threading
import time
from collections.abc import Callable

from nova_actions import exception

#: After how many seconds a silent cell is tried again.
RETRY = 30.0


class Breaker:
    """It opens for :data:`RETRY` seconds after a failure: callers are refused.
    Then it lets one caller try, and refuses the others until that one has
    an answer, which closes it.

    :param cell: the name of the cell
    :param clock: seconds, monotonic
    """

    def __init__(
        self, cell: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._cell = cell
        self._clock = clock
        self._lock = threading.Lock()
        self._open_until: float | None = None

    def enter(self) -> None:
        """Ask whether the cell may be tried now.

        :raises CellUnavailable: it may not
        """
        with self._lock:
            if self._open_until is None:
                return
            now = self._clock()
            if now < self._open_until:
                raise self._error(self._open_until - now)
            self._open_until = now + RETRY

    def trip(self) -> exception.CellUnavailable:
        """Note a failure, and return the error to raise."""
        with self._lock:
            self._open_until = self._clock() + RETRY
        return self._error(RETRY)

    def reset(self) -> bool:
        """Note an answer, and tell whether there had been none."""
        with self._lock:
            was_open = self._open_until is not None
            self._open_until = None
            return was_open

    def _error(self, seconds: float) -> exception.CellUnavailable:
        return exception.CellUnavailable(
            cell=self._cell, retry_after=math.ceil(seconds)
        )
