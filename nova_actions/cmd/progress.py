# SPDX-License-Identifier: Apache-2.0
"""A progress line on a terminal; nothing elsewhere."""

import sys
import threading
from types import TracebackType
from typing import Self, TextIO

WIDTH = 30


class Line:
    """Shows progress.

    :param noun: what is counted
    :param total: how many there will be, when that is known
    """

    def __init__(
        self, noun: str, total: int | None = None, out: TextIO | None = None
    ) -> None:
        self._noun = noun
        self._total = total
        self._out = out or sys.stderr
        self._live = self._out.isatty()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def end(self) -> None:
        """Erase the line; later calls of ``show`` do nothing."""
        if self._live:
            self._out.write('\r\x1b[K')
            self._out.flush()
        self._live = False

    def show(self, done: int) -> None:
        """Show the number that is done."""
        if not self._live:
            return
        with self._lock:
            self._out.write(f'\r{self._text(done)}\x1b[K')
            self._out.flush()

    def _text(self, done: int) -> str:
        if not self._total:
            return f'{done} {self._noun}'
        filled = min(done, self._total) * WIDTH // self._total
        bar = '#' * filled + '.' * (WIDTH - filled)
        return f'[{bar}] {done} of {self._total} {self._noun}'
