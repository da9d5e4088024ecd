# SPDX-License-Identifier: Apache-2.0
import functools
import itertools
import os
import signal
import sqlite3
import stat
import sys
import threading
from unittest import mock

import fixtures
from oslotest import base

from nova_actions.reporter.spool import connection
from nova_actions.reporter.spool import disk
from nova_actions.reporter.spool import memory
from nova_actions.reporter.spool import salvage
from nova_actions.tests import patience


def make(number, kind='finish', text=''):
    return {'kind': kind, 'uuid': str(number), 'text': text}


class SpoolMixin:
    LIMIT = 100_000

    def uuids(self, entries):
        return [each['uuid'] for _, each in entries]

    def test_in_order(self):
        found = self.open()
        numbers = [found.append([make(number)]) for number in range(5)]
        last = found.append([make(5), make(6)])
        self.assertEqual(sorted({*numbers, last}), [*numbers, last])
        self.assertEqual(list('0123456'), self.uuids(found.after(0, 10)))
        self.assertEqual(list('34'), self.uuids(found.after(numbers[2], 2)))
        self.assertEqual('4', found.get(numbers[4])['uuid'])
        found.remove([numbers[0], numbers[4]])
        self.assertIsNone(found.get(numbers[4]))
        self.assertEqual(list('12356'), self.uuids(found.after(0, 10)))
        self.assertEqual(5, found.count)

    def test_numbers_are_not_used_again(self):
        found = self.open()
        number = found.append([make(0)])
        found.remove([number])
        self.assertLess(number, found.append([make(1)]))

    def test_a_signal_comes_in(self):
        found = self.open()
        inner, outer = [], []

        def handler(_signal, _frame):
            inner.append(found.append([make('i'), make('i', 'finish')]))
            signal.setitimer(signal.ITIMER_REAL, 0.001)

        before = signal.signal(signal.SIGALRM, handler)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_REAL, 0.001)
        while len(inner) < 30:
            outer.append(found.append([make('o')], force=True))
            found.remove(outer[-1:])
        signal.setitimer(signal.ITIMER_REAL, 0)
        self.assertEqual(
            sorted(number - back for number in inner for back in (0, 1)),
            [number for number, _ in found.after(0, 1000)],
        )
        self.assertEqual(2 * len(inner), found.count)

    def test_bounded(self):
        found = self.open()
        stored = 0
        try:
            while True:
                found.append([make(stored, text='x' * 1000)])
                stored += 1
        except disk.SpoolFull:
            pass
        self.assertLess(stored * 1000, self.LIMIT)
        self.assertGreater(stored * 1000, self.LIMIT * 0.8)
        self.assertEqual(stored, found.count)
        found.append([make('more')], force=True)
        found.remove([number for number, _ in found.after(0, 1000)])
        self.assertEqual((0, 0), (found.count, found.bytes))
        found.append([make('again', text='x' * 1000)])

    def test_many_threads(self):
        found = self.open()
        threads = [
            threading.Thread(
                target=lambda name=name: [
                    found.append([make(f'{name}-{number}')])
                    for number in range(50)
                ]
            )
            for name in range(8)
        ]
        for each in threads:
            each.start()
        removed = 0
        while removed < 400:
            entries = found.after(0, 100)
            found.remove([number for number, _ in entries])
            removed += len(entries)
        for each in threads:
            each.join()
        self.assertEqual((0, 0), (found.count, found.bytes))


class MemorySpoolTestCase(SpoolMixin, base.BaseTestCase):
    def open(self):
        return memory.MemorySpool(self.LIMIT)


