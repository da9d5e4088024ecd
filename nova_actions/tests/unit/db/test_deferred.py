# SPDX-License-Identifier: Apache-2.0
import functools
import uuid
from unittest import mock

import hypothesis
import sqlalchemy as sa
from hypothesis import strategies as st
from oslo_db import exception as db_exc
from pymysql import connections

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db import deferred
from nova_actions.db import engine
from nova_actions.db import prepared
from nova_actions.db.models import HORIZONS
from nova_actions.db.models import INSTANCES
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import FULL
from nova_actions.tests import base
from nova_actions.tests.unit.db.test_prepared import NOW

_INSERT = sa.insert(INSTANCES)
_DELETE = sa.delete(INSTANCES).where(
    INSTANCES.c.uuid == sa.bindparam('row_uuid')
)
_COUNT = sa.select(sa.func.count()).select_from(INSTANCES)

KEYS = st.integers(0, 3)
#: What a transaction does, and whether each may wait.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just('insert'), KEYS, st.booleans()),
        st.tuples(st.just('delete'), KEYS, st.booleans()),
        st.tuples(st.just('insert several'), KEYS, st.booleans()),
        st.tuples(st.just('count'), KEYS, st.just(False)),
    ),
    max_size=6,
)
TRANSACTIONS = st.lists(st.tuples(STEPS, st.booleans()), max_size=4)


class _Refused(Exception):
    pass


