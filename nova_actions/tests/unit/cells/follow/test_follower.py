# SPDX-License-Identifier: Apache-2.0
"""What of a cell is copied, by whom, and how much is read for it."""

import datetime
from unittest import mock

import sqlalchemy as sa

from nova_actions.cells.follow import follower
from nova_actions.cells.follow import state
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow
from nova_actions.tests.unit.cells.follow import base
from nova_actions.upkeep import retention

ACTIONS, EVENTS = fixtures_cells.ACTIONS, fixtures_cells.EVENTS
START, SECOND = fixtures_cells.START, fixtures_cells.SECOND


class TestCopies(base.FollowTestCase):
    def test_an_action_with_its_steps(self):
        server = self.cell.server()
        action = self.cell.action(server, request_id='req-1')
        self.cell.event(
            action,
            result='Error',
            details='password=hunter2',
            traceback='Traceback',
        )
        before = self.cell.content()
        self.round()
        ((stored, events),) = fixtures_follow.content()
        self.assertEqual(
            (server, 'req-1', 'user', 'owner', 'failed', 'Error', START),
            tuple(
                stored[name]
                for name in (
                    'instance_uuid',
                    'request_id',
                    'user_id',
                    'project_id',
                    'status',
                    'message',
                    'start_time',
                )
            ),
        )
        self.assertEqual(START + 2 * SECOND, stored['finish_time'])
        self.assertNotIn('hunter2', events[0]['details'])
        self.assertEqual(
            (2_000_000, 'host1', 1),
            tuple(
                events[0][name]
                for name in ('duration_us', 'host', 'redactions')
            ),
        )
        self.assertIsNotNone(events[0]['rules'])
        self.assertEqual(before, self.cell.content())

    def test_again_changes_nothing(self):
        for number in range(3):
            action = self.cell.action(self.cell.server())
            self.cell.event(action, result=('Success', 'Error', None)[number])
        self.round()
        before = fixtures_follow.content()
        self.round()
        self.following.follower = self.following.another('first')
        self.round()
        self.assertEqual(before, fixtures_follow.content())

    def test_what_is_archived(self):
        action = self.cell.action(self.cell.server())
        self.cell.event(action)
        self.cell.archive(action)
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
        self.cell.purge(action)
        self.round()
        self.assertEqual(1, len(self.told()))

    def test_no_shadow_tables(self):
        fixtures_cells.SHADOWS.drop_all(self.cell.engine)
        self.cell.action(self.cell.server())
        self.round()
        self.assertEqual([('reboot', 'running', [])], self.told())

    def test_in_batches(self):
        self.following.follower = self.following.another('first', rate=2)
        for _number in range(5):
            self.cell.event(self.cell.action(self.cell.server()))
        self.round()
        self.assertEqual(5, len(self.told()))
        self.assertEqual({'succeeded'}, {each[1] for each in self.told()})
        row = state.get(self.admin, 'east')
        self.assertEqual(
            (5, 5, 5, 5),
            tuple(
                row[name]
                for name in ('actions', 'events', 'action_id', 'event_top')
            ),
        )

    def test_what_ends_later(self):
        action = self.cell.action(self.cell.server())
        event = self.cell.event(action, result=None)
        self.round()
        self.assertEqual('running', self.told()[0][1])
        self.cell.update(
            EVENTS,
            event,
            finish_time=START + 3 * SECOND,
            result='Error',
            details='no room',
        )
        self.round()
        self.assertEqual(
            [
                (
                    'reboot',
                    'failed',
                    [('compute_reboot_instance', 'Error', 'no room')],
                )
            ],
            self.told(),
        )

    def test_what_ends_outside_the_window(self):
        self.following.follower = self.following.another('first', window=0)
        action = self.cell.action(self.cell.server())
        event = self.cell.event(action, result=None)
        ended = self.cell.action(self.cell.server(), 'resetState')
        self.round()
        self.cell.update(
            EVENTS, event, finish_time=START + 3 * SECOND, result='Success'
        )
        self.cell.update(ACTIONS, ended, finish_time=START + SECOND)
        self.round()
        self.assertEqual(
            [('reboot', 'succeeded'), ('resetState', 'succeeded')],
            [each[:2] for each in self.told()],
        )

    def test_what_is_committed_late(self):
        server = self.cell.server()
        self.cell.event(self.cell.action(server, id=7), id=70)
        self.round()
        self.cell.event(self.cell.action(server, 'stop', id=3), id=30)
        self.round()
        self.assertEqual(
            [('reboot', 'succeeded'), ('stop', 'succeeded')],
            [each[:2] for each in self.told()],
        )

    def test_rows_without_a_server(self):
        self.cell.action('no-uuid')
        self.cell.action(None)
        self.cell.event(None)
        self.round()
        self.assertEqual([], self.told())
        self.assertIsNotNone(state.get(self.admin, 'east')['whole_at'])


