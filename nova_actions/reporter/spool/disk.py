# SPDX-License-Identifier: Apache-2.0
"""The spool: reports on disk until the conductor has them.

SQLite keeps it: what has been appended survives the end of the process, and
a torn end is cut off when it is opened again.
"""

import collections
import contextlib
import itertools
import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from nova_actions.reporter import bell
from nova_actions.reporter import blocking
from nova_actions.reporter import fork
from nova_actions.reporter.spool import aside
from nova_actions.reporter.spool import connection
from nova_actions.reporter.spool import entry
from nova_actions.reporter.spool import recreate
from nova_actions.reporter.spool import room
from nova_actions.reporter.spool import salvage

R = TypeVar('R')
Entry = entry.Entry
Row = entry.Row
Transition = entry.Transition

#: The log of SQLite is written back when it is that long, bytes; whoever
#: appends does it himself at four times that.
_LOG_LIMIT = 4 * 1024 * 1024
#: The least that the log may have, whatever the limit of the spool is.
_LOG_LEAST = 64 * 1024
#: About what a write adds to the log besides its reports.
_WRITE = 3 * 4096
#: How many rows go in one statement: SQLite limits its arguments.
_ROWS = 1000
#: NORMAL waits for the disk only when SQLite's log is restarted.
_SYNCHRONOUS = {'always': 'FULL', 'interval': 'NORMAL', 'never': 'OFF'}

SpoolFull = room.SpoolFull

#: What must not be closed, nor collected.
_strays: list[sqlite3.Connection] = []


class _Write:
    """What a thread has to write, and what came of it."""

    def __init__(self, request: room.Request) -> None:
        self.request = request
        self.first = self.last = 0
        self.is_taken = self.is_over = False
        self.error: Exception | None = None


