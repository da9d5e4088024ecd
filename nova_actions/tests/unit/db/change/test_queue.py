# SPDX-License-Identifier: Apache-2.0
"""Each transition is queued, whatever makes it."""

import uuid

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db.change import kind
from nova_actions.db.change import queue
from nova_actions.db.models import INSTANCES
from nova_actions.objects.report import ReportList
from nova_actions.tests import base
from nova_actions.tests.unit.db.change import base as change_base
from nova_actions.upkeep import orphans
from nova_actions.upkeep import stale_reporter


class _Tests(change_base.Changes):
    def setUp(self):
        super().setUp()
        self.action = str(uuid.uuid4())

    def rows(self, count, action=None):
        """Return transitions that differ."""
        now = timeutils.utcnow()
        return [
            {
                'kind': kind.STEP_BEGUN,
                'action_uuid': action or self.action,
                'event_uuid': str(uuid.UUID(int=number)),
                'happened_at': now,
                'outcome': None,
                'reason': f'reason {number}',
            }
            for number in range(count)
        ]

    def queued(self, *actions):
        with db.begun() as connection:
            return queue.of_actions(connection, actions or [self.action])

    def reasons(self, *actions):
        return [row['reason'] for row in self.queued(*actions)]

    def test_any_number_is_queued_in_order(self):
        """With one statement for each number, or with any."""
        expected = []
        for count in range(queue.FEW + 3):
            with db.begun() as connection:
                queue.add(connection, self.rows(count))
            expected += [row['reason'] for row in self.rows(count)]
            self.assertEqual(expected, self.reasons())

    def test_statement_and_its_transitions_are_one_transaction(self):
        def store(connection):
            done = queue.execute(
                connection,
                sa.update(INSTANCES)
                .where(INSTANCES.c.uuid == sa.bindparam('which'))
                .values(display_name='new'),
                {'which': self.instance_uuid},
                self.rows(2),
            )
            self.assertEqual(1, done.rowcount)

        def fail():
            with db.begun() as connection:
                store(connection)
                raise exception.NotFound

        self.assertRaises(exception.NotFound, fail)
        self.assertEqual([], self.reasons())
        with db.begun() as connection:
            store(connection)
        self.assertEqual(['reason 0', 'reason 1'], self.reasons())
        self.assertEqual(
            'new',
            db.instance_get(self.admin, self.instance_uuid)['display_name'],
        )

    def test_drop_and_move(self):
        other = str(uuid.uuid4())
        with db.begun() as connection:
            queue.add(connection, self.rows(4))
            first, second, *_rest = queue.of_actions(connection, [self.action])
            queue.drop(connection, [first['id']])
            queue.move(connection, [second['id']], other)
        self.assertEqual(['reason 1'], self.reasons(other))
        self.assertEqual(['reason 2', 'reason 3'], self.reasons())
        self.assertEqual(
            [f'reason {number}' for number in (1, 2, 3)],
            self.reasons(other, self.action),
        )

    def test_batch_is_queued_once(self):
        handle = str(uuid.uuid4())
        start = self.report(
            kind='start',
            uuid=handle,
            name='build',
            host='h',
            start_time=timeutils.utcnow(),
        )
        finish = self.report(
            kind='finish',
            uuid=handle,
            name='build',
            host='h',
            start_time=timeutils.utcnow(),
            result='Error',
            finish_time=timeutils.utcnow(),
            reason='no_valid_host',
        )
        for _ in range(2):
            ReportList.apply(self.admin, ReportList(objects=[start, finish]))
        self.assertEqual(
            [
                ('action_begun', None),
                ('step_begun', None),
                ('step_ended', 'Error'),
                ('action_ended', 'failed'),
            ],
            self.kinds(),
        )

    def test_closing_and_a_late_finish(self):
        epoch, handle = str(uuid.uuid4()), str(uuid.uuid4())
        ReportList.apply(
            self.admin,
            ReportList(
                objects=[
                    self.report(
                        kind='start',
                        uuid=handle,
                        name='build',
                        host='h',
                        start_time=timeutils.utcnow(),
                        epoch=epoch,
                    )
                ]
            ),
            epoch=epoch,
        )
        stale_reporter.close(self.admin, epoch, 'it died')
        last = self.told()[-1]['number']
        self.assertEqual(
            [('closed', 'Interrupted'), ('closed', 'interrupted')],
            self.kinds()[-2:],
        )
        self.end_step('build', uuid=handle)
        self.assertEqual(
            [('step_ended', 'Success'), ('action_ended', 'succeeded')],
            self.kinds(last),
        )

    def test_an_action_without_steps_is_closed(self):
        orphans.interrupt(self.admin, -1)
        self.assertEqual(
            [('action_begun', None), ('closed', 'interrupted')], self.kinds()
        )
        self.assertIsNone(self.told()[-1]['event_uuid'])
        self.assertEqual('interrupted', self.told()[-1]['reason'])

    def test_action_that_continues_ends_again(self):
        self.step('one')
        self.end_step('one')
        self.step('two')
        self.end_step('two')
        self.assertEqual(
            [
                'action_begun',
                'step_begun',
                'step_ended',
                'action_ended',
                'step_begun',
                'step_ended',
                'action_ended',
            ],
            [kind for kind, _outcome in self.kinds()],
        )


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
