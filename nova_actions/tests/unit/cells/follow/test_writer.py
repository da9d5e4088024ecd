# SPDX-License-Identifier: Apache-2.0
"""Further attempts and late ends of steps."""

from nova_actions.cells.follow import state
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow
from nova_actions.tests.unit.cells.follow import base
from nova_actions.upkeep import stale_reporter

ACTIONS, EVENTS = fixtures_cells.ACTIONS, fixtures_cells.EVENTS
START, SECOND = fixtures_cells.START, fixtures_cells.SECOND


class TestAttempts(base.FollowTestCase):
    def test_what_is_overwritten_is_a_further_attempt(self):
        action = self.cell.action(self.cell.server(), 'create')
        event = self.cell.event(
            action, result='Error', details='no room', traceback='Traceback'
        )
        self.round()
        other = self.cell.event(action, result=None, host='host2')
        self.cell.update(
            EVENTS, event, finish_time=START + 9 * SECOND, result='Success'
        )
        self.round()
        ((stored, events),) = fixtures_follow.content()
        self.assertEqual(
            [
                ('host1', 'Error', 'no room', START + 2 * SECOND),
                ('host2', None, None, None),
                ('host1', 'Success', None, START + 9 * SECOND),
            ],
            [
                tuple(
                    each[name]
                    for name in ('host', 'result', 'details', 'finish_time')
                )
                for each in sorted(
                    events,
                    key=lambda each: each['finish_time'] or START + 8 * SECOND,
                )
            ],
        )
        self.assertEqual('running', stored['status'])
        self.cell.update(
            EVENTS, other, finish_time=START + 9 * SECOND, result='Success'
        )
        self.round()
        self.assertEqual('succeeded_after_retry', self.told()[0][1])
        self.assertEqual(1, state.get(self.admin, 'east')['attempts'])


class TestClosed(base.FollowTestCase):
    def test_a_true_end_counts_after_a_closing(self):
        action = self.cell.action(self.cell.server())
        event = self.cell.event(action, result=None)
        self.round()
        ((stored, _events),) = fixtures_follow.content()
        stale_reporter.close_action(self.admin, stored['uuid'], 'by jane')
        self.round()
        self.assertEqual(
            [
                (
                    'reboot',
                    'interrupted',
                    [('compute_reboot_instance', 'Interrupted', 'by jane')],
                )
            ],
            self.told(),
        )
        end = START + 9 * SECOND
        self.cell.update(
            EVENTS, event, result='Success', finish_time=end, updated_at=end
        )
        self.cell.update(ACTIONS, action, updated_at=end)
        self.round()
        self.assertEqual(
            [
                (
                    'reboot',
                    'succeeded',
                    [('compute_reboot_instance', 'Success', None)],
                )
            ],
            self.told(),
        )
