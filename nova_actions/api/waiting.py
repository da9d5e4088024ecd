# SPDX-License-Identifier: Apache-2.0
"""Requests that wait for changes: a limited number, so that other requests
are still handled."""

import collections
import contextlib
import threading
from collections.abc import Iterator

#: The maximum number of waiting requests of one project.
PER_PROJECT = 2


class Room:
    """Where the requests of one process wait.

    :param threads: the number of threads that handle requests; at most half
        of them wait
    """

    def __init__(self, threads: int) -> None:
        self._seats = threads // 2
        self._taken: collections.Counter[str | None] = collections.Counter()
        self._lock = threading.Lock()
        self._closed = threading.Event()

    @contextlib.contextmanager
    def seat(self, project_id: str | None) -> Iterator[bool]:
        """Yield whether a request may wait, and keep its place meanwhile."""
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
                # Drops the zeros.
                self._taken += collections.Counter()

    def pause(self, seconds: float) -> bool:
        """Wait, and return whether to go on waiting: False once the room is
        closed."""
        return not self._closed.wait(seconds)

    def close(self) -> None:
        """End all waiting, since the process ends."""
        self._closed.set()