class Spool:
    """Reports of one process, in their order.

    A signal handler may append while its own thread does.

    :param path: an SQLite file; made when it is not there, for its owner
        only
    :param max_bytes: of reports, see :class:`room.Room`
    :param fsync: ``always``, ``interval`` (whoever calls :meth:`sync`) or
        ``never``
    :param note: called with the number of reports and the lowest of their
        ids, after some were stored and before some are removed
    :param lost: called with the number of reports that cannot be read any
        more, and why
    :param is_open: called before the file is used; tells that nobody else
        has closed the files of this process
    :raises OSError, sqlite3.Error: it cannot be opened
    """

    def __init__(
        self,
        path: str,
        max_bytes: int,
        fsync: str,
        note: Callable[[int, int], None] = lambda _count, _id: None,
        lost: Callable[[int, str], None] = lambda _number, _why: None,
        is_open: Callable[[], bool] = lambda: True,
    ) -> None:
        self.path = path
        self.room = room.Room(max_bytes)
        self._note = note
        self._lost = lost
        self._is_open = is_open
        self._fsync = fsync
        self._log_soft = min(_LOG_LIMIT, max(_LOG_LEAST, max_bytes) // 2)
        self._log_hard = min(4 * _LOG_LIMIT, max(_LOG_LEAST, max_bytes))
        self._lock = fork.writing
        self._keeping = fork.keeping
        self._keeper: sqlite3.Connection | None = None
        self._db: sqlite3.Connection | None = None
        self._writes: collections.deque[_Write] = collections.deque()
        self._last = self._lowest = self.count = 0
        self._is_closed = False
        #: Whether the log has become long; the keeper is woken then.
        self.is_long = False
        self.bell = bell.Bell()
        #: About what the log has grown by since its size was looked at.
        self._unlooked = 0
        # An interrupt may come between storing and counting.
        self._is_counted = True
        with self._lock:
            self._open()

    @property
    def bytes(self) -> int:
        return self.room.bytes

    def _open(self) -> sqlite3.Connection:
        made = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        self._made = os.fstat(made)
        os.close(made)
        db = connection.connect(self.path, _SYNCHRONOUS[self._fsync])
        try:
            # Writing the log back is not the caller's business, see
            # maintain().
            db.execute('PRAGMA wal_autocheckpoint=0')
            self._is_sealed = connection.make_table(db)
            self._count_all(db)
        except MemoryError as error:
            # A damaged length may ask for more memory than there is.
            db.close()
            raise sqlite3.DatabaseError('it is no database') from error
        except BaseException:
            db.close()
            raise
        self._db = db
        return db

    def _count_all(self, db: sqlite3.Connection) -> None:
        last, lowest, self.room.bytes, self.count = db.execute(
            'SELECT coalesce(max(id), 0), min(id), '
            'coalesce(sum(length(body)), 0), count(*) FROM report'
        ).fetchone()
        self._last = max(self._last, last)
        self._lowest = self._last + 1 if lowest is None else lowest
        self._is_counted = True
        self._note(self.count, self._lowest)

    def _file(self) -> sqlite3.Connection:
        """Return the open file, which a full disk may have kept from being
        opened again."""
        if self._is_closed:
            raise OSError('the spool is closed')
        if not self._is_open():
            # SQLite would try for ten seconds, or write into another's file.
            raise OSError('this process has closed the files of the reporter')
        db = self._db or self._open()
        if not self._is_counted and not db.in_transaction:
            self._count_all(db)
        return db

    def _renew(self) -> None:
        """Begin a new file with what can be read of a broken one, which is
        kept aside.

        :raises OSError, sqlite3.Error: it cannot be had
        """
        # Before it is closed, since SQLite would touch both files then.
        kept = aside.keep(self.path)
        self._shut()
        entries, remains = salvage.read(
            kept, salvage.Note(self.count, self._lowest)
        )
        self._open()
        self._insert(
            [
                row
                for number, each in entries
                for row in entry.rows(number, [entry.encode(each)])
            ]
        )
        self._count_all(self._file())
        self._lost(remains.lost, f'{kept} is what it was')

    def _mended(self, work: Callable[[], R]) -> R:
        """Do something with the file; where that is broken, with a new
        one."""
        try:
            return work()
        except sqlite3.Error as error:
            if not connection.is_broken(error):
                raise
            self._renew()
            return work()

    def append(
        self, transitions: Sequence[Transition], force: bool = False
    ) -> int:
        """Store transitions, all or none; return the last one's id.

        :param force: beyond the limit too
        :raises SpoolFull: there is no room
        :raises OSError, sqlite3.Error: the disk or the file does not let it
        """
        write = _Write(room.Request(transitions, force))
        while not write.is_over:
            write.is_taken = False
            self._writes.append(write)
            with self._lock:
                # The first thread writes for all that wait behind it: one
                # transaction, and one wait for the disk.
                if not write.is_taken:
                    self._write()
                elif not write.is_over:
                    self._see_after(write)
        if write.error is not None:
            raise write.error
        return write.last

    def _see_after(self, write: _Write) -> None:
        """Find out whether a write is stored whose writer was
        interrupted."""
        if (
            self._file()
            .execute('SELECT count(*) FROM report WHERE id = ?', (write.last,))
            .fetchone()[0]
        ):
            self.room.keep(write.request)
            write.is_over = True

    def _write(self) -> None:
        """Write what is requested, all or none of what there is room for.

        A signal handler of this thread may come in at any call: numbers are
        given at once, and none twice.
        """
        taken: list[_Write] = []
        size = 0
        for write in self._take():
            try:
                self.room.admit(write.request, size)
            except SpoolFull as error:
                write.error = error
                write.is_over = True
                continue
            number = len(write.request.bodies)
            first = self._last + 1
            self._last += number
            write.first, write.last = first, first + number - 1
            size += write.request.size
            taken.append(write)
        rows = [
            row
            for write in taken
            for row in entry.rows(write.first, write.request.bodies)
        ]
        try:
            self._mended(lambda: self._insert(rows))
            for write in taken:
                self.room.stored(write.request)
            self.count += len(rows)
            self._note(self.count, self._lowest)
            self._bound_log(size)
        except Exception as error:  # noqa: BLE001 - each is told
            for write in taken:
                write.error = error
        except BaseException:
            self._is_counted = False
            raise
        for write in taken:
            write.is_over = True

    def _take(self) -> list[_Write]:
        """Return what is requested by now."""
        found = []
        with contextlib.suppress(IndexError):
            while True:
                write = self._writes.popleft()
                write.is_taken = True
                found.append(write)
        return found

    def _insert(self, rows: list[Row]) -> None:
        db = self._file()
        if db.in_transaction:
            # A signal handler that writes amid a transaction is rolled back
            # with it.
            raise OSError('the spool is being written')
        if self._fsync == 'always':
            blocking.run(self._store, db, rows)
        else:
            self._store(db, rows)

    def _store(self, db: sqlite3.Connection, rows: list[Row]) -> None:
        if len(rows) <= _ROWS:
            self._insert_some(db, rows)
            return
        db.execute('BEGIN IMMEDIATE')
        try:
            for at in range(0, len(rows), _ROWS):
                self._insert_some(db, rows[at : at + _ROWS])
            db.execute('COMMIT')
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                db.execute('ROLLBACK')
            raise

    @staticmethod
    def _insert_some(db: sqlite3.Connection, rows: list[Row]) -> None:
        if rows:
            marks = ','.join(['(?,?,?)'] * len(rows))
            db.execute(
                f'INSERT INTO report (id, body, checksum) VALUES {marks}',  # noqa: S608
                list(itertools.chain.from_iterable(rows)),
            )

    def after(self, position: int, limit: int) -> list[Entry]:
        """Return the next reports behind a position."""
        while True:
            with self._lock:
                rows = self._mended(
                    lambda: (
                        self._file()
                        .execute(
                            'SELECT id, body, checksum FROM report WHERE '
                            'id > ? ORDER BY id LIMIT ?',
                            (position, limit),
                        )
                        .fetchall()
                    )
                )
            entries = self._checked(rows)
            if entries or not rows:
                return entries

    def get(self, number: int) -> Transition | None:
        with self._lock:
            rows = self._mended(
                lambda: (
                    self._file()
                    .execute(
                        'SELECT id, body, checksum FROM report WHERE id = ?',
                        (number,),
                    )
                    .fetchall()
                )
            )
        return next((each for _, each in self._checked(rows)), None)

    def _checked(self, rows: list[tuple[int, object, object]]) -> list[Entry]:
        """Return those that are what was written; the others are lost."""
        entries, bad = [], []
        for number, body, checksum in rows:
            each = entry.checked(number, body, checksum, self._is_sealed)
            if each is None:
                bad.append(number)
            else:
                entries.append((number, each))
        if bad:
            self.remove(bad)
            # Their lengths may differ from what was counted.
            self._is_counted = False
            self._lost(len(bad), 'they are not what was written')
        return entries

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget reports that have been delivered, or given up.

        :raises OSError, sqlite3.Error: some may still be there
        """
        numbers = list(numbers)
        with self._lock:
            try:
                self._mended(lambda: self._remove_all(numbers))
            except sqlite3.Error:
                # On a full disk no row can be deleted, but the file can.
                if not self._holds_only(numbers):
                    raise
                self._shut()
                self._note(0, self._last + 1)
                for suffix in ('-wal', '-shm', ''):
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(self.path + suffix)
                self._open()
            except BaseException:
                self._is_counted = False
                raise

    def _remove_all(self, numbers: list[int]) -> None:
        for at in range(0, len(numbers), _ROWS):
            self._remove_some(numbers[at : at + _ROWS])

    def _remove_some(self, numbers: list[int]) -> None:
        db = self._file()
        marks = ','.join('?' * len(numbers))
        gone, size = db.execute(
            'SELECT count(*), coalesce(sum(length(body)), 0) FROM report '  # noqa: S608
            f'WHERE id IN ({marks})',
            numbers,
        ).fetchone()
        (lowest,) = db.execute(
            f'SELECT min(id) FROM report WHERE id NOT IN ({marks})',  # noqa: S608
            numbers,
        ).fetchone()
        self._lowest = self._last + 1 if lowest is None else lowest
        self._note(self.count - gone, self._lowest)
        db.execute(
            f'DELETE FROM report WHERE id IN ({marks})',  # noqa: S608
            numbers,
        )
        self.room.bytes -= size
        self.count -= gone

    def _holds_only(self, numbers: Iterable[int]) -> bool:
        there = self._file().execute('SELECT id FROM report').fetchall()
        return {number for (number,) in there} <= set(numbers)

    def sync(self) -> None:
        """Force everything appended so far to disk, without holding up who
        appends."""
        if self._fsync == 'never':
            return
        # SQLite has no locks on this file, so closing it frees none.
        descriptor = os.open(f'{self.path}-wal', os.O_RDONLY | os.O_CLOEXEC)
        try:
            blocking.run(os.fdatasync, descriptor)
        finally:
            os.close(descriptor)

    def _log_size(self) -> int:
        try:
            return os.stat(f'{self.path}-wal').st_size
        except FileNotFoundError:
            return 0

    def _bound_log(self, written: int) -> None:
        """Write SQLite's log back here and now if the keeper cannot keep up:
        while somebody writes, it may be written back but never begins
        anew.

        :param written: bytes of reports, since this was last called
        """
        # Looking costs as much as all else here.
        self._unlooked += written + _WRITE
        if self._unlooked > self._log_hard // 4:
            self._unlooked = 0
            size = self._log_size()
            if size > self._log_hard:
                self._restart_log()
            elif size > self._log_soft:
                self.is_long = True
                self.bell.ring()

    def _restart_log(self) -> None:
        # A log that cannot be written back now is next time.
        with contextlib.suppress(sqlite3.Error):
            blocking.run(
                self._file().execute, 'PRAGMA wal_checkpoint(TRUNCATE)'
            )

    def has_name(self) -> bool:
        """Tell whether its path still names the open file and its log. What
        was deleted is gone when this process ends.

        :raises OSError: the path cannot be examined
        """
        with self._lock:
            if self._is_closed or self._db is None:
                return True
            try:
                os.stat(f'{self.path}-wal')
                return os.path.samestat(self._made, os.stat(self.path))
            except FileNotFoundError:
                return False

    def restore(self) -> None:
        """Store what is in a file that was deleted in a new one of its
        name.

        :raises OSError, sqlite3.Error: it cannot be had; the deleted one is
            used on
        """
        with self._lock:
            recreate.store(self._file(), self.path, self._fsync != 'never')
            self._shut()
            self._open()

    def maintain(self, is_quiet: bool) -> None:
        """Write SQLite's log back when it has become long, or when nobody
        writes.

        One thread calls this; those who append are hardly held up: most of
        the work is done beside them.
        """
        self.is_long = False
        size = self._log_size()
        if not size or (size <= self._log_soft and not is_quiet):
            return
        with self._keeping:
            if self._is_closed or not self._is_open():
                return
            if self._keeper is None:
                self._keeper = connection.connect(
                    self.path, 'OFF' if self._fsync == 'never' else 'FULL'
                )
            blocking.run(
                self._keeper.execute, 'PRAGMA wal_checkpoint(PASSIVE)'
            )
        with self._lock:
            if not self._is_closed and self._is_open():
                self._restart_log()

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._shut()

    def _shut(self) -> None:
        with self._keeping:
            for each in (self._keeper, self._db):
                if each is not None and not self._is_open():
                    # It would close files of others.
                    _strays.append(each)
                elif each is not None:
                    with contextlib.suppress(sqlite3.Error):
                        each.close()
            self._keeper = self._db = None
