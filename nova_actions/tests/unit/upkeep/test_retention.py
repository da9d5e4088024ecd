# SPDX-License-Identifier: Apache-2.0
from unittest import mock

import sqlalchemy as sa

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db import engine
from nova_actions.db import ledger_store
from nova_actions.db import models
from nova_actions.tests import fixtures
from nova_actions.tests.unit.db import old
from nova_actions.upkeep import retention


@engine.reader
def count_events(session):
    return session.execute(
        sa.select(sa.func.count()).select_from(models.InstanceActionEvent)
    ).scalar_one()


class RetentionMixin:
    def purge(
        self,
        before=0,
        pause=old.no_pause,
        dry_run=False,
        sink=None,
        **selection,
    ):
        done = list(
            retention.purge(
                self.admin,
                retention.Selection(old.NOW - before * old.DAY, **selection),
                pause=pause,
                dry_run=dry_run,
                sink=sink,
            )
        )
        return done[-1]

    def test_nothing_to_do(self):
        self.assertEqual(retention.Done(), self.purge())

    def test_what_is_old_goes_with_its_events(self):
        server = self.instance()
        self.action(server, 9, events=2)
        young = self.action(server, 1)
        self.assertEqual(retention.Done(1, 2), self.purge(before=5))
        self.assertEqual({young}, self.left(server))
        self.assertEqual(1, count_events(self.admin))
        self.assertIsNotNone(db.instance_get(self.admin, server))

    def test_what_runs_or_was_changed_since_stays(self):
        server = self.instance()
        stay = {
            self.action(server, 9, status='running'),
            self.action(server, 9, moved=1),
        }
        self.action(server, 9, status='interrupted')
        self.assertEqual(1, self.purge(before=5).actions)
        self.assertEqual(stay, self.left(server))

    def test_a_moment_is_exact(self):
        server = self.instance()
        at = self.action(server, 5)
        self.action(server, 5.0000001)
        self.purge(before=5)
        self.assertEqual({at}, self.left(server))

    def test_each_servers_newest_stay(self):
        first, second = self.instance(), self.instance()
        ages = [9, 8, 8, 7, 6]
        uuids = [self.action(first, age) for age in ages]
        other = self.action(second, 9)
        young = self.action(first, 1)
        for dry_run in (True, False):
            self.assertEqual(
                3, self.purge(before=2, keep_last=3, dry_run=dry_run).actions
            )
        self.assertEqual({*uuids[-2:], young}, self.left(first))
        self.assertEqual({other}, self.left(second))

    def test_max_rows(self):
        server = self.instance()
        for age in (9, 8, 7):
            self.action(server, age, events=2)
        # The first goes whatever its size.
        for limit, dry_run in ((1, True), (1, False)):
            self.assertEqual(
                retention.Done(1, 2, more=True),
                self.purge(max_rows=limit, dry_run=dry_run),
            )
        self.assertEqual(
            retention.Done(1, 2, more=True), self.purge(max_rows=5)
        )
        self.assertEqual(retention.Done(1, 2), self.purge(max_rows=3))
        self.assertEqual(set(), self.left(server))

    def test_max_rows_at_a_boundary_says_more(self):
        server = self.instance()
        for age in (9, 8):
            self.action(server, age)
        self.assertEqual(
            retention.Done(1, 1, more=True), self.purge(max_rows=2)
        )

    def test_a_dry_run_deletes_nothing(self):
        server = self.instance()
        self.action(server, 9, events=3)
        self.assertEqual(retention.Done(1, 3), self.purge(dry_run=True))
        self.assertEqual(1, len(self.left(server)))

    def test_batches_are_short_and_let_others_in(self):
        server = self.instance()
        for age in range(7):
            self.action(server, 9 + age, events=2)
        pause = mock.Mock(spec=old.no_pause)
        with (
            mock.patch.object(retention, 'PAGE', 4),
            mock.patch.object(retention, 'BATCH', 3),
            mock.patch.object(retention, 'BATCH_ROWS', 6),
        ):
            self.assertEqual(retention.Done(7, 14), self.purge(pause=pause))
        self.assertEqual(4, pause.call_count)

    def test_what_was_interrupted_goes_on(self):
        server = self.instance()
        for age in range(4):
            self.action(server, 9 + age)
        pause = mock.Mock(
            spec=old.no_pause, side_effect=[None, KeyboardInterrupt]
        )
        with mock.patch.object(retention, 'BATCH', 1):
            self.assertRaises(KeyboardInterrupt, self.purge, pause=pause)
            self.assertEqual(2, len(self.left(server)))
            self.assertEqual(2, self.purge().actions)

    def test_what_changes_before_the_lock_stays(self):
        server = self.instance()
        uuid = self.action(server, 9)
        lock = ledger_store.lock

        def late(session, ids):
            session.execute(
                sa.update(models.InstanceAction).values(status='running')
            )
            return lock(session, ids)

        with mock.patch.object(ledger_store, 'lock', late):
            self.assertEqual(retention.Done(), self.purge())
        self.assertEqual({uuid}, self.left(server))

    def test_what_could_not_be_saved_stays(self):
        server = self.instance()
        self.action(server, 9)

        def full(actions):
            raise OSError('No space left on device')

        self.assertRaises(OSError, self.purge, sink=full)
        self.assertEqual(1, len(self.left(server)))
        self.assertEqual(1, count_events(self.admin))

    def test_statements_do_not_grow_with_what_there_is(self):
        server = self.instance()
        # The first one makes the row that says how far it has come.
        self.purge()
        counts = []
        for number in (1, 20):
            for age in range(number):
                self.action(server, 9 + age)
            statements = self.useFixture(fixtures.Statements())
            self.purge()
            counts.append(len(statements.seen))
        self.assertEqual(counts[0], counts[1])

    def test_total(self):
        server = self.instance()
        self.action(server, 9)
        self.action(server, 1)
        self.assertEqual(
            1,
            retention.purge_total(
                self.admin, retention.Selection(old.NOW - 5 * old.DAY)
            ),
        )

    def test_the_database_is_gone(self):
        with mock.patch.object(
            retention,
            '_page',
            autospec=True,
            side_effect=exception.DatabaseUnavailable,
        ):
            self.assertRaises(exception.DatabaseUnavailable, self.purge)


