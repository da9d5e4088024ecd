# SPDX-License-Identifier: Apache-2.0
"""Servers are resized between two cells of Nova's own, and both cells are
followed: Nova copies actions and steps from cell to cell, and each is here
once."""

import contextlib
import sqlite3
import unittest

from nova_actions.tests import FULL
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow
from nova_actions.tests.functional import bridged

CELLS = ('cell1', 'cell2')
#: The copies of the cells' databases, in their order.
PARTS = ('resized', 'confirmed', 'over')
CREATE = 'create', ('compute__do_build_and_run_instance',)
RESIZE = (
    'resize',
    (
        'cold_migrate',
        'compute_finish_snapshot_based_resize_at_dest',
        'compute_prep_snapshot_based_resize_at_dest',
        'compute_prep_snapshot_based_resize_at_source',
        'conductor_migrate_server',
    ),
)
CONFIRM = (
    'confirmResize',
    (
        'compute_confirm_snapshot_based_resize_at_source',
        'conductor_confirm_snapshot_based_resize',
    ),
)
DELETE = 'delete', ('compute_terminate_instance',)
REVERT = (
    'revertResize',
    (
        'compute_finish_revert_snapshot_based_resize_at_source',
        'compute_revert_snapshot_based_resize_at_dest',
        'conductor_revert_snapshot_based_resize',
    ),
)
ENDS = {'confirm': (CONFIRM, DELETE), 'revert': (REVERT,)}


class TestCrossing(bridged.BridgeTestCase):
    def follow(self, driver, end):
        """Have a server resized, follow both cells as they are after each
        part of it, and return the epochs of its steps."""
        told = self.folder / 'told'
        told.mkdir()
        self.run_nova('mirror', 'crossing.py', told, driver, end)
        followed = []
        for part in PARTS:
            if (told / part).exists():
                for name in CELLS:
                    self.copy(told / part / name, self.folder / name)
                followed = followed or list(map(self.following, CELLS))
                for each in followed:
                    each.round()
        # What came of both at once.
        for each in followed:
            each.round()
        return self.check(CREATE, RESIZE, *ENDS[end])

    @staticmethod
    def copy(path, to):
        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target)

    def following(self, name):
        cell = self.useFixture(
            fixtures_cells.Cell(
                self.conf, name=name, url=f'sqlite:///{self.folder / name}'
            )
        )
        return self.useFixture(fixtures_follow.Following(cell))

    def check(self, *done):
        """Check that each action and each step is there once, and has
        succeeded; return the epochs of the steps."""
        actions = [
            action for found in self.ours().values() for action in found
        ]
        self.assertEqual(
            sorted(done),
            sorted(
                (
                    action['action'],
                    tuple(sorted(each['event'] for each in action['events'])),
                )
                for action in actions
            ),
        )
        self.assertEqual(
            {'succeeded'}, {action['status'] for action in actions}
        )
        return {
            each['epoch'] for action in actions for each in action['events']
        }

    def test_confirmed_and_copied(self):
        self.assertEqual({None}, self.follow('noop', 'confirm'))

    def test_reverted_and_recorded(self):
        """Each step is the one that a service has reported."""
        self.assertNotIn(None, self.follow('nova_actions', 'revert'))

    @unittest.skipUnless(FULL, 'as the others: NOVA_ACTIONS_FULL=1')
    def test_confirmed_and_recorded(self):
        self.assertNotIn(None, self.follow('nova_actions', 'confirm'))

    @unittest.skipUnless(FULL, 'as the others: NOVA_ACTIONS_FULL=1')
    def test_reverted_and_copied(self):
        self.assertEqual({None}, self.follow('noop', 'revert'))
