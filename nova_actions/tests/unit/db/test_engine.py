# SPDX-License-Identifier: Apache-2.0
import os
import stat

import sqlalchemy as sa
from oslo_db import exception as db_exc
from oslotest import base
from sqlalchemy import exc as sa_exc

from nova_actions import exception
from nova_actions.context import get_admin_context
from nova_actions.db import engine
from nova_actions.db.models import HORIZONS
from nova_actions.tests import fixtures
from nova_actions.tests.unit.db.test_prepared import NOW


def _driver_error(state=None, *args):
    error = Exception(*args)
    error.pgcode = state
    return error


def _from_driver(kind, original, statement='SELECT 1'):
    return kind(statement, {}, original)


class TestErrorsTranslated(base.BaseTestCase):
    def check(self, expected, error):
        def fail():
            with engine.errors_translated():
                raise error

        caught = self.assertRaises(exception.ActionsException, fail)
        self.assertIs(expected, type(caught))
        self.assertIsNone(caught.__cause__)
        self.assertTrue(caught.__suppress_context__)

    def test_a_row_that_exists(self):
        self.check(exception.Conflict, db_exc.DBDuplicateEntry())

    def test_a_database_that_is_down(self):
        for error in (
            db_exc.DBConnectionError(),
            db_exc.CantStartEngineError(),
            db_exc.DBDeadlock(),
            sa_exc.TimeoutError(),
            _from_driver(sa_exc.OperationalError, _driver_error(), None),
            db_exc.DBError(ValueError()),
        ):
            self.check(exception.DatabaseUnavailable, error)

    def test_a_value_that_is_refused(self):
        for error in (
            db_exc.DBDataError(),
            db_exc.DBInvalidUnicodeParameter(),
            db_exc.DBError(OverflowError()),
            _from_driver(sa_exc.DataError, _driver_error()),
        ):
            self.check(exception.Invalid, error)

    def test_a_statement_that_is_cancelled(self):
        """Also one that was sent with the commit, which has no statement."""
        for original in (_driver_error('57014'), _driver_error(None, 1969)):
            for statement in ('SELECT 1', None):
                self.check(
                    exception.DatabaseTimeout,
                    _from_driver(sa_exc.OperationalError, original, statement),
                )

    def test_ours_are_left_alone(self):
        error = exception.NotFound()
        self.assertIs(
            error,
            self.assertRaises(exception.NotFound, self.raise_within, error),
        )

    def raise_within(self, error):
        with engine.errors_translated():
            raise error


class TestSetup(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.settings = self.useFixture(fixtures.Conf())
        self.addCleanup(engine.dispose)

    def set_up(self, url):
        self.settings.conf.set_override('connection', url, group='database')
        engine.setup(self.settings.conf)

    def test_a_connection_is_needed(self):
        self.assertRaises(exception.InvalidInput, self.set_up, None)

    def test_a_file_is_private(self):
        path = os.path.join(self.settings.conf.state_path, 'made.sqlite')
        self.set_up(f'sqlite:///{path}')
        self.assertEqual(0o600, stat.S_IMODE(os.stat(path).st_mode))

    def test_a_file_that_cannot_be_created(self):
        self.assertRaises(
            exception.InvalidInput, self.set_up, 'sqlite:////nowhere/at/all'
        )


class _TransactionTests:
    def setUp(self):
        super().setUp()
        conf = self.useFixture(fixtures.Conf()).conf
        self.useFixture(fixtures.Database(conf, self.BACKEND))
        self.context = get_admin_context()

    def count(self):
        with engine.engine().connect() as connection:
            return connection.execute(
                sa.select(sa.func.count()).select_from(HORIZONS)
            ).scalar_one()

    def test_a_deadlock_is_retried_from_the_start(self):
        attempts = []
        for decorate in (engine.writer, engine.recorder):

            @decorate
            def store(connection):
                connection.execute(sa.insert(HORIZONS).values(before=NOW))
                attempts.append(True)
                if len(attempts) % 2:
                    raise db_exc.DBDeadlock

            store(self.context)
        self.assertEqual(4, len(attempts))
        self.assertEqual(2, self.count())

    def test_an_error_rolls_back(self):
        for decorate in (engine.writer, engine.recorder):

            @decorate
            def store(connection):
                connection.execute(sa.insert(HORIZONS).values(before=NOW))
                raise exception.NotFound

            self.assertRaises(exception.NotFound, store, self.context)
        self.assertEqual(0, self.count())

    def test_begun(self):
        with engine.begun() as connection:
            connection.execute(sa.insert(HORIZONS).values(before=NOW))
        self.assertEqual(1, self.count())


class TestSqlite(_TransactionTests, base.BaseTestCase):
    BACKEND = 'sqlite'


class TestMysql(_TransactionTests, base.BaseTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_TransactionTests, base.BaseTestCase):
    BACKEND = 'postgresql'
