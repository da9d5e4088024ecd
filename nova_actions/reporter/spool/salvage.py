# SPDX-License-Identifier: Apache-2.0
"""What can be read of a spool whose process is dead, or whose file is."""

import contextlib
import itertools
import os
import sqlite3
import sys
import urllib.parse
from collections.abc import Iterator
from typing import NamedTuple

from nova_actions.reporter import fork
from nova_actions.reporter.spool import entry
from nova_actions.reporter.spool import wal

Entry = entry.Entry
Transition = entry.Transition


class Note(NamedTuple):
    """What should be in a spool: so many reports, none with a lower
    number."""

    reports: int
    lowest: int


class Remains:
    """What can be read of a dead process's spool: its reports, in their
    order. Its files stay as they are.

    :attr:`is_whole` tells afterwards whether the file was, and
    :attr:`lost` how many reports could not be read.

    :param path: the spool
    :param noted: what should be in it; None where that is not known
    """

    def __init__(self, path: str, noted: Note | None = None) -> None:
        self._path = path
        self._copy = f'{path}.rebuilt'
        self._is_noted = noted is not None
        # A log that is cut off brings back what has been removed.
        self._expected, self._lowest = noted or (0, -sys.maxsize)
        self.is_whole = True
        self.lost = 0

    def __iter__(self) -> Iterator[Entry]:
        source, total, is_damaged = self._choose()
        found = 0
        try:
            with contextlib.suppress(sqlite3.Error):
                for each in _entries(source, self._lowest):
                    if each is not None:
                        found += 1
                        yield each
        finally:
            self.lost = max(0, total - found)
            self.is_whole = not (is_damaged or self.lost)
            for suffix in ('', '-journal'):
                with contextlib.suppress(OSError):
                    os.unlink(self._copy + suffix)

    def _choose(self) -> tuple[str, int, bool]:
        """Return the file to read, how many reports should be in it, and
        whether it is known to be damaged."""
        try:
            rows = _rows_of(self._path, self._lowest)
            if self._is_noted and rows >= self._expected:
                return self._path, rows, False
        except sqlite3.Error:
            rows = 0
        found, is_broken = _readable(self._path, self._lowest)
        total = max(found, rows, self._expected)
        if not (is_broken or found < total or _has_log(self._path)):
            return self._path, total, False
        rebuilt = self._rebuild()
        total = max(total, rebuilt)
        source = self._copy if rebuilt > found else self._path
        return source, total, is_broken or found < total

    def _rebuild(self) -> int:
        """Make a copy with all that the log has, and return how many reports
        can be read of it."""
        try:
            wal.rebuild(self._path, self._copy)
        except OSError:
            return 0
        return _readable(self._copy, self._lowest)[0]

    def parts(self, size: int) -> Iterator[list[Transition]]:
        """Yield the reports, so many at once."""
        entries = iter(self)
        while True:
            with fork.keeping:
                part = [each for _, each in itertools.islice(entries, size)]
            if not part:
                return
            yield part


def read(path: str, noted: Note | None = None) -> tuple[list[Entry], Remains]:
    """Read what can be read of a spool.

    :returns: its reports in their order, and what is known of the rest
    """
    remains = Remains(path, noted)
    with fork.keeping:
        return list(remains), remains


def _has_log(path: str) -> bool:
    try:
        return os.stat(f'{path}-wal').st_size > 0
    except OSError:
        return False


def _readable(path: str, lowest: int) -> tuple[int, bool]:
    """Return how many reports can be read, and whether the file is
    broken."""
    found = 0
    try:
        for each in _entries(path, lowest):
            found += each is not None
    except sqlite3.Error:
        return found, True
    return found, False


def _rows_of(path: str, lowest: int) -> int:
    """Return how many rows a file says that it has.

    :raises sqlite3.Error: it is broken
    """
    with _opened(path) as db:
        if db is None:
            return 0
        found: int = db.execute(
            'SELECT count(*) FROM report WHERE id >= ?', (lowest,)
        ).fetchone()[0]
        return found


@contextlib.contextmanager
def _opened(path: str) -> Iterator[sqlite3.Connection | None]:
    """Give a connection that changes nothing, None where there is nothing
    yet, as of a process that ended before it had made its table.

    :raises sqlite3.Error: it is broken
    """
    try:
        is_empty = not os.stat(path).st_size
    except FileNotFoundError:
        is_empty = True
    if is_empty:
        # SQLite would remove the log of an empty file.
        if _has_log(path):
            raise sqlite3.DatabaseError('the file is empty')
        yield None
        return
    name = f'file:{urllib.parse.quote(path)}?mode=ro'
    with contextlib.closing(sqlite3.connect(name, uri=True)) as db:
        db.text_factory = bytes
        try:
            has_table = db.execute(
                'SELECT count(*) FROM sqlite_master'
            ).fetchone()[0]
            yield db if has_table else None
        except (MemoryError, ValueError) as error:
            # A damaged length may ask for more memory than there is.
            raise sqlite3.DatabaseError('it is no database') from error


def _entries(path: str, lowest: int) -> Iterator[Entry | None]:
    """Yield the reports of a file, None for each that is none.

    :raises sqlite3.Error: the rest cannot be read
    """
    with _opened(path) as db:
        if db is None:
            return
        columns = {row[1] for row in db.execute('PRAGMA table_info(report)')}
        checksum = 'checksum' if b'checksum' in columns else 'NULL'
        (version,) = db.execute('PRAGMA user_version').fetchone()
        for number, body, sealed in db.execute(
            f'SELECT id, body, {checksum} FROM report WHERE id >= ? '  # noqa: S608
            'ORDER BY id',
            (lowest,),
        ):
            each = entry.checked(
                number, body, sealed, version >= entry.VERSION
            )
            yield None if each is None else (number, each)
