# SPDX-License-Identifier: Apache-2.0
"""What became of the rows of a cell."""

import datetime

from nova_actions import sanitize
from nova_actions.cells.follow import compare
from nova_actions.cells.follow import state
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow
from nova_actions.tests.unit.cells.follow import base

START = fixtures_cells.START
DAY = datetime.timedelta(days=1)


class CompareTest(base.FollowTestCase):
    def compare(self, since=START - 99 * DAY):
        return compare.make(
            self.admin,
            self.following.source,
            state.get(self.admin, 'east'),
            since,
            sanitize.Sanitizer(),
        )

    def lose(self):
        """Have our own database forget all that it has."""
        with db.begun() as connection:
            connection.execute(models.FOLLOWED_ROWS.delete())
            connection.execute(models.EVENTS.delete())
            connection.execute(models.ACTIONS.delete())

    def record(self, **values):
        """Report an action that the cell has, too."""
        server = self.cell.server()
        self.cell.action(server, request_id='req-own', **values)
        self.report(
            server,
            fixtures_follow.report(
                'action', 'reboot', server, 'req-own', START
            ),
        )

    def test_copied_and_recorded(self):
        self.record()
        self.cell.event(self.cell.action(self.cell.server()))
        self.round()
        found = self.compare()
        self.assertEqual(
            {compare.COPIED: 1, compare.RECORDED: 1}, found['actions']
        )
        self.assertEqual({compare.COPIED: 1}, found['events'])
        self.assertEqual([], found['missing'])

    def test_copied_from_another_cell(self):
        """Where its server came from: nothing has reported it, and neither
        has it another end here."""
        server = self.cell.server()
        west = self.useFixture(
            fixtures_cells.Cell(self.conf, self.CELL, name='west')
        )
        west.add_shadows()
        west.server(uuid=server)
        for cell, result in ((self.cell, None), (west, 'Success')):
            cell.event(cell.action(server, request_id='req-1'), result=result)
        self.useFixture(fixtures_follow.Following(west)).round()
        for is_copied in (False, True):
            if is_copied:
                self.round()
            found = self.compare()
            self.assertEqual({compare.COPIED: 1}, found['actions'])
            self.assertEqual({}, found['action_ends'])
        self.assertEqual({compare.COPIED: 1}, found['events'])
        self.assertEqual({}, found['event_ends'])

    def test_never_followed(self):
        """What was reported is found all the same."""
        self.record()
        action = self.cell.action(self.cell.server())
        found = self.compare()
        self.assertEqual(
            {compare.RECORDED: 1, compare.MISSING: 1}, found['actions']
        )
        self.assertEqual([action], [each['id'] for each in found['missing']])
        self.assertEqual({}, found['events'])

    def test_what_is_lost(self):
        """Both tables are looked at, and the rows are named."""
        action = self.cell.action(self.cell.server())
        event = self.cell.event(action)
        self.round()
        self.lose()
        found = self.compare()
        self.assertEqual(
            [
                ('instance_actions', action, 'reboot'),
                ('instance_actions_events', event, 'compute_reboot_instance'),
            ],
            [
                (each['table'], each['id'], each['name'])
                for each in found['missing']
            ],
        )

    def test_why_a_row_is_not_here(self):
        self.round()
        reached = state.get(self.admin, 'east')['caught_up_at']
        state.raise_floor(self.admin, reached - 9 * DAY)
        for created, expected in (
            (reached - 10 * DAY, compare.OLD),
            (reached - DAY, compare.MISSING),
            (reached + DAY, compare.LATE),
        ):
            self.cell.action(self.cell.server(), created_at=created)
            found = self.compare(created)
            self.assertEqual({expected: 1}, found['actions'])

    def test_what_is_too_old_is_not_counted(self):
        self.cell.action(self.cell.server(), created_at=START - DAY)
        self.cell.action(self.cell.server(), created_at=START)
        self.round()
        self.assertEqual({compare.COPIED: 1}, self.compare(START)['actions'])
