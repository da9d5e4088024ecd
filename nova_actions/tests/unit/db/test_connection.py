# SPDX-License-Identifier: Apache-2.0
import sqlite3
from unittest import mock

import sqlalchemy as sa
from oslo_db import exception as db_exc
from oslotest import base

from nova_actions.db import api as db
from nova_actions.db import connection
from nova_actions.tests import fixtures


class _Connection(sqlite3.Connection):
    """As those of other drivers, one that can be referred to weakly."""


class TestLighten(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.engine = sa.create_engine(
            'sqlite://',
            poolclass=sa.pool.QueuePool,
            pool_pre_ping=True,
            connect_args={'factory': _Connection},
        )
        self.addCleanup(self.engine.dispose)
        self.asked = []
        for name in ('do_ping', 'do_rollback'):
            self._watch(name)
        connection.lighten(self.engine)
        # The first one is fresh, and pinged by nobody.
        self._commit()
        self.asked.clear()

    def _watch(self, name):
        method = getattr(self.engine.dialect, name)

        def watched(*args):
            self.asked.append(name)
            return method(*args)

        setattr(self.engine.dialect, name, watched)

    def _commit(self):
        with self.engine.begin() as session:
            session.execute(sa.text('SELECT 1'))

    def test_nothing_is_asked_after_a_commit(self):
        self._commit()
        self.assertEqual([], self.asked)

    def test_a_connection_that_has_rested_is_pinged(self):
        with mock.patch.object(connection, 'TRUSTED', 0.0):
            self._commit()
        self.assertEqual(['do_ping'], self.asked)

    def test_what_was_not_committed_is_rolled_back(self):
        with self.engine.connect() as session:
            session.execute(sa.text('SELECT 1'))
        self.assertEqual(['do_rollback'], self.asked)

    def test_what_follows_a_commit_is_rolled_back(self):
        with self.engine.connect() as session:
            session.execute(sa.text('SELECT 1'))
            session.commit()
            session.execute(sa.text('SELECT 1'))
        self.assertEqual(['do_rollback'], self.asked)

    def test_an_error_is_rolled_back(self):
        self.assertRaises(sa.exc.OperationalError, self._fail)
        self.assertEqual(['do_rollback'], self.asked)

    def _fail(self):
        with self.engine.begin() as session:
            session.execute(sa.text('SELECT nothing'))

    def test_what_is_done_without_a_transaction_is_rolled_back(self):
        raw = self.engine.raw_connection()
        raw.close()
        self.assertEqual(['do_rollback'], self.asked)


class TestReading(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        conf = self.useFixture(fixtures.Conf()).conf
        self.useFixture(fixtures.Database(conf, 'postgresql'))
        self.engine = db.engine()

    def _read(self, statement='SELECT 1'):
        with connection.reading(self.engine) as session:
            session.execute(sa.text(statement))
            driver = session.connection.dbapi_connection
            return driver, driver.info.transaction_status

    def test_no_transaction_is_begun(self):
        _driver, status = self._read()
        self.assertEqual(0, status)

    def test_who_writes_next_has_one(self):
        reader, _status = self._read()
        self.assertRaises(db_exc.DBError, self._read, 'SELECT nothing')
        with self.engine.connect() as session:
            driver = session.connection.dbapi_connection
            self.assertIs(reader, driver)
            session.execute(sa.text('CREATE TABLE other (id INTEGER)'))
            self.assertEqual(2, driver.info.transaction_status)
        with self.engine.connect() as session:
            self.assertFalse(sa.inspect(session).has_table('other'))

    def test_one_that_was_lost(self):
        self.assertRaises(
            db_exc.DBConnectionError,
            self._read,
            'SELECT pg_terminate_backend(pg_backend_pid())',
        )
        self._read()
