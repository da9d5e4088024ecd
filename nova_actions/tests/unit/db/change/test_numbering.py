# SPDX-License-Identifier: Apache-2.0
"""Changes are numbered once, after their commits."""

import datetime
import uuid
from unittest import mock

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db.change import kind
from nova_actions.db.change import numbering
from nova_actions.db.models import CHANGE_FEED
from nova_actions.db.models import CHANGE_QUEUE
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.report import ReportList
from nova_actions.tests import base
from nova_actions.tests.unit.db.change import base as change_base
from nova_actions.upkeep import orphans
from nova_actions.upkeep import retention


class _Tests(change_base.Changes):
    def test_each_transition_is_numbered_once_in_order(self):
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

    def test_a_failed_action_has_a_reason(self):
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

    def test_what_is_rolled_back_gets_no_number(self):
        stranger = self.new_context(project_id='other')
        self.assertRaises(exception.Forbidden, self.begin, 'reboot', stranger)
        self.assertEqual([('action_begun', None)], self.kinds())

    def test_a_purge_is_no_change(self):
        InstanceAction.action_finish(self.context, self.instance_uuid)
        before = self.told()
        self.purge()
        self.assertEqual(before, self.told())
        # Nor is there a change for what was deleted before it got its number.
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

    def test_another_conductor_takes_over_an_expired_lease(self):
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


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
