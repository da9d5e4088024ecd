# SPDX-License-Identifier: Apache-2.0
"""What can be read of damaged spools."""

import os
import random
import shutil

import fixtures
from oslotest import base as oslotest

from nova_actions.reporter.spool import disk
from nova_actions.reporter.spool import entry
from nova_actions.reporter.spool import salvage
from nova_actions.tests.unit.reporter.spool.damage import DAMAGES
from nova_actions.tests.unit.reporter.spool.damage import REPORTS
from nova_actions.tests.unit.reporter.spool.damage import cut_file
from nova_actions.tests.unit.reporter.spool.damage import digests
from nova_actions.tests.unit.reporter.spool.damage import flip
from nova_actions.tests.unit.reporter.spool.damage import flip_in_log
from nova_actions.tests.unit.reporter.spool.damage import make
from nova_actions.tests.unit.reporter.spool.damage import zero_header_of_log


class FilesTestCase(oslotest.BaseTestCase):
    """What is read of damaged files: nothing but what was written, and how
    many are missing."""

    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path

    def leave(self, name='a', written_back=False):
        """Leave the files of a process that was killed, and return their
        path."""
        path = os.path.join(self.folder, name)
        living = disk.Spool(f'{path}.living', 10**6, 'never')
        for number in range(REPORTS):
            living.append([make(number)])
            if written_back and number == REPORTS // 2:
                living.maintain(is_quiet=True)
        living.remove(range(1, 6))
        for suffix in ('', '-wal'):
            shutil.copy(f'{path}.living{suffix}', path + suffix)
        living.close()
        return path

    def check(self, path, is_whole=None):
        before = digests(path)
        entries, remains = salvage.read(path, salvage.Note(REPORTS - 5, 6))
        expected = {number + 1: make(number) for number in range(REPORTS)}
        for number, each in entries:
            self.assertEqual(expected[number], each)
        numbers = [number for number, _ in entries]
        self.assertEqual(sorted(set(numbers)), numbers)
        self.assertLessEqual(set(numbers), set(range(6, REPORTS + 1)))
        self.assertEqual(REPORTS - 5 - len(numbers), remains.lost)
        if is_whole is not None:
            self.assertIs(is_whole, remains.is_whole)
        self.assertEqual(before, digests(path))
        return len(numbers)

    def test_whole(self):
        for written_back in (False, True):
            path = self.leave(f'{written_back}', written_back)
            self.assertEqual(REPORTS - 5, self.check(path, is_whole=True))

    def test_each_damage(self):
        for written_back in (False, True):
            for damage in DAMAGES:
                path = self.leave(
                    f'{damage.__name__}-{written_back}', written_back
                )
                damage(path)
                self.check(path, is_whole=False)

    def test_what_the_log_has_behind_the_damage_is_read(self):
        for damage in (flip_in_log, zero_header_of_log, cut_file):
            path = self.leave(damage.__name__)
            damage(path)
            self.assertGreaterEqual(self.check(path), REPORTS - 6)

    def test_a_byte_anywhere(self):
        for seed in range(60):
            chance = random.Random(seed)
            path = self.leave(f'{seed}', written_back=seed % 2 == 0)
            suffix = chance.choice(['', '-wal'])
            flip(
                path + suffix, chance.randrange(os.stat(path + suffix).st_size)
            )
            self.check(path)

    def test_one_of_the_first_release(self):
        path = self.leave()
        with open(path, 'rb') as file:
            self.assertTrue(file.read())
        living = disk.Spool(path, 10**6, 'never')
        living._db.execute('ALTER TABLE report DROP COLUMN checksum')
        living._db.execute('PRAGMA user_version=0')
        living._db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        living.close()
        entries, remains = salvage.read(path, None)
        self.assertEqual((REPORTS - 5, True), (len(entries), remains.is_whole))
        again = disk.Spool(path, 10**6, 'never')
        self.addCleanup(again.close)
        again.append([make(REPORTS)])
        self.assertEqual(REPORTS - 4, len(again.after(0, 1000)))

    def test_a_seal_is_of_its_place(self):
        (one,), (two,) = entry.rows(1, ['{}']), entry.rows(2, ['{}'])
        self.assertNotEqual(one[2], two[2])
