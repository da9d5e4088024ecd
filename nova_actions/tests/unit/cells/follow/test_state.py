# SPDX-License-Identifier: Apache-2.0
"""How far a cell is followed, and by whom."""

import datetime

import sqlalchemy as sa

from nova_actions.cells.follow import state
from nova_actions.db import api as db
from nova_actions.db import lease
from nova_actions.db.models import FOLLOWED_CELLS
from nova_actions.tests import base


class StateTest(base.ObjectTestCase):
    def change(self, **values):
        with db.begun() as connection:
            connection.execute(sa.update(FOLLOWED_CELLS).values(values))

    def end_lease(self):
        now = state.get(self.admin, 'east')['now']
        self.change(lease_end=now - datetime.timedelta(seconds=1))

    def test_one_at_a_time(self):
        self.assertIsNone(state.get(self.admin, 'east'))
        self.assertIsNotNone(state.acquire(self.admin, 'east', 'one'))
        self.assertIsNone(state.acquire(self.admin, 'east', 'other'))
        self.assertIsNotNone(state.acquire(self.admin, 'east', 'one'))
        self.end_lease()
        self.assertIsNotNone(state.acquire(self.admin, 'east', 'other'))
        self.assertRaises(
            state.Lost,
            state.reached,
            self.admin,
            'east',
            'one',
            datetime.datetime(2026, 1, 1),
        )

    def test_given_back(self):
        state.acquire(self.admin, 'east', 'one')
        # That of another stays.
        state.release(self.admin, 'east', 'other')
        self.assertIsNone(state.acquire(self.admin, 'east', 'other'))
        state.release(self.admin, 'east', 'one')
        self.assertIsNotNone(state.acquire(self.admin, 'east', 'other'))

    def test_paused(self):
        state.pause(self.admin, 'east', True)
        self.assertIsNone(state.acquire(self.admin, 'east', 'one'))
        self.assertFalse(state.is_late(self.admin, 'east'))
        state.pause(self.admin, 'east', False)
        self.assertIsNotNone(state.acquire(self.admin, 'east', 'one'))

    def test_retired(self):
        """Until somebody follows it again."""
        state.acquire(self.admin, 'east', 'one')
        state.retire(self.admin, 'east')
        self.assertEqual('one', state.get(self.admin, 'east')['holder'])
        self.end_lease()
        state.retire(self.admin, 'east')
        self.assertEqual(lease.NOBODY, state.get(self.admin, 'east')['holder'])
        state.acquire(self.admin, 'east', 'one')
        self.assertEqual('one', state.get(self.admin, 'east')['holder'])

    def test_floors_only_rise(self):
        early, late = (datetime.datetime(2026, 1, day) for day in (1, 2))
        for given, kept in ((early, early), (late, late), (early, late)):
            found = state.acquire(self.admin, 'east', 'one', given)
            self.assertEqual(kept, found['floor'])
        state.raise_floor(self.admin, early)
        self.assertEqual(late, state.get(self.admin, 'east')['floor'])

    def test_late(self):
        self.assertTrue(state.is_late(self.admin, 'east'))
        now = state.acquire(self.admin, 'east', 'one')['now']
        # Its history is being copied.
        self.assertFalse(state.is_late(self.admin, 'east'))
        state.reached(self.admin, 'east', 'one', now)
        self.assertFalse(state.is_late(self.admin, 'east'))
        self.change(caught_up_at=now - 2 * state.LATE)
        self.assertTrue(state.is_late(self.admin, 'east'))
        state.release(self.admin, 'east', 'one')
        self.assertTrue(state.is_late(self.admin, 'east'))
