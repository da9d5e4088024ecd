# SPDX-License-Identifier: Apache-2.0
import contextlib
import functools
import socket
import threading
import uuid
from unittest import mock

import fixtures
import hypothesis
import sqlalchemy as sa
from hypothesis import strategies as st
from oslo_db import exception as db_exc
from pymysql.constants import CLIENT

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
_DEFERRED = deferred.deferred(_INSERT)
_DELETE = sa.delete(INSTANCES).where(
    INSTANCES.c.uuid == sa.bindparam('row_uuid')
)
_COUNT = sa.select(sa.func.count()).select_from(INSTANCES)

#: How often a statement is run until it is deferred without SQLAlchemy.
FIRST = 3
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


class _OneStatementProxy(fixtures.Fixture):
    """A proxy in front of MariaDB that has each connection send one statement
    at a time, as those do that do not know CLIENT_MULTI_STATEMENTS."""

    def __init__(self, server):
        self._server = server

    def _setUp(self):
        listener = socket.create_server(('127.0.0.1', 0))
        self.port = listener.getsockname()[1]
        self._open = [listener]
        thread = threading.Thread(target=self._accept, args=(listener,))
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self._close)

    def _close(self):
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self, listener):
        threads = []
        with contextlib.suppress(OSError):
            while True:
                client, _address = listener.accept()
                server = socket.create_connection(('127.0.0.1', self._server))
                self._open += client, server
                for thread in (
                    threading.Thread(target=self._copy, args=(server, client)),
                    threading.Thread(
                        target=self._copy, args=(client, server, _without)
                    ),
                ):
                    thread.start()
                    threads.append(thread)
        for thread in threads:
            thread.join()

    def _copy(self, source, target, change=bytes):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(change(data))
                # Only the first packet has the capabilities.
                change = bytes
            target.shutdown(socket.SHUT_WR)