class TestRetention(base.FollowTestCase):
    def test_what_is_too_old_is_not_copied(self):
        server = self.cell.server()
        for days, name in ((9, 'old'), (1, 'new')):
            at = START - datetime.timedelta(days=days)
            self.cell.event(
                self.cell.action(server, name, created_at=at, updated_at=at)
            )
        self.following.follower.run(
            self.admin, START - datetime.timedelta(days=5)
        )
        self.assertEqual(['new'], [each[0] for each in self.told()])

    def test_what_is_purged_does_not_return(self):
        self.cell.event(self.cell.action(self.cell.server()))
        self.round()
        for _part in retention.purge(
            self.admin,
            retention.Selection(START + datetime.timedelta(days=1)),
            pause=lambda: None,
        ):
            pass
        with db.engine().connect() as connection:
            self.assertEqual(
                [], connection.execute(sa.select(models.FOLLOWED_ROWS)).all()
            )
        self.following.follower = self.following.another('first')
        self.round()
        self.assertEqual([], self.told())


class TestLease(base.FollowTestCase):
    def end_lease(self):
        with db.engine().begin() as connection:
            connection.execute(
                sa.update(models.FOLLOWED_CELLS).values(lease_end=START)
            )

    def test_one_at_a_time(self):
        other = self.following.another('second')
        self.assertIsNotNone(self.round())
        self.assertIsNone(other.run(self.admin))
        self.end_lease()
        self.assertIsNotNone(other.run(self.admin))
        self.assertIsNone(self.round())

    def test_given_back(self):
        self.round()
        state.release(self.admin, 'east', 'second')
        other = self.following.another('second')
        self.assertIsNone(other.run(self.admin))
        state.release(self.admin, 'east', 'first')
        self.assertIsNotNone(other.run(self.admin))

    def test_lost_in_the_middle(self):
        self.cell.action(self.cell.server())
        ask = self.following.source.ask

        def lose(*args):
            self.end_lease()
            return ask(*args)

        self.following.source.ask = lose
        self.assertRaises(state.Lost, self.round)
        self.assertEqual([], self.told())

    def test_paused(self):
        self.round()
        state.pause(self.admin, 'east', True)
        self.cell.action(self.cell.server())
        self.assertIsNone(self.round())
        state.pause(self.admin, 'east', False)
        self.round()
        self.assertEqual(1, len(self.told()))


class TestCost(base.FollowTestCase):
    def setUp(self):
        super().setUp()
        self.now = 0.0
        self.following.follower = self.following.another(
            'first', clock=lambda: self.now
        )
        server = self.cell.server()
        with self.cell.engine.begin() as connection:
            connection.execute(
                sa.insert(ACTIONS),
                [
                    {
                        'instance_uuid': server,
                        'action': 'reboot',
                        'created_at': START,
                        'start_time': START,
                        'deleted': 0,
                        'finish_time': START,
                    }
                    for _number in range(2000)
                ],
            )
        self.following.follower.run(self.admin)
        self.assertEqual(2000, len(self.told()))
        self.read = []
        self.useFixture(fixtures_follow.Rows(self.following.source, self.read))

    def rows(self, later):
        """Return how many rows a round reads."""
        self.now += later
        self.read.clear()
        self.assertIsNotNone(self.following.follower.run(self.admin))
        return sum(self.read)

    def test_an_idle_round(self):
        self.assertEqual(follower.NEAR, self.rows(5))
        self.assertEqual(2000, self.rows(follower.LOOK_BACK))
        self.assertEqual(follower.NEAR, self.rows(5))
        self.assertEqual(0, self.rows(follower.WINDOW))

    def test_a_small_window(self):
        self.following.follower._window = 10
        self.assertEqual(10, self.rows(5))
        self.assertEqual(10, self.rows(follower.LOOK_BACK))

    def test_actions_that_run(self):
        server = self.cell.server()
        for _number in range(3):
            self.cell.event(self.cell.action(server), result=None)
        self.rows(5)
        self.rows(follower.WINDOW + 1)
        self.assertEqual(6, self.rows(5))
        with mock.patch.object(follower, 'RUNNING', 2):
            self.assertEqual([4, 2, 4], [self.rows(5) for _ in range(3)])
