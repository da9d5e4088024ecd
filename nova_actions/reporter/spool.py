# SPDX-License-Identifier: Apache-2.0
"""The spool: reports on disk until the conductor has them.

SQLite keeps it: what has been appended survives the end of the process, and
a torn end is cut off when it is opened again.
"""

import collections
import contextlib
import itertools
import json
import logging
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nova_actions.reporter import fork
from nova_actions.reporter import salvage
from nova_actions.reporter import transition

LOG = logging.getLogger(__name__)

Transition = dict[str, Any]
Entry = tuple[int, Transition]

#: The log of SQLite is written back when it is that long, bytes.
_LOG_LIMIT = 4 * 1024 * 1024
#: Milliseconds that a write waits for the keeper's.
_BUSY_TIMEOUT = 200
#: How many rows go in one statement: SQLite limits its arguments.
_ROWS = 1000
#: NORMAL waits for the disk only when SQLite's log begins anew.
_SYNCHRONOUS = {'always': 'FULL', 'interval': 'NORMAL', 'never': 'OFF'}


class SpoolFull(Exception):
    """There is no room for a report."""


_encode = json.JSONEncoder(separators=(',', ':')).encode


class _Request:
    """What a thread has to write, and what came of it."""

    def __init__(self, bodies: list[str], limit: int) -> None:
        self.bodies = bodies
        self.limit = limit
        self.size = sum(map(len, bodies))
        self.is_taken = False
        self.last = 0
        self.error: Exception | None = OSError('the write was interrupted')