def _without(handshake):
    """Return a client's handshake response without the capability."""
    flags = int.from_bytes(handshake[4:8], 'little')
    flags &= ~CLIENT.MULTI_STATEMENTS
    return handshake[:4] + flags.to_bytes(4, 'little') + handshake[8:]


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
        self.assert_clean()

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
                self.kill_number(self.number(connection))
            self.insert(connection)

        store(self.admin)
        self.assertEqual(1, self.count())

    def test_a_connection_that_was_lost_before_the_commit(self):
        killed = []

        @engine.recorder
        def store(connection):
            number = self.number(connection)
            self.insert(connection)
            if not killed:
                killed.append(True)
                self.kill_number(number)

        store(self.admin)
        self.assertEqual(1, self.count())
        self.assert_clean()

    def test_what_waits_too_long_for_a_lock_commits_nothing(self):
        with db.engine().begin() as connection:
            self.insert(connection, 'a')
        update = (
            sa.update(INSTANCES)
            .where(INSTANCES.c.uuid == 'a')
            .values(project_id='changed')
        )

        def late(connection):
            connection.exec_driver_sql(self.SHORT_LOCK_WAIT)
            self.insert(connection, 'b')
            connection.execute(deferred.deferred(update))
            self.insert(connection, 'c')

        with db.engine().begin() as connection:
            connection.execute(update)
            error = self.assertRaises(
                (db_exc.DBDeadlock, sa.exc.OperationalError), self.do, late
            )
            self.assertFalse(engine._is_of_connecting(error))
        self.assertEqual(1, self.count())
        self.assert_clean()
        # The session keeps its limit.
        db.engine().dispose()

    def do(self, work):
        with db.engine().begin() as connection:
            work(connection)

    def test_a_comment_ends_with_its_statement(self):
        with db.engine().begin() as connection:
            self.insert(connection, 'a')
            connection.execute(
                deferred.deferred(
                    sa.text("DELETE FROM instances WHERE uuid = 'a' -- why")
                )
            )
            self.insert(connection, 'b')
        self.assertEqual(1, self.count())

    def test_who_asks_for_no_transaction_has_none(self):
        with (
            db.engine()
            .connect()
            .execution_options(isolation_level='AUTOCOMMIT') as connection
        ):
            self.insert(connection, 'a')
            connection.rollback()
            self.insert(connection, 'b')
        self.assertEqual(2, self.count())
        self.assert_clean()

    def test_savepoints(self):
        with db.engine().begin() as connection:
            self.insert(connection, 'a')
            undone = connection.begin_nested()
            self.insert(connection, 'b')
            undone.rollback()
            with connection.begin_nested():
                self.insert(connection, 'c')
            self.insert(connection, 'd')
        self.assertEqual(3, self.count())

    def assert_clean(self):
        """A connection of the pool has nothing left of its last use."""
        with db.engine().connect() as connection:
            driver = connection.connection.dbapi_connection
            self.assertFalse(self.is_in_use(driver))
            self.assertNotIn(driver, deferred._waiting)

    def run_insert(self, connection, key='a', project_id="it's 100 %"):
        return deferred.run(
            connection,
            _DEFERRED,
            {
                'uuid': key,
                'project_id': project_id,
                'created_at': NOW,
                'deleted': 0,
            },
        )

    def run_first(self, connection):
        """Have PostgreSQL prepare the statement."""
        with mock.patch.object(prepared, 'THRESHOLD', 1):
            for number in range(FIRST):
                self.run_insert(connection, str(number))

    def test_what_is_run_bypasses_sqlalchemy(self):
        with db.engine().begin() as connection:
            self.run_first(connection)
            with mock.patch.object(
                connection, 'execute', autospec=True
            ) as execute:
                self.assertIsNone(self.run_insert(connection))
            execute.assert_not_called()
        self.assertEqual(FIRST + 1, self.count())

    def test_what_is_run_is_shown_to_listeners_once(self):
        shown = []

        def note(_connection, _cursor, statement, parameters, *_rest):
            shown.append("it's 100 %" in str(parameters))
            return f'{statement} -- why', parameters

        contexts = []

        def end(_connection, _cursor, _statement, _parameters, context, _many):
            contexts.append(context)

        made = db.engine()
        sa.event.listen(made, 'before_cursor_execute', note, retval=True)
        self.addCleanup(sa.event.remove, made, 'before_cursor_execute', note)
        sa.event.listen(made, 'after_cursor_execute', end)
        self.addCleanup(sa.event.remove, made, 'after_cursor_execute', end)
        with made.begin() as connection:
            self.run_first(connection)
        self.assertEqual([True] * FIRST, shown)
        # Each has a context of its own.
        self.assertEqual(FIRST, len({*map(id, contexts)}))
        self.assertIn('-- why', str(self.sent))

    def test_what_is_not_to_be_deferred_is_run_at_once(self):
        with db.engine().begin() as connection:
            self.insert(connection)
            found = deferred.run(connection, _DELETE, {'row_uuid': 'a'})
            self.assertEqual(1, found.rowcount)

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
        # With the row's id, the commit is one of its own.
        for trips, call, name in calls[:2]:
            self.sent.clear()
            found = call(context, self.instance_uuid, name, want_result=True)
            self.assertIsNotNone(found.id)
            self.assertEqual(trips + 1, len(self.sent), self.sent)

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
    SHORT_LOCK_WAIT = 'SET innodb_lock_wait_timeout = 1'

    def watch(self, driver, _record):
        query = driver.query

        @functools.wraps(query)
        def watched(sql, *args, **kwargs):
            self.sent.append(sql)
            return query(sql, *args, **kwargs)

        driver.query = watched

    def test_a_proxy_that_refuses_several(self):
        self.addCleanup(deferred.setup, sa.create_engine('sqlite://'))
        proxy = self.useFixture(_OneStatementProxy(3306))
        url = sa.make_url(self.conf.database.connection)
        self.conf.set_override(
            'connection',
            url.set(port=proxy.port).render_as_string(hide_password=False),
            group='database',
        )
        db.setup(self.conf)
        logged = self.useFixture(fixtures.FakeLogger(deferred.__name__))

        @engine.recorder
        def store(connection, *keys):
            for key in keys:
                self.insert(connection, key)

        store(self.admin, 'a', 'b')
        store(self.admin, 'c', 'd')
        self.assertEqual(4, self.count())
        self.assertEqual(1, len(logged.output.splitlines()), logged.output)

    def number(self, connection):
        return connection.exec_driver_sql('SELECT CONNECTION_ID()').scalar()

    def kill_number(self, number):
        with db.engine().connect() as other:
            other.exec_driver_sql(f'KILL {number}')

    def is_in_use(self, driver):
        is_in_transaction = driver.server_status & 1
        return (
            is_in_transaction
            or driver.get_autocommit()
            or (driver._result is not None and driver._result.has_next)
        )


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
    SHORT_LOCK_WAIT = "SET lock_timeout = '1ms'"

    def setUp(self):
        super().setUp()
        # What is prepared once is no matter here.
        self.enterContext(mock.patch.object(prepared, 'THRESHOLD', 1_000_000))

    def test_a_value_that_the_driver_refuses(self):
        @engine.recorder
        def store(connection, project_id):
            self.run_first(connection)
            self.run_insert(connection, project_id=project_id)

        self.assertRaises(
            exception.ActionsException, store, self.admin, '\ud800'
        )
        self.assertEqual(0, self.count())
        self.assert_clean()

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

    def number(self, connection):
        return connection.exec_driver_sql('SELECT pg_backend_pid()').scalar()

    def kill_number(self, number):
        with db.engine().connect() as other:
            other.exec_driver_sql(f'SELECT pg_terminate_backend({number})')

    def test_begin_goes_with_the_first_statement(self):
        with db.engine().begin() as connection:
            connection.execute(_COUNT)
            (sent,) = self.sent
            self.assertTrue(sent.startswith('BEGIN\n;'), sent)

    def test_nothing_is_executed_outside_of_the_transaction(self):
        """After a syntax error, which has nothing be executed at all."""

        def work(connection):
            self.insert(connection, 'a')
            self.assertRaises(
                db_exc.DBError, connection.exec_driver_sql, 'SELEC 1'
            )
            self.assertRaises(db_exc.DBError, connection.execute, _COUNT)
            self.insert(connection, 'b')

        self.assertRaises(db_exc.DBError, self.do, work)
        self.assertEqual(0, self.count())
        self.assert_clean()

    def is_in_use(self, driver):
        return driver.autocommit or driver.get_transaction_status() != 0


