# SPDX-License-Identifier: Apache-2.0
"""A cell is followed: what is copied, what of it, and what is not."""

import datetime
import uuid
from unittest import mock

import sqlalchemy as sa

from nova_actions import exception
from nova_actions.cells.follow import follower
from nova_actions.cells.follow import match
from nova_actions.cells.follow import state
from nova_actions.db import api as db
from nova_actions.db import engine
from nova_actions.db import models
from nova_actions.db import report
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow
from nova_actions.upkeep import retention
from nova_actions.upkeep import stale_reporter

ACTIONS, EVENTS = fixtures_cells.ACTIONS, fixtures_cells.EVENTS
START, SECOND = fixtures_cells.START, fixtures_cells.SECOND


class FollowTestCase(base.ObjectTestCase):
    CELL = 'sqlite'

    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf, self.CELL))
        self.cell.add_shadows()
        self.following = self.useFixture(fixtures_follow.Following(self.cell))

    def round(self):
        return self.following.round()

    def told(self):
        """Return the actions that are copied, with their steps."""
        return [
            (
                action['action'],
                action['status'],
                [
                    (event['event'], event['result'], event['details'])
                    for event in events
                ],
            )
            for action, events in fixtures_follow.content()
        ]


class TestCopies(FollowTestCase):
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

    def test_what_nobody_can_own(self):
        self.cell.action('no-uuid')
        self.cell.action(None)
        self.cell.event(None)
        self.round()
        self.assertEqual([], self.told())
        self.assertIsNotNone(state.get(self.admin, 'east')['whole_at'])

    def test_a_row_that_the_database_refuses(self):
        server = self.cell.server()
        good, bad = (
            self.cell.action(server, request_id=request)
            for request in ('req-1', 'req-2')
        )
        self.cell.event(good)

        def refuse(_connection, _cursor, statement, parameters, *_rest):
            if statement.startswith('INSERT INTO instance_actions ') and (
                'req-2' in str(parameters)
            ):
                raise sa.exc.DataError(statement, parameters, ValueError())

        sa.event.listen(db.engine(), 'before_cursor_execute', refuse)
        self.addCleanup(
            sa.event.remove, db.engine(), 'before_cursor_execute', refuse
        )
        self.cell.event(bad)
        self.round()
        self.assertEqual(
            ['req-1'],
            [
                action['request_id']
                for action, _events in fixtures_follow.content()
            ],
        )
        self.assertLess(0, state.get(self.admin, 'east')['skipped'])


class TestShown(FollowTestCase):
    def test_once_each(self):
        """Whatever is the same of them, and whatever has changed since."""
        server = self.cell.server()
        same = [
            self.cell.action(server, 'extend_volume', request_id='req-1')
            for _number in range(2)
        ]
        self.round()
        self.cell.update(ACTIONS, same[1], start_time=START + 60 * SECOND)
        self.cell.action(server, 'extend_volume', request_id='req-1')
        listed = InstanceActionList.get_by_instance_uuid(self.context, server)
        self.assertEqual(
            [False, True, True], [action.id > 0 for action in listed]
        )


class TestOwners(FollowTestCase):
    def owner(self):
        with db.engine().connect() as connection:
            return connection.execute(
                sa.select(models.INSTANCES.c.project_id)
            ).scalar_one()

    def test_as_the_cell_says(self):
        self.cell.action(
            self.cell.server(project_id='theirs'), project_id='admins'
        )
        self.round()
        self.assertEqual('theirs', self.owner())

    def test_as_we_know_it(self):
        server = self.cell.server(project_id='theirs')
        self.cell.action(server)

        @engine.writer
        def know(session):
            session.add(
                models.Instance(
                    uuid=server, project_id='ours', created_at=START
                )
            )

        know(self.admin)
        self.round()
        self.assertEqual('ours', self.owner())

    def test_nobody_knows(self):
        server = str(uuid.uuid4())
        self.cell.action(server, request_id='req-1')
        self.round()
        self.assertEqual('', self.owner())
        self.assertEqual(
            1, len(InstanceActionList.get_by_instance_uuid(self.admin, server))
        )
        for context in (self.context, self.stranger()):
            self.assertRaises(
                exception.Forbidden,
                InstanceActionList.get_by_instance_uuid,
                context,
                server,
            )
        self.assertIsNone(state.get(self.admin, 'east')['owner_id'])

    def test_an_archived_server(self):
        server = self.cell.server(project_id='theirs')
        action = self.cell.action(server)
        self.cell.archive(action)
        self.cell.move(fixtures_cells.INSTANCES, 1)
        self.round()
        self.assertEqual('theirs', self.owner())


class TestRetention(FollowTestCase):
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


