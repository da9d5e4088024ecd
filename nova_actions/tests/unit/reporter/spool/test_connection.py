# SPDX-License-Identifier: Apache-2.0
import os
import sqlite3

import fixtures
from oslotest import base

from nova_actions.reporter.spool import connection
from nova_actions.reporter.spool import entry


class ConnectionTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        folder = self.useFixture(fixtures.TempDir()).path
        self.path = os.path.join(folder, 'a.spool')

    def connect(self, synchronous='NORMAL'):
        db = connection.connect(self.path, synchronous)
        self.addCleanup(db.close)
        return db

    def values(self, db, *names):
        return [db.execute(f'PRAGMA {name}').fetchone()[0] for name in names]

    def test_it_is_logged_ahead_and_reads_bytes(self):
        for name, number in (('OFF', 0), ('NORMAL', 1), ('FULL', 2)):
            db = self.connect(name)
            self.assertEqual(
                [b'wal', number],
                self.values(db, 'journal_mode', 'synchronous'),
            )

    def test_a_new_table_has_seals(self):
        db = self.connect()
        self.assertTrue(connection.make_table(db))
        self.assertEqual([entry.VERSION], self.values(db, 'user_version'))
        # It is there by now.
        self.assertTrue(connection.make_table(db))

    def test_reports_of_the_first_release_have_none(self):
        db = self.connect()
        db.execute(
            'CREATE TABLE report (id INTEGER PRIMARY KEY, body TEXT NOT NULL)'
        )
        db.execute("INSERT INTO report (body) VALUES ('{}')")
        self.assertFalse(connection.make_table(db))
        self.assertEqual(
            [(1, b'{}', None)],
            db.execute('SELECT id, body, checksum FROM report').fetchall(),
        )
        # Once they are delivered, the file is as a new one.
        db.execute('DELETE FROM report')
        self.assertTrue(connection.make_table(db))

    def test_what_is_no_database_is_broken(self):
        with open(self.path, 'wb') as file:
            file.write(b'no database at all' * 100)
        error = self.assertRaises(sqlite3.DatabaseError, self.connect)
        self.assertTrue(connection.is_broken(error))

    def test_other_errors_are_not_of_the_file(self):
        db = self.connect()
        for error in (
            self.assertRaises(sqlite3.Error, db.execute, 'SELECT nothing'),
            sqlite3.OperationalError('disk full'),
            OSError(),
        ):
            self.assertFalse(connection.is_broken(error))
