# SPDX-License-Identifier: Apache-2.0
"""The spool of a reporter that has none on disk."""

import json
import threading
from collections.abc import Iterable, Sequence

from nova_actions.reporter.spool import entry
from nova_actions.reporter.spool import room

Entry = entry.Entry
Transition = entry.Transition


class MemorySpool:
    """Reports that are waited for; they end with the process.

    :param max_bytes: of reports, about
    """

    def __init__(self, max_bytes: int) -> None:
        self.room = room.Room(max_bytes)
        # A signal handler may come in its own thread's way.
        self._lock = threading.RLock()
        self._entries: dict[int, tuple[int, Transition]] = {}
        self._last = 0

    @property
    def bytes(self) -> int:
        return self.room.bytes

    @property
    def count(self) -> int:
        return len(self._entries)

    def append(
        self, transitions: Sequence[Transition], force: bool = False
    ) -> int:
        """As of :meth:`spool.Spool.append`."""
        request = room.Request(transitions, force)
        count = len(request.bodies)
        with self._lock:
            self.room.admit(request)
            number = self._last
            self._last += count
            for body in request.bodies:
                number += 1
                self._entries[number] = len(body), json.loads(body)
            self.room.stored(request)
            return number

    def after(self, position: int, limit: int) -> list[Entry]:
        with self._lock:
            numbers = [
                number for number in self._entries if number > position
            ][:limit]
            return [(number, self._entries[number][1]) for number in numbers]

    def get(self, number: int) -> Transition | None:
        with self._lock:
            return self._entries.get(number, (0, None))[1]

    def remove(self, numbers: Iterable[int]) -> None:
        with self._lock:
            for number in numbers:
                size, _transition = self._entries.pop(number, (0, None))
                self.room.bytes -= size

    def sync(self) -> None:
        """There is no disk."""

    def maintain(self, is_quiet: bool) -> None:
        """There is no file."""

    def close(self) -> None:
        """There is nothing to close."""