class TestRecordedHere(FollowTestCase):
    def test_is_one_with_what_the_cell_alone_knows(self):
        server = self.cell.server()
        InstanceAction.action_start(self.context, server, 'reboot')
        with db.engine().connect() as connection:
            own = (
                connection.execute(sa.select(models.ACTIONS)).mappings().one()
            )
        action = self.cell.action(
            server,
            request_id=own['request_id'],
            start_time=own['start_time'].replace(microsecond=0),
        )
        self.cell.event(action)
        self.cell.action(server, 'stop', request_id=own['request_id'])
        self.round()
        self.round()
        self.assertEqual(
            [
                (
                    'reboot',
                    'succeeded',
                    [('compute_reboot_instance', 'Success', None)],
                ),
                ('stop', 'running', []),
            ],
            self.told(),
        )
        self.assertEqual(own['uuid'], fixtures_follow.content()[0][0]['uuid'])


class TestOfNobody(FollowTestCase):
    """What a compute service does by itself has an action of its own here;
    Nova adds it to the newest one."""

    def setUp(self):
        super().setUp()
        self.server = self.cell.server()
        self.action = self.cell.action(self.server)
        self.cell.event(self.action)

    def happen(self):
        self.cell.event(
            self.action,
            'compute_shelve_offload_instance',
            start_time=START + 100 * SECOND,
            finish_time=START + 101 * SECOND,
        )

    def report(self):
        start = START + 100 * SECOND + datetime.timedelta(milliseconds=400)
        (answer,) = report.apply(
            self.admin,
            [
                fixtures_follow.report(
                    'finish',
                    'compute_shelve_offload_instance',
                    self.server,
                    'req-of-the-task',
                    start,
                    project_id=None,
                    host='host1',
                    result='Success',
                    finish_time=start + SECOND,
                )
            ],
        )
        self.assertEqual('applied', answer.verdict)

    def check(self):
        self.assertEqual(
            [
                (
                    'reboot',
                    'succeeded',
                    [('compute_reboot_instance', 'Success', None)],
                ),
                (
                    'system',
                    'succeeded',
                    [('compute_shelve_offload_instance', 'Success', None)],
                ),
            ],
            self.told(),
        )
        before = fixtures_follow.content()
        self.round()
        self.assertEqual(before, fixtures_follow.content())

    def test_reported_first(self):
        self.round()
        self.report()
        self.happen()
        self.round()
        self.check()

    def test_copied_first(self):
        self.happen()
        self.round()
        self.report()
        self.round()
        self.check()

    def test_twice_in_a_minute(self):
        """One was reported, the other one was not."""
        self.round()
        self.report()
        for _number in range(2):
            self.happen()
        self.round()
        self.assertEqual(
            [2, 1],
            [len(events) for _action, events in fixtures_follow.content()],
        )


class TestTwoCells(FollowTestCase):
    """A server moves between two cells, both followed: Nova copies its
    actions with their steps, and goes on in one of them."""

    def setUp(self):
        super().setUp()
        self.west = self.useFixture(
            fixtures_cells.Cell(self.conf, self.CELL, name='west')
        )
        self.west.add_shadows()
        self.following_west = self.useFixture(
            fixtures_follow.Following(self.west)
        )
        self.server = self.cell.server()
        self.west.server(uuid=self.server)

    def record(self, cell, *results):
        action = cell.action(self.server, 'resize', request_id='req-1')
        return [
            cell.event(action, f'step{number}', result)
            for number, result in enumerate(results)
        ]

    def test_each_is_there_once(self):
        self.record(self.cell, 'Success', 'Error')
        self.record(self.west, 'Success', 'Error', 'Success')
        for _number in range(2):
            self.following.round()
            self.following_west.round()
        self.assertEqual(
            [
                (
                    'resize',
                    'failed',
                    [
                        ('step0', 'Success', None),
                        ('step1', 'Error', None),
                        ('step2', 'Success', None),
                    ],
                )
            ],
            self.told(),
        )

    def test_whichever_cell_tells_the_end(self):
        self.record(self.cell, None)
        (event,) = self.record(self.west, None)
        self.following.round()
        self.following_west.round()
        self.assertEqual('running', self.told()[0][1])
        self.west.update(
            EVENTS, event, result='Success', finish_time=START + 9 * SECOND
        )
        self.following_west.round()
        self.following.round()
        self.assertEqual(
            [('resize', 'succeeded', [('step0', 'Success', None)])],
            self.told(),
        )

    def test_both_at_once(self):
        """What is copied twice is made one."""
        self.record(self.cell, 'Success', None)
        self.record(self.west, 'Success', None)
        with mock.patch.object(
            match, 'actions', autospec=True, return_value={}
        ):
            self.following.round()
            self.following_west.round()
        self.following.round()
        self.following_west.round()
        self.assertEqual(
            [
                (
                    'resize',
                    'running',
                    [('step0', 'Success', None), ('step1', None, None)],
                )
            ],
            self.told(),
        )


class TestLease(FollowTestCase):
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


class TestCost(FollowTestCase):
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


class TestClosed(FollowTestCase):
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