class TestRetentionSqlite(RetentionMixin, old.OldRowsTestCase):
    pass


class PlanMixin:
    """The work of a page is bounded by an index, however much there is."""

    def plan(self):
        selection = retention.Selection(old.NOW, keep_last=2)
        seen = self.useFixture(fixtures.Statements())
        parameters = []

        def note(_connection, _cursor, _statement, values, *_rest):
            parameters.append(values)

        sa.event.listen(db.engine(), 'before_cursor_execute', note)
        retention._page(self.admin, selection, (old.NOW - old.DAY, 1))
        sa.event.remove(db.engine(), 'before_cursor_execute', note)
        statement, values = seen.seen[-1], parameters[-1]
        with db.engine().connect() as connection:
            self.settle(connection)
            return '\n'.join(
                map(
                    str,
                    connection.exec_driver_sql(f'EXPLAIN {statement}', values),
                )
            )

    def settle(self, connection):
        """Have the database prefer an index, as it does with many rows."""

    def test_plan(self):
        server = self.instance()
        for age in range(40):
            self.action(server, age, events=0)
        plan = self.plan()
        self.assertIn('instance_actions_created_at_id_idx', plan)
        self.assertIn('instance_actions_instance_uuid_created_at_id_idx', plan)


class TestRetentionMysql(RetentionMixin, PlanMixin, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestRetentionPostgresql(RetentionMixin, PlanMixin, old.OldRowsTestCase):
    BACKEND = 'postgresql'

    def settle(self, connection):
        connection.exec_driver_sql('SET enable_seqscan = off')
        connection.exec_driver_sql('SET enable_sort = off')
        connection.exec_driver_sql('SET enable_bitmapscan = off')
