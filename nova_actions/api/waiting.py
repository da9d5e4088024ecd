# SPDX-License-Identifier: Apache-2.0
"""Requests that wait for something to happen: so many at once that others are
still answered."""

import collections
import contextlib
import threading
from collections.abc import Iterator

#: How many requests of one project wait at once.
PER_PROJECT = 2


class Room:
    """Where the requests of one process wait.

    :param threads: how many answer requests; half of them may wait
    """

    def __init__(self, threads: int) -> None:
        self._seats = threads // 2
        self._taken: collections.Counter[str | None] = collections.Counter()
        self._lock = threading.Lock()
        self._closed = threading.Event()

    @contextlib.contextmanager
    def seat(self, project_id: str | None) -> Iterator[bool]:
        """Tell whether a request may wait, and keep its place meanwhile."""
        with self._lock:
            is_free = (
                self._taken.total() < self._seats
                and self._taken[project_id] < PER_PROJECT
            )
            self._taken[project_id] += is_free
        try:
            yield is_free
        finally:
            with self._lock:
                self._taken[project_id] -= is_free
                # What is zero is not kept.
                self._taken += collections.Counter()

    def pause(self, seconds: float) -> bool:
        """Wait; tell whether to go on waiting: not once the room is
        closed."""
        return not self._closed.wait(seconds)

    def close(self) -> None:
        """Have nobody wait any longer: the process ends."""
        self._closed.set()
