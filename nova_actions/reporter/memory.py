# SPDX-License-Identifier: Apache-2.0
"""The spool of a reporter that has none on disk."""

import json
import threading
from collections.abc import Iterable, Sequence
from typing import Any

from nova_actions.reporter import spool

Transition = dict[str, Any]


class MemorySpool:
    """Reports that are waited for; they end with the process.

    :param max_bytes: of reports, about
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        # A signal handler may come in its own thread's way.
        self._lock = threading.RLock()
        self._entries: dict[int, tuple[int, Transition]] = {}
        self._last = 0
        self.bytes = 0

    @property
    def count(self) -> int:
        return len(self._entries)

    def append(self, transitions: Sequence[Transition],
               force: bool = False) -> int:
        """As of :meth:`spool.Spool.append`."""
        sizes = [len(json.dumps(each)) for each in transitions]
        count = len(sizes)
        with self._lock:
            if self.bytes + sum(sizes) > self._max_bytes and not force:
                raise spool.SpoolFull(f'{self.bytes} bytes of reports')
            number = self._last
            self._last += count
            for size, each in zip(sizes, transitions, strict=True):
                number += 1
                self._entries[number] = size, each
                self.bytes += size
            return number

    def after(self, position: int, limit: int) -> list[spool.Entry]:
        with self._lock:
            numbers = [number for number in self._entries
                       if number > position][:limit]
            return [(number, self._entries[number][1]) for number in numbers]

    def get(self, number: int) -> Transition | None:
        with self._lock:
            return self._entries.get(number, (0, None))[1]

    def remove(self, numbers: Iterable[int]) -> None:
        with self._lock:
            for number in numbers:
                size, _transition = self._entries.pop(number, (0, None))
                self.bytes -= size

    def sync(self) -> None:
        """There is no disk."""

    def maintain(self) -> None:
        """There is no file."""

    def close(self) -> None:
        """There is nothing to close."""
