# SPDX-License-Identifier: Apache-2.0
"""The breaker: who does not answer is not waited for on each request."""

import math
import threading
import time
from collections.abc import Callable

from nova_actions import exception

#: After how many seconds a silent cell is tried again.
RETRY = 30.0


class Breaker:
    """Refuses for :data:`RETRY` seconds after a failure; then it lets one
    caller try, and refuses the others until that one knows."""

    def __init__(
        self, cell: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._cell = cell
        self._clock = clock
        self._lock = threading.Lock()
        self._closed_until: float | None = None

    def enter(self) -> None:
        """:raises CellUnavailable: when the cell is not to be tried now"""
        with self._lock:
            if self._closed_until is None:
                return
            now = self._clock()
            if now < self._closed_until:
                raise self._error(self._closed_until - now)
            self._closed_until = now + RETRY

    def trip(self) -> exception.CellUnavailable:
        """Note a failure, and return the error to raise."""
        with self._lock:
            self._closed_until = self._clock() + RETRY
        return self._error(RETRY)

    def reset(self) -> bool:
        """Note an answer, and tell whether there had been none."""
        with self._lock:
            was_closed = self._closed_until is not None
            self._closed_until = None
            return was_closed

    def _error(self, seconds: float) -> exception.CellUnavailable:
        return exception.CellUnavailable(
            cell=self._cell, retry_after=math.ceil(seconds)
        )