#: What drivers escape, databases interpret, and an encoding may lack.
VALUES = st.text(
    st.sampled_from('\\\'"%;-#/*\0\n$:aé€😀') | st.characters(), max_size=20
) | st.sampled_from(
    ["\\'; DROP TABLE instances; --", '%(uuid)s', '%s', '; /*', '-- ', "''"]
)


class _ValueTests:
    """Values are stored, or rejected, as by a statement of its own."""

    def test_values(self):
        @hypothesis.settings(max_examples=500 if FULL else 30)
        @hypothesis.example('', '\ud800')
        @hypothesis.given(VALUES, VALUES)
        def check(one, other):
            self.assertEqual(
                self.stored(one, other, lambda statement: statement),
                self.stored(one, other, deferred.deferred),
            )

        check()

    def stored(self, one, other, change):
        prefix = str(uuid.uuid4())[:8]
        try:
            with db.engine().begin() as connection:
                for key, value in (('a', one), ('b', other)):
                    connection.execute(
                        change(_INSERT),
                        {
                            'uuid': f'{prefix}{key}',
                            'project_id': value,
                            'created_at': NOW,
                        },
                    )
        except (
            db_exc.DBError,
            db_exc.DBInvalidUnicodeParameter,
            ValueError,
        ):
            return 'rejected'
        with db.engine().connect() as connection:
            return (
                connection.execute(
                    sa.select(INSTANCES.c.project_id, INSTANCES.c.created_at)
                    .where(INSTANCES.c.uuid.startswith(prefix))
                    .order_by(INSTANCES.c.uuid)
                )
                .tuples()
                .all()
            )


class TestValuesOfMysql(_ValueTests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestValuesWithoutBackslashEscapes(_ValueTests, base.ObjectTestCase):
    BACKEND = 'mysql'

    def setUp(self):
        super().setUp()
        self.conf.set_override(
            'mysql_sql_mode',
            'TRADITIONAL,NO_BACKSLASH_ESCAPES',
            group='database',
        )
        db.setup(self.conf)


class TestValuesOfPostgresql(_ValueTests, base.ObjectTestCase):
    BACKEND = 'postgresql'


class TestValuesWithoutStandardStrings(_ValueTests, base.ObjectTestCase):
    BACKEND = 'postgresql'

    def setUp(self):
        super().setUp()
        with db.engine().begin() as connection:
            name = connection.engine.url.database
            connection.exec_driver_sql(
                f'ALTER DATABASE {name} SET standard_conforming_strings = off'
            )
        db.engine().dispose()


class TestValuesOfLatin1(_ValueTests, base.ObjectTestCase):
    BACKEND = 'latin1'


class TestSqlite(base.ObjectTestCase):
    def test_it_is_executed_at_once(self):
        with db.engine().begin() as connection:
            done = connection.execute(
                deferred.deferred(sa.insert(HORIZONS)), {'before': NOW}
            )
            self.assertEqual(1, done.rowcount)
