# SPDX-License-Identifier: Apache-2.0
"""Changes: each transition once, numbered after its commit."""

import datetime
import uuid
from unittest import mock

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db.change import expiry
from nova_actions.db.change import feed
from nova_actions.db.change import kind
from nova_actions.db.change import numbering
from nova_actions.db.models import CHANGE_FEED
from nova_actions.db.models import CHANGE_QUEUE
from nova_actions.db.models import CHANGES
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.report import Report
from nova_actions.objects.report import ReportList
from nova_actions.tests import base
from nova_actions.upkeep import orphans
from nova_actions.upkeep import retention
from nova_actions.upkeep import stale_reporter


class _Tests:
    def setUp(self):
        super().setUp()
        self.begin('create')

    def begin(self, name, context=None):
        return InstanceAction.action_start(
            context or self.context, self.instance_uuid, name
        )

    def step(self, name, **kwargs):
        return InstanceActionEvent.event_start(
            self.context, self.instance_uuid, name, host='h', **kwargs
        )

    def end_step(self, name, **kwargs):
        return InstanceActionEvent.event_finish(
            self.context, self.instance_uuid, name, host='h', **kwargs
        )

    def number(self, holder='one'):
        done = 0
        while count := numbering.number(self.admin, holder):
            done += count
        return done

    def told(self, after=0, limit=1000, **kwargs):
        self.number()
        return feed.page(self.admin, after, limit, **kwargs).rows

    def kinds(self, after=0):
        return [(row['kind'], row['outcome']) for row in self.told(after)]

    def report(self, **values):
        return Report(
            **{
                'instance_uuid': self.instance_uuid,
                'request_id': self.context.request_id,
                **values,
            }
        )

    def test_each_transition_is_told_once_in_order(self):
        self.step('build')
        self.end_step('build')
        # A resend is no transition.
        self.end_step('build')
        InstanceAction.action_finish(self.context, self.instance_uuid)
        self.assertEqual(
            [
                ('action_begun', None),
                ('step_begun', None),
                ('step_ended', 'Success'),
                ('action_ended', 'succeeded'),
            ],
            self.kinds(),
        )
        rows = self.told()
        self.assertEqual([1, 2, 3, 4], [row['number'] for row in rows])
        self.assertEqual(
            {self.instance_uuid}, {row['instance_uuid'] for row in rows}
        )
        self.assertEqual({'owner'}, {row['project_id'] for row in rows})
        self.assertEqual([None, 'h', 'h', None], [row['host'] for row in rows])
        self.assertEqual(
            [None, 'build', 'build', None], [row['event'] for row in rows]
        )

    def test_a_batch_tells_the_same(self):
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

    def test_closing_and_a_late_finish_are_told(self):
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

    def test_an_action_that_failed_says_why(self):
        handle, now = str(uuid.uuid4()), timeutils.utcnow()
        ReportList.apply(
            self.admin,
            ReportList(
                objects=[
                    self.report(
                        kind='start',
                        uuid=handle,
                        name='build',
                        host='h',
                        start_time=now,
                    ),
                    self.report(
                        kind='finish',
                        uuid=handle,
                        name='build',
                        host='h',
                        finish_time=now,
                        result='Error',
                        reason='quota',
                    ),
                ]
            ),
        )
        self.assertEqual(
            [('step_ended', 'quota'), ('action_ended', 'quota')],
            [(row['kind'], row['reason']) for row in self.told()][-2:],
        )

    def test_an_action_that_goes_on_ends_again(self):
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

    def test_what_is_rolled_back_is_not_told(self):
        stranger = self.new_context(project_id='other')
        self.assertRaises(exception.Forbidden, self.begin, 'reboot', stranger)
        self.assertEqual([('action_begun', None)], self.kinds())

    def test_a_purge_is_no_change(self):
        InstanceAction.action_finish(self.context, self.instance_uuid)
        before = self.told()
        self.purge()
        self.assertEqual(before, self.told())
        # Nor is anything told of what went before it got its number.
        self.begin('reboot', self.new_context())
        orphans.interrupt(self.admin, -1)
        self.purge()
        self.assertEqual(before, self.told())

    def purge(self):
        later = timeutils.utcnow() + datetime.timedelta(days=1)
        self.assertEqual(
            1,
            list(
                retention.purge(
                    self.admin, retention.Selection(later), pause=lambda: None
                )
            )[-1].actions,
        )

    def test_another_takes_over_when_the_lease_has_ended(self):
        self.assertEqual(1, numbering.number(self.admin, 'one'))
        self.begin('reboot', self.new_context())
        self.assertEqual(0, numbering.number(self.admin, 'two'))
        numbering.release(self.admin, 'two')
        self.assertEqual(0, numbering.number(self.admin, 'two'))
        # As when its time is over.
        with db.begun() as connection:
            connection.execute(
                sa.update(CHANGE_FEED).values(
                    lease_end=datetime.datetime(2000, 1, 1)
                )
            )
        self.assertEqual(1, numbering.number(self.admin, 'two'))
        # Who had it before sees that, and numbers nothing.
        self.begin('reboot', self.new_context())
        self.assertEqual(0, numbering.number(self.admin, 'one'))
        # Given back, it is anybody's.
        numbering.release(self.admin, 'two')
        self.assertEqual(1, numbering.number(self.admin, 'one'))

    def test_a_fault_before_numbering_keeps_nothing_back(self):
        self.step('step')

        def settle(connection, changes):
            # Undone with the rest of what it did.
            connection.execute(sa.delete(CHANGE_QUEUE))
            raise KeyError('fault')

        self.assertEqual(2, numbering.number(self.admin, 'one', settle=settle))
        self.assertEqual(
            [(kind.ACTION_BEGUN, None), (kind.STEP_BEGUN, None)], self.kinds()
        )

    def test_an_outage_before_numbering_keeps_all_back(self):
        settle = mock.Mock(side_effect=exception.DatabaseUnavailable)
        self.assertRaises(
            exception.DatabaseUnavailable,
            numbering.number,
            self.admin,
            'one',
            settle=settle,
        )
        self.assertEqual(1, self.number())

    def test_pages_follow_each_other(self):
        for _ in range(5):
            self.begin('reboot', self.new_context())
        self.number()
        seen, after = [], 0
        while rows := (page := feed.page(self.admin, after, 4)).rows:
            seen += [row['number'] for row in rows]
            after = page.after
        self.assertEqual([1, 2, 3, 4, 5, 6], seen)
        self.assertEqual(6, after)

    def test_a_project_sees_its_own_and_goes_on_after_all(self):
        page = self.foreign()
        self.assertEqual([], page.rows)
        self.assertEqual(1, page.after)

    def foreign(self):
        self.number()
        return feed.page(self.admin, 0, 10, project_id='other')

    def test_what_is_not_kept_is_said_to_be_gone(self):
        self.begin('reboot', self.new_context())
        self.number()
        with db.begun() as connection:
            connection.execute(
                sa.update(CHANGES)
                .where(CHANGES.c.number == 1)
                .values(
                    created_at=timeutils.utcnow() - datetime.timedelta(days=8)
                )
            )
        self.assertFalse(expiry.expire(self.admin, datetime.timedelta(days=7)))
        self.assertRaises(exception.ChangesGone, self.told)
        self.assertEqual([2], [row['number'] for row in self.told(1)])
        self.assertEqual(2, feed.last(self.admin))

    def test_before_anything_is_numbered_nothing_has_happened(self):
        self.assertEqual(feed.Page([], 0), feed.page(self.admin, 0, 1))
        self.assertEqual(0, feed.last(self.admin))

    def test_the_kinds_are_all_there_are(self):
        self.step('one')
        self.assertLessEqual(
            {name for name, _outcome in self.kinds()}, set(kind.KINDS)
        )


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
