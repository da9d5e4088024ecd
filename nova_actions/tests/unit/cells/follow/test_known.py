# SPDX-License-Identifier: Apache-2.0
"""What our own database has of a cell."""

import uuid

from oslotest import base as oslotest_base

from nova_actions.cells.follow import known
from nova_actions.cells.follow import source_row
from nova_actions.tests import fixtures_cells
from nova_actions.tests.unit.cells.follow import base


class CopyTest(oslotest_base.BaseTestCase):
    def test_whether_an_end_is_known(self):
        for attempts, seen, now, is_known in (
            # A copy that was open, and has ended.
            (1, None, None, True),
            (1, None, 'a', False),
            # One that had ended, and has ended otherwise by now.
            (2, 'a', 'a', True),
            (2, 'a', 'b', False),
            # Nova has cleared its end: it will write another one.
            (2, 'a', None, True),
            # A reporter reports it, whatever the cell has.
            (0, None, 'a', True),
            # Copied from another cell, where it is open.
            (0, known.OPEN, None, True),
            (0, known.OPEN, 'a', False),
        ):
            copy = known.Copy(1, attempts, seen)
            self.assertEqual(is_known, copy.tells(now), copy)


class KnownTest(base.FollowTestCase):
    def setUp(self):
        super().setUp()
        self.actions = [
            self.cell.action(self.cell.server()) for _number in range(4)
        ]
        self.events = [
            self.cell.event(action, result=result)
            for action, result in zip(
                self.actions, (None, 'Success', None, None), strict=True
            )
        ]
        self.round()

    def test_running(self):
        """Page by page, with their steps."""
        first, events = known.running(self.admin, 'east', 0, 2)
        self.assertEqual([self.actions[0], self.actions[2]], first)
        self.assertEqual({self.events[0], self.events[2]}, events.keys())
        last, events = known.running(self.admin, 'east', first[-1], 2)
        self.assertEqual([self.actions[3]], last)
        self.assertEqual({self.events[3]}, events.keys())
        self.assertEqual(([], {}), known.running(self.admin, 'west', 0, 2))

    def test_between(self):
        """Above the first id, up to the second."""
        self.assertEqual(
            set(self.actions[1:3]),
            known.between(
                self.admin,
                'east',
                source_row.ACTIONS,
                self.actions[0],
                self.actions[2],
            ).keys(),
        )

    def test_of_ids(self):
        for cell, source, expected in (
            ('east', source_row.EVENTS, {self.events[1]}),
            ('east', source_row.ACTIONS, {self.actions[1]}),
            ('west', source_row.EVENTS, set()),
        ):
            ids = [self.events[1], 10**6]
            self.assertEqual(
                expected,
                known.of_ids(self.admin, cell, source, ids).keys(),
            )

    def test_unowned(self):
        """Also one that we know, without its owner."""
        unknown, ownerless = str(uuid.uuid4()), str(uuid.uuid4())
        owned = self.cell.server()
        for server in (ownerless, owned):
            self.cell.insert(
                fixtures_cells.ACTIONS,
                instance_uuid=server,
                action='reboot',
            )
        self.round()
        self.assertEqual(
            {unknown, ownerless},
            known.unowned(self.admin, [unknown, ownerless, owned]),
        )
