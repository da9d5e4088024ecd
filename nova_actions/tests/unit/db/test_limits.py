# SPDX-License-Identifier: Apache-2.0
"""Statement timeouts, as each database has them."""

import sqlalchemy as sa
from oslotest import base

from nova_actions.db import limits
from nova_actions.tests import database

#: For longer than the limit.
SLOW = {
    'mysql': 'SELECT SLEEP(100) FROM information_schema.tables',
    'postgresql': 'SELECT pg_sleep(100)',
}


class Cursor:
    """A cursor of a server of some version."""

    def __init__(self, version):
        self.version = version
        self.executed = []

    def execute(self, statement):
        self.executed.append(statement)

    def fetchone(self):
        return (self.version,)


class TestSetUp(base.BaseTestCase):
    def set_up(self, backend, version=''):
        cursor = Cursor(version)
        limits.set_up(cursor, backend, 0.0015)
        return cursor.executed[-1:]

    def test_units(self):
        """MariaDB counts seconds, the others milliseconds."""
        self.assertEqual(
            ['SET statement_timeout = 2'], self.set_up('postgresql')
        )
        for backend in ('mysql', 'mariadb'):
            self.assertEqual(
                ['SET SESSION max_statement_time = 0.0015'],
                self.set_up(backend, '11.8.1-MariaDB-4'),
            )
            self.assertEqual(
                ['SET SESSION max_execution_time = 2'],
                self.set_up(backend, '8.4.3'),
            )
        self.assertEqual([], self.set_up('sqlite'))


class _Tests:
    def setUp(self):
        super().setUp()
        self.engine = sa.create_engine(database.create(self, self.BACKEND))
        self.addCleanup(self.engine.dispose)

        @sa.event.listens_for(self.engine, 'connect')
        def connect(driver, _record):
            cursor = driver.cursor()
            limits.set_up(cursor, self.BACKEND, 0.05)
            cursor.close()

    def fail(self, statement):
        with self.engine.connect() as connection:
            error = self.assertRaises(
                sa.exc.DBAPIError, connection.exec_driver_sql, statement
            )
        return limits.is_exceeded(error.orig)

    def test_slow_statement(self):
        self.assertTrue(self.fail(SLOW[self.BACKEND]))

    def test_other_error(self):
        self.assertFalse(self.fail('SELECT * FROM nowhere'))


class TestMysql(_Tests, base.BaseTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.BaseTestCase):
    BACKEND = 'postgresql'
