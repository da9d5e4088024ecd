# SPDX-License-Identifier: Apache-2.0
"""A spool is rebuilt of its file and its log."""

import contextlib
import os
import shutil
import sqlite3

import fixtures
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.reporter.spool import wal
from nova_actions.tests.functional import fuzz

#: Rows to insert, by commit; None writes the log back to the file.
commits = st.lists(st.none() | st.integers(1, 20), min_size=1, max_size=8)


class TestRebuild(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path
        self.path = os.path.join(self.folder, 'a')
        self.target = os.path.join(self.folder, 'rebuilt')

    def write(self, commits, size=4096):
        """Leave the files of a killed process; return how many rows each
        commit had left."""
        living = f'{self.path}.living'
        for suffix in ('', '-wal', '-shm'):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(living + suffix)
        counts = [0]
        db = sqlite3.connect(living, isolation_level=None)
        with contextlib.closing(db):
            db.execute(f'PRAGMA page_size={size}')
            db.execute('PRAGMA journal_mode=WAL')
            db.execute('PRAGMA wal_autocheckpoint=0')
            db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, text)')
            for number in commits:
                if number is None:
                    db.execute('PRAGMA wal_checkpoint(RESTART)')
                    continue
                db.execute('BEGIN')
                for _ in range(number):
                    db.execute('INSERT INTO t (text) VALUES (?)', ('x' * 999,))
                db.execute('COMMIT')
                counts.append(counts[-1] + number)
            for suffix in ('', '-wal'):
                shutil.copy(living + suffix, self.path + suffix)
        return counts

    def rebuilt(self):
        wal.rebuild(self.path, self.target)
        self.assertFalse(os.path.exists(f'{self.target}-wal'))
        db = sqlite3.connect(f'file:{self.target}?mode=ro', uri=True)
        with contextlib.closing(db):
            self.assertEqual(
                'ok', db.execute('PRAGMA integrity_check').fetchone()[0]
            )
            return db.execute('SELECT count(*) FROM t').fetchone()[0]

    @fuzz.examples(25)
    @given(commits, st.sampled_from((512, 4096, 65536)))
    def test_copy_has_all_rows(self, commits, size):
        counts = self.write(commits, size)
        self.assertEqual(counts[-1], self.rebuilt())

    def test_half_a_transaction_is_left_out(self):
        counts = self.write([5, 5, 50])
        log = f'{self.path}-wal'
        os.truncate(log, os.stat(log).st_size - 4096)
        self.assertEqual(counts[-2], self.rebuilt())

    def test_owner_only(self):
        self.write([1])
        self.rebuilt()
        self.assertEqual(0o600, os.stat(self.target).st_mode & 0o777)

    def test_originals_stay_as_they_are(self):
        self.write([5])
        found = []
        for _ in range(2):
            for suffix in ('', '-wal'):
                with open(self.path + suffix, 'rb') as file:
                    found.append(file.read())
            self.rebuilt()
        self.assertEqual(found[:2], found[2:])