class _Tests:
    def setUp(self):
        super().setUp()
        self.sent = []
        made = db.engine()
        made.dispose()
        sa.event.listen(made, 'connect', self.watch)
        self.addCleanup(sa.event.remove, made, 'connect', self.watch)
        with made.connect() as connection:
            connection.execute(_COUNT)
        self.sent.clear()

    def insert(self, connection, key='a'):
        connection.execute(
            deferred.deferred(_INSERT),
            {'uuid': key, 'project_id': "it's 100 %", 'created_at': NOW},
        )

    def count(self):
        with db.engine().connect() as connection:
            return connection.execute(_COUNT).scalar_one()

    def test_what_waits_goes_with_the_commit(self):
        with db.engine().begin() as connection:
            self.insert(connection, 'a')
            self.insert(connection, 'b')
            self.assertEqual([], self.sent)
        self.assertEqual(1, len(self.sent), self.sent)
        self.assertTrue(self.sent[0].endswith('COMMIT'))
        self.assertEqual(2, self.count())

    def test_what_waits_goes_before_what_is_answered(self):
        with db.engine().begin() as connection:
            self.insert(connection)
            self.assertEqual(1, connection.execute(_COUNT).scalar_one())
        self.assertEqual(1, self.count())

    def test_what_waits_goes_before_many(self):
        with db.engine().begin() as connection:
            self.insert(connection, 'a')
            connection.execute(_DELETE, [{'row_uuid': 'a'}, {'row_uuid': 'b'}])
        self.assertEqual(0, self.count())

    def test_what_waits_goes_before_text_of_the_driver(self):
        with db.engine().begin() as connection:
            self.insert(connection)
            result = connection.exec_driver_sql(
                "SELECT uuid FROM instances WHERE project_id LIKE '%%100%%'"
            )
            self.assertEqual('a', result.scalar_one())

    def test_nothing_is_sent_when_nothing_is_done(self):
        with db.engine().begin():
            pass
        self.assertEqual([], self.sent)

    def test_what_waits_is_forgotten_with_a_rollback(self):
        self.assertRaises(ValueError, self.fail_after, self.insert)
        self.assertEqual([], self.sent)
        self.assertEqual(0, self.count())

    def fail_after(self, work):
        with db.engine().begin() as connection:
            work(connection)
            raise ValueError

    def test_what_was_sent_is_rolled_back(self):
        def work(connection):
            self.insert(connection)
            connection.execute(_COUNT)

        self.assertRaises(ValueError, self.fail_after, work)
        self.assertEqual(0, self.count())

    def test_an_error_ends_the_transaction(self):
        @engine.recorder
        def twice(connection):
            for key in ('a', 'b', 'a', 'c'):
                self.insert(connection, key)

        self.assertRaises(exception.Conflict, twice, self.admin)
        self.assertEqual(0, self.count())

    def test_an_error_of_what_waited_is_one_of_the_next(self):
        with db.engine().connect() as connection:
            self.insert(connection, 'a')
            self.insert(connection, 'a')
            self.assertRaises(
                db_exc.DBDuplicateEntry, connection.execute, _COUNT
            )
        self.assertEqual(0, self.count())

    def test_a_value_that_does_not_fit(self):
        @engine.recorder
        def store(connection):
            self.insert(connection, 'x' * 300)

        self.assertRaises(exception.Invalid, store, self.admin)

    def test_a_connection_that_was_lost(self):
        killed = []

        @engine.recorder
        def store(connection):
            if not killed:
                killed.append(True)
                self.kill(connection)
            self.insert(connection)

        store(self.admin)
        self.assertEqual(1, self.count())

    def test_round_trips_of_calls(self):
        for name in ('create', 'start'):
            # Who has asked before knows the owner.
            context = self.new_context()
            InstanceAction.action_start(context, self.instance_uuid, name)
        calls = (
            (1, InstanceAction.action_start, 'reboot'),
            (2, InstanceActionEvent.event_start, 'compute_x'),
            (2, InstanceActionEvent.event_finish, 'compute_x'),
        )
        for trips, call, name in calls:
            self.sent.clear()
            call(context, self.instance_uuid, name, want_result=False)
            self.assertEqual(trips, len(self.sent), self.sent)

    def test_the_record_is_the_same(self):
        @hypothesis.settings(max_examples=200 if FULL else 20)
        @hypothesis.given(TRANSACTIONS)
        def check(transactions):
            self.assertEqual(
                *(
                    self.done(transactions, may_wait)
                    for may_wait in (False, True)
                )
            )

        check()

    def done(self, transactions, may_wait):
        """Return what transactions leave, and which of them failed."""
        prefix = str(uuid.uuid4())[:8]
        failed = [
            self.has_failed(steps, is_ended, prefix, may_wait)
            for steps, is_ended in transactions
        ]
        with db.engine().connect() as connection:
            found = connection.execute(
                sa.select(INSTANCES.c.uuid)
                .where(INSTANCES.c.uuid.startswith(prefix))
                .order_by(INSTANCES.c.uuid)
            ).scalars()
            return [each.removeprefix(prefix) for each in found], failed

    def has_failed(self, steps, is_ended, prefix, may_wait):
        try:
            with db.engine().begin() as connection:
                for name, key, waits in steps:
                    self.step(
                        connection, name, f'{prefix}{key}', waits and may_wait
                    )
                if not is_ended:
                    raise _Refused
        except (db_exc.DBDuplicateEntry, _Refused):
            return True
        return False

    def step(self, connection, name, key, waits):
        change = deferred.deferred if waits else lambda statement: statement
        row = {'uuid': key, 'project_id': '%', 'created_at': NOW}
        if name == 'insert':
            connection.execute(change(_INSERT), row)
        elif name == 'insert several':
            connection.execute(
                change(_INSERT), [row, {**row, 'uuid': f'{key}b'}]
            )
        elif name == 'delete':
            connection.execute(change(_DELETE), {'row_uuid': key})
        else:
            connection.execute(_COUNT)


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'

    def watch(self, driver, _record):
        query = driver.query

        @functools.wraps(query)
        def watched(sql, *args, **kwargs):
            self.sent.append(sql)
            return query(sql, *args, **kwargs)

        driver.query = watched

    def test_a_proxy_that_refuses_several(self):
        self.addCleanup(deferred.setup, sa.create_engine('sqlite://'))
        query = connections.Connection.query

        def one_alone(driver, sql, *args, **kwargs):
            if ';\n' in sql:
                sql = 'BEGIN;; SELECT'
            return query(driver, sql, *args, **kwargs)

        @engine.recorder
        def store(connection):
            self.insert(connection, 'a')
            self.insert(connection, 'b')

        db.engine().dispose()
        with mock.patch.object(connections.Connection, 'query', one_alone):
            store(self.admin)
        self.assertEqual(2, self.count())

    def kill(self, connection):
        number = connection.exec_driver_sql('SELECT CONNECTION_ID()').scalar()
        with db.engine().connect() as other:
            other.exec_driver_sql(f'KILL {number}')


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'

    def setUp(self):
        super().setUp()
        # What is prepared once is no matter here.
        self.enterContext(mock.patch.object(prepared, 'THRESHOLD', 1_000_000))

    def watch(self, driver, _record):
        from psycopg2 import extensions

        sent = self.sent

        class Cursor(extensions.cursor):
            def execute(self, query, parameters=None):
                sent.append(
                    query.decode() if isinstance(query, bytes) else query
                )
                super().execute(query, parameters)

        driver.cursor_factory = Cursor

    def kill(self, connection):
        number = connection.exec_driver_sql('SELECT pg_backend_pid()').scalar()
        with db.engine().connect() as other:
            other.exec_driver_sql(f'SELECT pg_terminate_backend({number})')

    def test_begin_goes_with_the_first_statement(self):
        with db.engine().begin() as connection:
            connection.execute(_COUNT)
            (sent,) = self.sent
            self.assertTrue(sent.startswith('BEGIN;'), sent)

    def test_who_asks_for_no_transaction_has_none(self):
        with (
            db.engine()
            .connect()
            .execution_options(isolation_level='AUTOCOMMIT') as connection
        ):
            self.insert(connection)
        self.assertEqual(1, self.count())


class TestSqlite(base.ObjectTestCase):
    def test_it_is_executed_at_once(self):
        with db.engine().begin() as connection:
            done = connection.execute(
                deferred.deferred(sa.insert(HORIZONS)), {'before': NOW}
            )
            self.assertEqual(1, done.rowcount)
