# SPDX-License-Identifier: Apache-2.0
"""The conductor follows what is to be followed."""

from unittest import mock

from oslo_utils import timeutils

from nova_actions import runtime
from nova_actions.cells import coverage
from nova_actions.cells.follow import merge
from nova_actions.cells.follow import state
from nova_actions.conductor import follow
from nova_actions.conductor import service
from nova_actions.conductor import timer
from nova_actions.db import report
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow
from nova_actions.tests import patience


class TestFollow(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf))
        self.cell.event(self.cell.action(self.cell.server()))

    def set(self, **values):
        for name, value in values.items():
            self.conf.set_override(name, value, group='cell:east')

    def made(self):
        """Return what follows the cell, not started."""
        made = follow.FollowedCell(self.conf, 'east')
        self.addCleanup(made.stop)
        return made

    def test_off_by_default(self):
        following = follow.Follow(self.conf)
        with mock.patch.object(follow, 'FollowedCell', autospec=True) as made:
            following.start()
            made.assert_not_called()
            following.stop()
            self.set(follow=True)
            following.start()
            made.assert_called_once_with(self.conf, 'east')
            following.stop()
        made.return_value.stop.assert_called_once_with()

    def test_reported_when_it_is_followed_no_more(self):
        made = self.made()
        made.run()
        made.stop()
        ((copied, steps),) = fixtures_follow.content()
        server = copied['instance_uuid']
        action = fixtures_follow.report(
            'action',
            copied['action'],
            server,
            copied['request_id'],
            copied['start_time'],
        )
        step = fixtures_follow.report(
            'finish',
            steps[0]['event'],
            server,
            copied['request_id'],
            steps[0]['start_time'],
            host=steps[0]['host'],
            result='Error',
            finish_time=steps[0]['finish_time'],
        )
        report.apply(self.admin, [action, step])
        self.assertEqual(2, len(fixtures_follow.content()))
        follow.FormerCells(self.conf, {'east'}).run()
        self.assertEqual(2, len(fixtures_follow.content()))
        follow.FormerCells(self.conf, ()).run()
        ((stored, events),) = fixtures_follow.content()
        self.assertEqual(
            (action['uuid'], 'failed'), (stored['uuid'], stored['status'])
        )
        self.assertEqual([step['uuid']], [each['uuid'] for each in events])

    def test_a_stop_does_not_wait_for_all_that_was_reported(self):
        """What is left is looked at after the next start."""
        made = self.made()
        made.run()
        made.stop()
        for number in range(5):
            report.apply(
                self.admin,
                [
                    fixtures_follow.report(
                        'action',
                        'create',
                        self.instance_uuid,
                        f'req-{number}',
                        timeutils.utcnow(),
                    )
                ],
            )
        self.patch(merge, 'SPAN', 2)
        self.patch(merge, 'BACK', 0)
        stopped = follow.FormerCells(self.conf, ())
        stopped.stop()
        stopped.run()
        reached = state.get(self.admin, 'east')['own_action_id']
        top, _event = merge.top(self.admin)
        self.assertLess(reached, top)
        self.assertIsNone(state.get(self.admin, 'east')['lease_end'])
        follow.FormerCells(self.conf, ()).run()
        self.assertEqual(top, state.get(self.admin, 'east')['own_action_id'])

    def test_a_cell_that_is_not_followed_any_more_is_not_late(self):
        made = self.made()
        made.run()
        former = follow.FormerCells(self.conf, ())
        former.run()
        # It is not taken from a conductor that still follows it.
        self.assertIsNotNone(coverage.get(self.admin).follow_lag)
        made.stop()
        # Nothing is new, so nothing is merged.
        former.run()
        former.run()
        self.assertIsNone(coverage.get(self.admin).follow_lag)
        self.assertIsNotNone(made.run())
        self.assertIsNotNone(coverage.get(self.admin).follow_lag)

    def test_a_look_does_not_make_it_late_again(self):
        made = self.made()
        made.run()
        made.stop()
        follow.FormerCells(self.conf, ()).run()
        lags = []
        with mock.patch.object(
            merge,
            'run',
            autospec=True,
            side_effect=lambda *_args: lags.append(
                coverage.get(self.admin).follow_lag
            ),
        ):
            follow.FormerCells(self.conf, ()).run()
        self.assertEqual([None], lags)

    def test_a_conductor_follows(self):
        self.set(follow=True, follow_interval=0.1)
        with mock.patch.object(
            timer.random, 'uniform', autospec=True, return_value=0
        ):
            conductor = service.ConductorService(self.conf)
            conductor.start()
            try:
                patience.wait_until('a copy', fixtures_follow.content)
            finally:
                conductor.stop()
        runtime.set_up_databases(self.conf)
        row = state.get(self.admin, 'east')
        self.assertIn(self.conf.host, row['holder'])
        self.assertIsNone(row['lease_end'])

    def test_two_of_them(self):
        first, second = self.made(), self.made()
        self.assertIsNotNone(first.run())
        self.assertIsNone(second.run())
        first.stop()
        self.assertIsNotNone(second.run())

    def test_too_old(self):
        self.conf.set_override('days', 1, group='retention')
        self.assertIsNotNone(self.made().run())
        self.assertEqual([], fixtures_follow.content())

    def test_the_cell_is_down_and_caught_up_later(self):
        made = self.made()
        made.run()
        before = state.get(self.admin, 'east')['caught_up_at']
        self.cell.action(self.cell.server())
        with mock.patch.object(
            made._source,
            'ask',
            autospec=True,
            side_effect=follow.exception.CellUnavailable(
                cell='east', retry_after=1
            ),
        ):
            self.assertIsNone(made.run())
        self.assertEqual(before, state.get(self.admin, 'east')['caught_up_at'])
        self.assertIsNotNone(made.run())
        self.assertEqual(2, len(fixtures_follow.content()))

    def test_our_own_database_is_down(self):
        made = self.made()
        with mock.patch.object(
            state,
            'acquire',
            autospec=True,
            side_effect=follow.exception.DatabaseUnavailable,
        ):
            self.assertIsNone(made.run())

    def test_the_end_does_not_wait_for_the_rest(self):
        self.set(follow_rate=1)
        self.cell.event(self.cell.action(self.cell.server()))
        made = self.made()
        made._periodic.stop()
        self.assertIsNone(made.run())
        self.assertEqual(1, len(fixtures_follow.content()))

    def test_told_once(self):
        made = self.made()
        with self.assertLogs(follow.LOG.logger, 'INFO') as logged:
            for _round in range(3):
                made.run()
        self.assertEqual(1, len(logged.output))
