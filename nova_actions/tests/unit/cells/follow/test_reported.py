# SPDX-License-Identifier: Apache-2.0
"""What a reporter told of the rows of cells."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from nova_actions.cells.follow import known
from nova_actions.cells.follow import reported
from nova_actions.cells.follow import source_row
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow
from nova_actions.tests.unit.cells.follow import base

START = fixtures_cells.START
EVENT = 'compute_reboot_instance'
CELLS = ('east', 'west')


class FindTest(base.FollowTestCase):
    def setUp(self):
        super().setUp()
        west = self.useFixture(
            fixtures_cells.Cell(self.conf, self.CELL, name='west')
        )
        west.add_shadows()
        self.cells = {'east': self.cell, 'west': west}
        self.followings = {
            'east': self.following,
            'west': self.useFixture(fixtures_follow.Following(west)),
        }
        self.numbers = itertools.count()

    def tell(self, server, request):
        """Have a reporter tell of an action with a step."""
        self.report(
            server,
            *(
                fixtures_follow.report(
                    kind, name, server, request, START, **of
                )
                for kind, name, of in (
                    ('action', 'reboot', {}),
                    ('start', EVENT, {'host': 'host1'}),
                )
            ),
        )

    def found(self, cell, source, source_id):
        """Return whether a reporter has told of a row, None where it is
        copied or unknown."""
        copy = known.of_ids(self.admin, cell, source, [source_id])[source_id]
        if copy.attempts:
            return None
        own_id = copy.own_id if source == source_row.EVENTS else copy.action_id
        told = reported.find(self.admin, cell, source, {source_id: own_id})
        self.assertIn(told, ({}, {source_id: own_id}))
        return bool(told)

    @given(
        moves=st.permutations(CELLS),
        is_first=st.booleans(),
        is_told=st.booleans(),
    )
    def test_whichever_comes_first(self, moves, is_first, is_told):
        """A server has its rows in two cells; a reporter tells of them before
        they are copied, after, or never."""
        server, request = self.cell.server(), f'req-{next(self.numbers)}'
        self.cells['west'].server(uuid=server)
        rows = {}
        for name, cell in self.cells.items():
            action = cell.action(server, request_id=request)
            rows[name] = action, cell.event(action, EVENT, host='host1')
        if is_told and is_first:
            self.tell(server, request)
        for name in moves:
            self.followings[name].round()
        if is_told and not is_first:
            self.tell(server, request)
            for name in moves:
                self.followings[name].round()
        expected = {True} if is_told else {None, False}
        for source, index in ((source_row.ACTIONS, 0), (source_row.EVENTS, 1)):
            self.assertEqual(
                expected,
                {
                    self.found(name, source, ids[index])
                    for name, ids in rows.items()
                },
                source,
            )

    def test_a_restored_copy(self):
        """It was copied from this very cell."""
        action = self.cell.action(self.cell.server())
        self.round()
        [(own, _events)] = fixtures_follow.content()
        self.assertEqual(
            {},
            reported.find(
                self.admin, 'east', source_row.ACTIONS, {action: own['id']}
            ),
        )

    def test_what_is_gone(self):
        self.assertEqual(
            {}, reported.find(self.admin, 'east', source_row.EVENTS, {1: 1})
        )
