# SPDX-License-Identifier: Apache-2.0
"""What a cell and a reporter, or two cells, tell of the same."""

import datetime
from unittest import mock

import sqlalchemy as sa

from nova_actions.cells.follow import match
from nova_actions.cells.follow import merge
from nova_actions.cells.follow import state
from nova_actions.db import api as db
from nova_actions.db import ledger_store
from nova_actions.db import models
from nova_actions.db import report
from nova_actions.db.change import numbering
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.tests import fixtures
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow
from nova_actions.tests.unit.cells.follow import base

EVENTS = fixtures_cells.EVENTS
START, SECOND = fixtures_cells.START, fixtures_cells.SECOND


class TestRecordedHere(base.FollowTestCase):
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


class TestProjectless(base.FollowTestCase):
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


class TestTwoCells(base.FollowTestCase):
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

    ENDS = [('step0', 'Success'), (None, 'succeeded')]

    def copy_as_another(self, following):
        """Copy what another cell has, too, as if at the same moment; before
        it is made one."""
        with (
            mock.patch.object(
                match, 'actions', autospec=True, return_value={}
            ),
            mock.patch.object(match, 'events', autospec=True, return_value={}),
            mock.patch.object(merge, 'run', autospec=True),
        ):
            following.round()

    def number(self):
        """Tell what is queued; return the ends that were told so far."""
        while numbering.number(self.admin, 'one', settle=merge.queued):
            pass
        with db.engine().connect() as connection:
            return connection.execute(
                sa.select(models.CHANGES.c.event, models.CHANGES.c.outcome)
                .where(models.CHANGES.c.outcome.is_not(None))
                .order_by(models.CHANGES.c.number)
            ).all()

    def tell_an_end(self):
        """Have one cell tell how a step ended, and then the other one that it
        is open; return the step there."""
        for each in (self.following, self.following_west):
            each.count_as_news(START)
        self.record(self.cell, 'Success')
        self.following.round()
        self.assertEqual(self.ENDS, self.number())
        (event,) = self.record(self.west, None)
        self.copy_as_another(self.following_west)
        return event

    def test_an_end_is_told_once_by_the_first_again(self):
        self.tell_an_end()
        self.following.round()
        self.following.round()
        self.assertEqual([('step0', 'Success', None)], self.told()[0][2])
        self.assertEqual(self.ENDS, self.number())

    def end_in_the_other(self, result):
        """Make one of both copies, then have the other cell tell the end."""
        event = self.tell_an_end()
        merge.run(
            self.admin,
            'east',
            'first',
            state.acquire(self.admin, 'east', 'first'),
            merge.top(self.admin),
            lambda _seconds: None,
        )
        self.assertEqual([('step0', None, None)], self.told()[0][2])
        self.west.update(
            EVENTS, event, result=result, finish_time=START + 9 * SECOND
        )
        self.following_west.round()
        self.assertEqual([('step0', result, None)], self.told()[0][2])
        return self.number()

    def test_an_end_is_told_once_by_the_other_one(self):
        self.assertEqual(self.ENDS, self.end_in_the_other('Success'))

    def test_another_end_is_told(self):
        """The first one was not the true one."""
        self.assertEqual(
            [*self.ENDS, ('step0', 'Error'), (None, 'failed')],
            self.end_in_the_other('Error'),
        )

    def test_cells_are_locked_before_actions(self):
        """As when a batch is copied, or each could wait for the other."""
        for each in (self.following, self.following_west):
            each.count_as_news(START)
        self.record(self.cell, 'Success')
        self.record(self.west, 'Success')
        with (
            mock.patch.object(
                match, 'actions', autospec=True, return_value={}
            ),
            mock.patch.object(merge, 'run', autospec=True),
        ):
            self.following.round()
            self.following_west.round()
        locks = []

        def spy(module, name, word):
            real = getattr(module, name)

            def run(*args):
                locks.append(word(*args))
                return real(*args)

            return mock.patch.object(
                module, name, autospec=True, side_effect=run
            )

        with (
            spy(state, 'locked', lambda _connection, cell: cell),
            spy(ledger_store, 'lock', lambda *_args: 'actions'),
        ):
            numbering.number(self.admin, 'one', settle=merge.queued)
        self.assertEqual(
            ['east', 'west', 'actions'], locks[: locks.index('actions') + 1]
        )
        self.assertEqual(1, len(self.told()))


class TestManyCells(base.FollowTestCase):
    def number(self):
        self.cell.event(
            self.cell.action(self.cell.server()), 'compute_step', 'Success'
        )
        self.round()
        with fixtures.Statements() as statements:
            done = numbering.number(self.admin, 'one', settle=merge.queued)
        self.assertEqual(4, done)
        return len(statements.seen)

    def test_only_those_of_the_servers_are_asked(self):
        """What a change costs does not grow with the number of cells."""
        self.following.count_as_news(START)
        self.number()
        before = self.number()
        with db.begun() as connection:
            connection.execute(
                sa.insert(models.FOLLOWED_CELLS),
                [
                    {'cell': f'cell{number}', 'created_at': START}
                    for number in range(100)
                ],
            )
        self.assertEqual(before, self.number())
