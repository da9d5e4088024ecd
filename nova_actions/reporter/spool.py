# SPDX-License-Identifier: Apache-2.0
"""The spool: reports on disk until the conductor has them.

SQLite keeps it: what has been appended survives the end of the process, and
a torn end is cut off when it is opened again.
"""

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from typing import Any

from nova_actions.reporter import transition

Transition = dict[str, Any]
Entry = tuple[int, Transition]

#: The log of SQLite is written back when it is that long, bytes.
_LOG_LIMIT = 4 * 1024 * 1024
#: Milliseconds that a write waits for the keeper's.
_BUSY_TIMEOUT = 200
#: NORMAL waits for the disk only when SQLite's log begins anew.
_SYNCHRONOUS = {'always': 'FULL', 'interval': 'NORMAL', 'never': 'OFF'}


class SpoolFull(Exception):
    """There is no room for a report."""


def _size(body: str) -> int:
    return len(body)


class Spool:
    """Reports of one process, in their order.

    :param path: an SQLite file; made when it is not there, for its owner
        only
    :param max_bytes: of reports; starts are refused in the last eighth
    :param fsync: ``always``, ``interval`` (whoever calls :meth:`sync`) or
        ``never``
    :raises OSError, sqlite3.Error: it cannot be opened
    """

    def __init__(self, path: str, max_bytes: int, fsync: str) -> None:
        self.path = path
        self._max_bytes = max_bytes
        self._fsync = fsync
        self._lock = threading.Lock()
        self._keeper: sqlite3.Connection | None = None
        self._open()

    def _open(self) -> None:
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC,
                         0o600))
        self._db = self._connect(_SYNCHRONOUS[self._fsync])
        # Writing the log back is not the caller's business, see maintain().
        self._db.execute('PRAGMA wal_autocheckpoint=0')
        self._db.execute(
            'CREATE TABLE IF NOT EXISTS report ('
            'id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
        row = self._db.execute(
            'SELECT coalesce(max(id), 0), coalesce(sum(length(body)), 0), '
            'count(*) FROM report').fetchone()
        self._last: int = row[0]
        self.bytes: int = row[1]
        self.count: int = row[2]

    def renew(self) -> bool:
        """Begin a new file with what can be read of a broken one, which is
        kept beside it; tell whether all of it could be read.

        :raises OSError, sqlite3.Error: it cannot be had
        """
        with self._lock:
            self._shut()
            last = self._last
            broken = f'{self.path}.broken'
            for suffix in ('-wal', '-shm', ''):
                with contextlib.suppress(FileNotFoundError):
                    os.replace(self.path + suffix, broken + suffix)
            entries, whole = salvage(broken)
            self._open()
            self._write([(number, json.dumps(each))
                         for number, each in entries])
            self.bytes = sum(len(json.dumps(each)) for _, each in entries)
            self.count = len(entries)
            self._last = last
            return whole

    def _connect(self, synchronous: str) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT / 1000,
                             isolation_level=None, check_same_thread=False)
        try:
            db.execute('PRAGMA journal_mode=WAL')
            db.execute(f'PRAGMA synchronous={synchronous}')
        except BaseException:
            db.close()
            raise
        return db

    def append(self, transitions: Sequence[Transition],
               force: bool = False) -> int:
        """Store transitions, all or none; return the last one's id.

        :param force: beyond the limit too
        :raises SpoolFull: there is no room
        :raises sqlite3.Error: the disk or the file does not let it
        """
        bodies = [json.dumps(each, separators=(',', ':'))
                  for each in transitions]
        size = sum(map(_size, bodies))
        limit = self._max_bytes
        if any(each['kind'] != transition.FINISH for each in transitions):
            limit -= limit // 8
        with self._lock:
            if self.bytes + size > limit and not force:
                raise SpoolFull(f'{self.bytes} bytes of reports')
            rows = list(enumerate(bodies, self._last + 1))
            self._write(rows)
            self._last = last = rows[-1][0]
            self.bytes += size
            self.count += len(rows)
            return last

    def _write(self, rows: list[tuple[int, str]]) -> None:
        insert = 'INSERT INTO report (id, body) VALUES (?, ?)'
        if len(rows) == 1:
            self._db.execute(insert, rows[0])
            return
        self._db.execute('BEGIN IMMEDIATE')
        try:
            self._db.executemany(insert, rows)
            self._db.execute('COMMIT')
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute('ROLLBACK')
            raise

    def after(self, position: int, limit: int) -> list[Entry]:
        """Return the next reports behind a position."""
        with self._lock:
            rows = self._db.execute(
                'SELECT id, body FROM report WHERE id > ? ORDER BY id '
                'LIMIT ?', (position, limit)).fetchall()
        return [(number, json.loads(body)) for number, body in rows]

    def get(self, number: int) -> Transition | None:
        with self._lock:
            row = self._db.execute('SELECT body FROM report WHERE id = ?',
                                   (number,)).fetchone()
        return json.loads(row[0]) if row else None

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget reports that have been delivered, or given up."""
        numbers = list(numbers)
        marks = ','.join('?' * len(numbers))
        with self._lock:
            gone, size = self._db.execute(
                'SELECT count(*), coalesce(sum(length(body)), 0) FROM report '  # noqa: S608
                f'WHERE id IN ({marks})', numbers).fetchone()
            self._db.execute(
                f'DELETE FROM report WHERE id IN ({marks})',  # noqa: S608
                numbers)
            self.bytes -= size
            self.count -= gone

    def sync(self) -> None:
        """Force everything appended so far to disk, without holding up who
        appends."""
        if self._fsync == 'never':
            return
        # SQLite has no locks on this file, so closing it frees none.
        descriptor = os.open(f'{self.path}-wal', os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)

    def maintain(self) -> None:
        """Write SQLite's log back when it has become long.

        One thread calls this; those who append are not held up.
        """
        if self._keeper is None:
            self._keeper = self._connect(
                'OFF' if self._fsync == 'never' else 'FULL')
        with contextlib.suppress(FileNotFoundError):
            if os.stat(f'{self.path}-wal').st_size > _LOG_LIMIT:
                self._keeper.execute('PRAGMA wal_checkpoint(PASSIVE)')

    def close(self) -> None:
        with self._lock:
            self._shut()

    def _shut(self) -> None:
        keeper, self._keeper = self._keeper, None
        for each in (keeper, self._db):
            if each is not None:
                with contextlib.suppress(sqlite3.Error):
                    each.close()


def is_broken(error: Exception) -> bool:
    """Tell whether an error means that the file is damaged."""
    return getattr(error, 'sqlite_errorcode', None) in (
        sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def salvage(path: str) -> tuple[list[Entry], bool]:
    """Read what can be read of a dead process's spool.

    :returns: its reports in their order, and whether the file was whole
    """
    found: list[Entry] = []
    whole = True
    if not os.path.exists(path):
        return found, whole
    try:
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.text_factory = bytes
            for number, body in db.execute(
                    'SELECT id, body FROM report ORDER BY id'):
                each = _read(body)
                if each is None or not isinstance(number, int):
                    whole = False
                else:
                    found.append((number, each))
    except sqlite3.OperationalError as error:
        # A process that ended before it had made the table wrote nothing.
        return found, 'no such table' in str(error)
    except (sqlite3.Error, ValueError):
        return found, False
    return found, whole


def _read(body: Any) -> Transition | None:
    """Return what was written down, None if it is no transition."""
    try:
        found = json.loads(body)
    except (ValueError, TypeError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get('uuid'), str):
        return None
    kind = found.get('kind')
    if kind == transition.CLOSE:
        return found if isinstance(found.get('evidence'), str) else None
    kinds = (transition.ACTION, transition.START, transition.FINISH)
    return found if kind in kinds else None
