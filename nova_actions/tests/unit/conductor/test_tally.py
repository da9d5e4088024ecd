# SPDX-License-Identifier: Apache-2.0
"""What is counted of changes as they get their numbers."""

import datetime
import itertools
import uuid

from oslotest import base

from nova_actions.conductor import tally
from nova_actions.db.change import kind
from nova_actions.tests import fixtures

BEGAN = datetime.datetime(2026, 11, 27, 12)


class TallyTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.told = self.useFixture(fixtures.Metrics())
        self.now = 0.0
        self.tally = tally.Tally(lambda: self.now)
        self.action = str(uuid.uuid4())

    def take(self, kind_of, outcome=None, step=None, seconds=0.0, **values):
        self.tally.take(
            [
                {
                    'kind': kind_of,
                    'action_uuid': self.action,
                    'action': 'reboot',
                    'event_uuid': str(uuid.uuid4()) if step else None,
                    'event': step,
                    'outcome': outcome,
                    'start_time': BEGAN,
                    'happened_at': BEGAN + datetime.timedelta(seconds=seconds),
                    **values,
                }
            ]
        )

    def finished(self, outcome):
        return self.told(
            'actions_finished_total', action='reboot', outcome=outcome
        )

    def test_an_action(self):
        self.take(kind.ACTION_BEGUN)
        self.take(kind.STEP_BEGUN, step='compute_reboot_instance')
        self.take(kind.STEP_ENDED, 'Success', 'compute_reboot_instance', 4)
        self.take(kind.ACTION_ENDED, 'succeeded', seconds=4)
        self.tally.settle(0)
        self.assertEqual(
            1, self.told('actions_started_total', action='reboot')
        )
        self.assertEqual(
            1,
            self.told('events_started_total', event='compute_reboot_instance'),
        )
        self.assertEqual(
            1,
            self.told(
                'events_finished_total',
                event='compute_reboot_instance',
                outcome='success',
            ),
        )
        self.assertEqual(1, self.finished('succeeded'))
        self.assertEqual(
            4,
            self.told(
                'action_duration_seconds_sum',
                action='reboot',
                outcome='succeeded',
            ),
        )
        self.assertEqual(
            4,
            self.told(
                'event_duration_seconds_sum', event='compute_reboot_instance'
            ),
        )

    def test_a_backlog_leaves_little_to_remember(self):
        for number in range(100):
            self.take(
                kind.ACTION_ENDED, 'succeeded', action_uuid=str(uuid.uuid4())
            )
            self.now += tally.SETTLED / 4
            self.assertLessEqual(number - 4, self.finished('succeeded') or 0)

    def test_an_attempt_that_fails_is_no_end(self):
        for outcome in ('failed', 'succeeded_after_retry'):
            self.take(kind.STEP_BEGUN, step='compute_reboot_instance')
            self.take(kind.ACTION_ENDED, outcome)
            self.now += tally.SETTLED / 2
            self.tally.settle()
        self.now += tally.SETTLED
        self.tally.settle()
        self.assertIsNone(self.finished('failed'))
        self.assertEqual(1, self.finished('succeeded_after_retry'))

    def test_the_last_of_several_ends_counts(self):
        for outcome in ('failed', 'interrupted'):
            self.take(kind.ACTION_ENDED, outcome)
        self.tally.settle(0)
        self.assertIsNone(self.finished('failed'))
        self.assertEqual(1, self.finished('interrupted'))

    def test_one_that_is_not_settled_waits(self):
        self.take(kind.ACTION_ENDED, 'failed')
        self.tally.settle()
        self.assertIsNone(self.finished('failed'))
        self.now += tally.SETTLED
        self.tally.settle()
        self.assertEqual(1, self.finished('failed'))

    def test_names_that_others_choose(self):
        for number, _each in enumerate(itertools.repeat(None, 50)):
            self.take(kind.ACTION_BEGUN, action=f'action {number}')
            self.take(kind.STEP_ENDED, 'Error', f'step {number}')
        self.assertEqual(
            50, self.told('actions_started_total', action='other')
        )
        self.assertEqual(
            50,
            self.told('events_finished_total', event='other', outcome='error'),
        )

    def test_who_does_not_know_when_it_began(self):
        self.take(kind.CLOSED, 'interrupted', start_time=None)
        self.tally.settle(0)
        self.assertEqual(1, self.finished('interrupted'))
        self.assertIsNone(
            self.told(
                'action_duration_seconds_count',
                action='reboot',
                outcome='interrupted',
            )
        )

    def test_a_clock_that_is_behind(self):
        self.take(kind.ACTION_ENDED, 'failed', seconds=-5)
        self.tally.settle(0)
        self.assertEqual(
            0,
            self.told(
                'action_duration_seconds_sum',
                action='reboot',
                outcome='failed',
            ),
        )