class Spool:
    """Reports of one process, in their order.

    A signal handler may append while its own thread does.

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
        self._lock = fork.writing
        self._keeping = fork.keeping
        self._keeper: sqlite3.Connection | None = None
        self._db: sqlite3.Connection | None = None
        self._requests: collections.deque[_Request] = collections.deque()
        self._last = self.bytes = self.count = 0
        self._is_closed = False
        with self._lock:
            self._open()

    def _open(self) -> sqlite3.Connection:
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC,
                         0o600))
        db = self._connect(_SYNCHRONOUS[self._fsync])
        try:
            # Writing the log back is not the caller's business, see
            # maintain().
            db.execute('PRAGMA wal_autocheckpoint=0')
            db.execute('CREATE TABLE IF NOT EXISTS report ('
                       'id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
            last, self.bytes, self.count = db.execute(
                'SELECT coalesce(max(id), 0), '
                'coalesce(sum(length(body)), 0), count(*) FROM report'
            ).fetchone()
        except BaseException:
            db.close()
            raise
        self._last = max(self._last, last)
        self._db = db
        return db

    def _file(self) -> sqlite3.Connection:
        """Return the open file, which a full disk may have kept from being
        opened again."""
        if self._is_closed:
            raise OSError('the spool is closed')
        return self._db or self._open()

    def _renew(self) -> None:
        """Begin a new file with what can be read of a broken one, which is
        kept beside it.

        :raises OSError, sqlite3.Error: it cannot be had
        """
        self._shut()
        broken = f'{self.path}.broken'
        for suffix in ('-wal', '-shm', ''):
            with contextlib.suppress(FileNotFoundError):
                os.replace(self.path + suffix, broken + suffix)
        entries, whole = salvage.read(broken)
        self._open()
        rows = [(number, _encode(each)) for number, each in entries]
        self._insert(rows)
        self.bytes = sum(len(body) for _, body in rows)
        self.count = len(rows)
        LOG.error('The spool was damaged and has been begun anew%s',
                  '' if whole else '; not all of it could be read')

    def _connect(self, synchronous: str) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT / 1000,
                             isolation_level=None, check_same_thread=False)
        try:
            db.execute('PRAGMA journal_mode=WAL')
            db.execute(f'PRAGMA synchronous={synchronous}')
        except UnicodeDecodeError as error:
            db.close()
            raise sqlite3.DatabaseError('it is no database') from error
        except BaseException:
            db.close()
            raise
        return db

    def append(self, transitions: Sequence[Transition],
               force: bool = False) -> int:
        """Store transitions, all or none; return the last one's id.

        :param force: beyond the limit too
        :raises SpoolFull: there is no room
        :raises OSError, sqlite3.Error: the disk or the file does not let it
        """
        limit = self._max_bytes
        if force:
            limit = sys.maxsize
        elif any(each['kind'] != transition.FINISH for each in transitions):
            limit -= limit // 8
        request = _Request([_encode(each) for each in transitions], limit)
        self._requests.append(request)
        with self._lock:
            # Whoever comes first writes for all who wait behind it: one
            # transaction, and one wait for the disk.
            if not request.is_taken:
                self._write()
        if request.error is not None:
            raise request.error
        return request.last

    def _write(self) -> None:
        """Write what is requested, all or none of what there is room for.

        A signal handler of this thread may come in at any call: numbers are
        given at once, and none twice.
        """
        taken: list[_Request] = []
        rows: list[tuple[int, str]] = []
        size = 0
        for request in self._take():
            if self.bytes + size + request.size > request.limit:
                request.error = SpoolFull(f'{self.bytes} bytes of reports')
                continue
            number = len(request.bodies)
            first = self._last + 1
            self._last += number
            request.last = first + number - 1
            rows += enumerate(request.bodies, first)
            size += request.size
            taken.append(request)
        try:
            self._insert_anyhow(rows)
        except Exception as error:  # noqa: BLE001 - each is told
            for request in taken:
                request.error = error
            return
        self.bytes += size
        self.count += len(rows)
        for request in taken:
            request.error = None

    def _take(self) -> Iterator[_Request]:
        with contextlib.suppress(IndexError):
            while True:
                request = self._requests.popleft()
                request.is_taken = True
                yield request

    def _insert_anyhow(self, rows: list[tuple[int, str]]) -> None:
        try:
            self._insert(rows)
        except sqlite3.Error as error:
            if not is_broken(error):
                raise
            self._renew()
            self._insert(rows)

    def _insert(self, rows: list[tuple[int, str]]) -> None:
        db = self._file()
        if db.in_transaction:
            # What a signal handler writes amid a transaction is undone with
            # it.
            raise OSError('the spool is being written')
        if len(rows) <= _ROWS:
            self._insert_some(db, rows)
            return
        db.execute('BEGIN IMMEDIATE')
        try:
            for at in range(0, len(rows), _ROWS):
                self._insert_some(db, rows[at:at + _ROWS])
            db.execute('COMMIT')
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                db.execute('ROLLBACK')
            raise

    @staticmethod
    def _insert_some(db: sqlite3.Connection,
                     rows: list[tuple[int, str]]) -> None:
        if rows:
            marks = ','.join(['(?,?)'] * len(rows))
            db.execute(f'INSERT INTO report (id, body) VALUES {marks}',  # noqa: S608
                       list(itertools.chain.from_iterable(rows)))

    def after(self, position: int, limit: int) -> list[Entry]:
        """Return the next reports behind a position."""
        with self._lock:
            rows = self._file().execute(
                'SELECT id, body FROM report WHERE id > ? ORDER BY id '
                'LIMIT ?', (position, limit)).fetchall()
        return [(number, json.loads(body)) for number, body in rows]

    def get(self, number: int) -> Transition | None:
        with self._lock:
            row = self._file().execute(
                'SELECT body FROM report WHERE id = ?', (number,)).fetchone()
        return json.loads(row[0]) if row else None

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget reports that have been delivered, or given up.

        :raises OSError, sqlite3.Error: some may still be there
        """
        numbers = list(numbers)
        with self._lock:
            try:
                for at in range(0, len(numbers), _ROWS):
                    self._remove_some(numbers[at:at + _ROWS])
            except sqlite3.Error:
                # A full disk lets no row go, but it does let the file go.
                if not self._holds_only(numbers):
                    raise
                self._shut()
                for suffix in ('-wal', '-shm', ''):
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(self.path + suffix)
                self._open()

    def _remove_some(self, numbers: list[int]) -> None:
        marks = ','.join('?' * len(numbers))
        gone, size = self._file().execute(
            'SELECT count(*), coalesce(sum(length(body)), 0) FROM report '  # noqa: S608
            f'WHERE id IN ({marks})', numbers).fetchone()
        self._file().execute(
            f'DELETE FROM report WHERE id IN ({marks})', numbers)  # noqa: S608
        self.bytes -= size
        self.count -= gone

    def _holds_only(self, numbers: Iterable[int]) -> bool:
        there = self._file().execute('SELECT id FROM report').fetchall()
        return {number for number, in there} <= set(numbers)

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
        with self._keeping, contextlib.suppress(FileNotFoundError):
            if os.stat(f'{self.path}-wal').st_size <= _LOG_LIMIT:
                return
            if self._keeper is None:
                self._keeper = self._connect(
                    'OFF' if self._fsync == 'never' else 'FULL')
            self._keeper.execute('PRAGMA wal_checkpoint(PASSIVE)')

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._shut()

    def _shut(self) -> None:
        with self._keeping:
            for each in (self._keeper, self._db):
                if each is not None:
                    with contextlib.suppress(sqlite3.Error):
                        each.close()
            self._keeper = self._db = None


def is_broken(error: Exception) -> bool:
    """Tell whether an error means that the file is damaged."""
    return getattr(error, 'sqlite_errorcode', None) in (
        sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