class DiskSpoolTestCase(SpoolMixin, base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.path = os.path.join(
            self.useFixture(fixtures.TempDir()).path, 'a.spool'
        )
        self.told = []

    def open(self, fsync='interval'):
        found = disk.Spool(self.path, self.LIMIT, fsync)
        self.addCleanup(found.close)
        return found

    def test_for_its_owner_only(self):
        os.umask(os.umask(0) & 0)
        self.open().append([make(0)])
        for suffix in ('', '-wal', '-shm'):
            mode = os.stat(self.path + suffix).st_mode
            self.assertEqual(0o600, stat.S_IMODE(mode))

    def test_it_is_still_there(self):
        for fsync in ('always', 'interval', 'never'):
            found = self.open(fsync)
            found.append([make(fsync)])
            found.sync()
            found.maintain(is_quiet=False)
            found.close()
        found = self.open()
        self.assertEqual(
            ['always', 'interval', 'never'], self.uuids(found.after(0, 10))
        )
        self.assertEqual(3, found.count)

    def test_the_last_part_is_for_ends(self):
        found = self.open()
        self.assertRaises(disk.SpoolFull, self.fill, found, 'start')
        self.assertRaises(
            disk.SpoolFull, found.append, [make(0, 'action', 'x' * 2000)]
        )
        found.append([make('elsewhere', 'finish', 'x' * 1000)])

    def fill(self, found, kind):
        for number in itertools.count():
            found.append([make(number, kind, 'x' * 1000)])

    def log_size(self):
        return os.stat(f'{self.path}-wal').st_size

    def test_the_log_stays_within_the_limit_and_goes_when_it_is_quiet(self):
        found = self.open()
        for number in range(2000):
            found.remove([found.append([make(number, text='x' * 1000)])])
            self.assertLess(self.log_size(), 2 * self.LIMIT)
        found.maintain(is_quiet=True)
        found.append([make('last')])
        found.maintain(is_quiet=False)
        self.assertGreater(self.log_size(), 0)
        found.maintain(is_quiet=True)
        self.assertEqual(0, self.log_size())
        self.assertEqual(['last'], self.uuids(found.after(0, 10)))
        found.sync()

    def test_a_long_log_is_written_back_beside_who_appends(self):
        with mock.patch.object(disk, '_LOG_LIMIT', 2 * disk._LOG_LEAST):
            found = self.open()
        # As if nobody who appends did it.
        found._log_hard = sys.maxsize
        while self.log_size() <= found._log_soft:
            found.append([make(0, text='x' * 1000)], force=True)
        before = os.stat(self.path).st_size
        found.maintain(is_quiet=False)
        self.assertLess(before, os.stat(self.path).st_size)
        self.assertEqual(0, self.log_size())

    def test_what_is_not_what_was_written_is_lost_and_said(self):
        for trouble in (
            'body = replace(body, \'"text":""\', \'"text":"no"\')',
            'checksum = NULL',
            'body = 5',
            "body = x'ff'",
            'id = id + 1000',
        ):
            lost = []
            found = disk.Spool(
                self.path,
                self.LIMIT,
                'never',
                lost=lambda *why, lost=lost: lost.append(why),
            )
            numbers = [found.append([make(number)]) for number in range(4)]
            found._db.execute(
                f'UPDATE report SET {trouble} WHERE id IN (?, ?)',
                (numbers[0], numbers[2]),
            )
            self.assertIsNone(found.get(numbers[0]))
            self.assertEqual(
                ['1', '3'], self.uuids(found.after(0, 10)), trouble
            )
            self.assertEqual([], found.after(numbers[3], 2))
            self.assertEqual(2, sum(number for number, _ in lost), trouble)
            self.assertEqual(2, found.count)
            found.remove(numbers)
            self.assertEqual((0, 0), (found.count, found.bytes))
            found.close()

    def test_what_an_interrupted_writer_took_is_written(self):
        found = self.open()
        insert = found._insert

        def interrupted(rows, store):
            """Be interrupted before or after both's rows are stored."""
            self.assertEqual(2, len(rows))
            if store:
                insert(rows)
            raise KeyboardInterrupt

        for store in (False, True):
            self.told.clear()
            with found._lock:
                other = threading.Thread(
                    target=self.append, args=(found, [make('other')])
                )
                other.start()
                patience.wait_until('the other', lambda: found._writes)
                with mock.patch.object(
                    found,
                    '_insert',
                    functools.partial(interrupted, store=store),
                ):
                    self.assertRaises(
                        KeyboardInterrupt, found.append, [make('own')]
                    )
            other.join()
            ((_, number),) = self.told
            entries = found.after(0, 10)
            self.assertEqual(
                ['other', 'own'][: 1 + store], sorted(self.uuids(entries))
            )
            self.assertIn(number, [number for number, _ in entries])
            self.assertEqual(len(entries), found.count)
            found.remove([number for number, _ in entries])
            self.assertEqual((0, 0), (found.count, found.bytes))

    def test_all_or_none(self):
        found = self.open()
        found.append([make(0)])
        self.assertRaises(
            TypeError, found.append, [make(1), {'kind': object()}]
        )
        with found._lock:
            found._db.execute('PRAGMA query_only=1')
        self.assertRaises(
            sqlite3.OperationalError, found.append, [make(2), make(3)]
        )
        with found._lock:
            found._db.execute('PRAGMA query_only=0')
        found.append([make(4), make(5)])
        self.assertEqual(list('045'), self.uuids(found.after(0, 10)))

    def test_who_waits_is_written_for(self):
        found = self.open()
        writes, full = [], make('full', text='x' * self.LIMIT)
        insert = found._insert
        threads = [
            threading.Thread(
                target=self.append, args=(found, [make(number), make(number)])
            )
            for number in range(5)
        ]
        threads.append(
            threading.Thread(target=self.append, args=(found, [full]))
        )

        def slow(rows):
            if not writes:
                for each in threads:
                    each.start()
                patience.wait_until(
                    'the others', lambda: len(found._writes) == len(threads)
                )
            writes.append(len(rows))
            insert(rows)

        with mock.patch.object(found, '_insert', slow):
            self.append(found, [make('first')])
            for each in threads:
                each.join()
        self.assertEqual([1, 10], writes)
        told = dict(self.told)
        self.assertEqual('SpoolFull', told.pop('full'))
        self.assertEqual(
            {
                uuid: number
                for number, each in found.after(0, 100)
                for uuid in [each['uuid']]
            },
            told,
        )

    def append(self, found, transitions):
        """Append, and write down what the caller is told."""
        try:
            told = found.append(transitions)
        except disk.SpoolFull as error:
            told = type(error).__name__
        self.told.append((transitions[0]['uuid'], told))

    def test_a_fork_waits_until_no_thread_is_in_sqlite(self):
        found, done = self.open(), threading.Event()

        def work():
            while not done.is_set():
                found.append([make(0, 'finish')], force=True)

        worker = threading.Thread(target=work)
        worker.start()
        self.addCleanup(worker.join)
        self.addCleanup(done.set)
        for number in range(50):
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    # It would wait for ever for what the worker holds.
                    signal.signal(signal.SIGALRM, signal.SIG_DFL)
                    signal.setitimer(signal.ITIMER_REAL, 20)
                    disk.Spool(
                        f'{self.path}-{number}', self.LIMIT, 'never'
                    ).append([make(1)])
                    code = 0
                finally:
                    os._exit(code)
            self.assertEqual(0, os.waitpid(child, 0)[1])

    def test_a_full_disk_lets_the_file_go(self):
        found = self.open()
        number = found.append([make(0), make(1)])
        with found._lock:
            found._db.execute('PRAGMA query_only=1')
        # One is still needed.
        self.assertRaises(sqlite3.OperationalError, found.remove, [number - 1])
        self.assertEqual(2, found.count)
        found.remove([number - 1, number])
        self.assertEqual((0, 0), (found.count, found.bytes))
        self.assertLess(number, found.append([make(2)]))
        self.assertEqual(['2'], self.uuids(found.after(0, 10)))

    def test_a_file_that_cannot_be_opened_again(self):
        found = self.open()
        number = found.append([make(0)])
        with found._lock:
            found._db.execute('PRAGMA query_only=1')
        with mock.patch.object(
            connection,
            'connect',
            autospec=True,
            side_effect=sqlite3.OperationalError,
        ):
            self.assertRaises(sqlite3.OperationalError, found.remove, [number])
            self.assertRaises(
                sqlite3.OperationalError, found.append, [make(1)]
            )
        found.append([make(2)])
        found.remove([number])
        self.assertEqual(['2'], self.uuids(found.after(0, 10)))
        found.close()
        self.assertRaises(OSError, found.append, [make(3)])

    def copy(self, cut=0, damage=False):
        """Leave the files as a power loss would."""
        # With all in the log.
        found = disk.Spool(self.path, 10**7, 'interval')
        self.addCleanup(found.close)
        for number in range(100):
            found.append([make(number, text='x' * 500)])
        copy = os.path.join(os.path.dirname(self.path), 'b.spool')
        for suffix in ('', '-wal'):
            with open(self.path + suffix, 'rb') as source:
                content = source.read()
            if suffix and cut:
                content = content[:-cut]
            if not suffix and damage:
                content = b'no database at all' * 100
            with open(copy + suffix, 'wb') as target:
                target.write(content)
        return copy

    def assert_read(self, path, is_whole):
        entries, remains = salvage.read(path)
        self.assertEqual(([], is_whole), (entries, remains.is_whole))

    def test_a_torn_end_is_cut_off(self):
        entries, remains = salvage.read(self.copy(cut=1234))
        self.assertTrue(remains.is_whole)
        uuids = self.uuids(entries)
        self.assertLess(len(uuids), 100)
        self.assertGreater(len(uuids), 90)
        self.assertEqual([str(each) for each in range(len(uuids))], uuids)

    def test_damage_is_reported(self):
        path = os.path.join(os.path.dirname(self.path), 'c.spool')
        with open(path, 'wb') as file:
            file.write(b'no database at all' * 100)
        self.assert_read(path, is_whole=False)
        error = self.assertRaises(
            sqlite3.DatabaseError, disk.Spool, path, 1000, 'never'
        )
        self.assertTrue(connection.is_broken(error))

    def test_what_cannot_even_be_told(self):
        self.open().close()
        with open(self.path, 'rb') as file:
            content = file.read()
        with open(self.path, 'wb') as file:
            file.write(content.replace(b'CREATE', b'CR\x80ATE'))
        self.assert_read(self.path, is_whole=False)
        self.assertRaises(sqlite3.DatabaseError, self.open)

    def test_nothing_there(self):
        self.assert_read(self.path, is_whole=True)
        with open(self.path, 'wb'):
            pass
        self.assert_read(self.path, is_whole=True)

    def test_a_damaged_spool_is_replaced(self):
        found = self.open()
        for number in range(200):
            last = found.append([make(number, text='x' * 300)])
        found.remove(range(1, 11))
        with found._lock:
            found._db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        with open(self.path, 'r+b') as file:
            file.seek(4096 * 6)
            file.write(b'\xff' * 4096 * 2)
        with found._lock:
            found._renew()
        self.assertGreater(found.count, 0)
        self.assertLess(found.count, 190)
        entries = found.after(0, 500)
        self.assertEqual(found.count, len(entries))
        for number, each in entries:
            self.assertEqual(str(number - 1), each['uuid'])
        self.assertEqual(last + 1, found.append([make('new')]))
        self.assertTrue(os.path.exists(f'{self.path}.broken'))
