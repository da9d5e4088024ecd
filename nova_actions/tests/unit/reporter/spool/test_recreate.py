# SPDX-License-Identifier: Apache-2.0
"""A database whose file was deleted, recreated under its name."""

import os
import sqlite3

import fixtures
from oslotest import base

from nova_actions.reporter.spool import recreate


class RecreateTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        folder = self.useFixture(fixtures.TempDir()).path
        self.path = os.path.join(folder, 'spool')
        self.db = self.connect()
        self.db.execute('PRAGMA journal_mode=WAL')
        self.db.execute('CREATE TABLE report (body TEXT)')
        self.db.execute("INSERT INTO report VALUES ('a'), ('b')")

    def connect(self):
        db = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(db.close)
        return db

    def rows(self, db):
        return db.execute('SELECT body FROM report').fetchall()

    def test_whatever_was_deleted(self):
        for suffixes in (('', '-wal', '-shm'), ('',), ('-wal',), ()):
            for is_forced in (False, True):
                db = self.connect()
                db.execute('PRAGMA journal_mode=WAL')
                self.rows(db)
                for suffix in suffixes:
                    os.unlink(self.path + suffix)
                recreate.store(db, self.path, is_forced)
                self.assertEqual(0o600, os.stat(self.path).st_mode & 0o777)
                self.assertEqual([('a',), ('b',)], self.rows(self.connect()))

    def test_where_it_cannot_be(self):
        os.unlink(self.path)
        os.mkdir(f'{self.path}.new')
        self.assertRaises(OSError, recreate.store, self.db, self.path, True)
        self.assertEqual([('a',), ('b',)], self.rows(self.db))
        self.assertFalse(os.path.exists(self.path))
