# SPDX-License-Identifier: Apache-2.0
"""How complete the record is."""

import datetime
import uuid

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions.cells import coverage
from nova_actions.cells.follow import state
from nova_actions.db import api as db
from nova_actions.db import reporter
from nova_actions.db.models import FOLLOWED_CELLS
from nova_actions.db.models import REPORTERS
from nova_actions.tests import base
from nova_actions.upkeep import horizon

SECOND = datetime.timedelta(seconds=1)


class CoverageTest(base.ObjectTestCase):
    def get(self):
        return coverage.get(self.admin)

    def follow(self, cell, behind=None):
        """Follow a cell; its copy is so far behind."""
        now = state.acquire(self.admin, cell, 'one')['now']
        if behind is not None:
            state.reached(self.admin, cell, 'one', now - behind)

    def change(self, cell, **values):
        with db.begun() as connection:
            connection.execute(
                sa.update(FOLLOWED_CELLS)
                .where(FOLLOWED_CELLS.c.cell == cell)
                .values(values)
            )

    def test_nothing_is_there(self):
        self.assertEqual(coverage.Coverage(None, None, (), ()), self.get())

    def test_purged(self):
        at = datetime.datetime(2026, 1, 1)
        horizon.raise_to(self.admin, at)
        self.assertEqual(at, self.get().purged_before)

    def test_the_cell_that_is_most_behind_counts(self):
        self.follow('east', 5 * SECOND)
        self.follow('west', 50 * SECOND)
        found = self.get()
        self.assertIn(found.follow_lag, range(50, 80))
        self.assertEqual((), found.silent_cells)

    def test_cells_that_are_silent(self):
        for cell in ('paused', 'free', 'ended', 'late', 'well', 'retired'):
            self.follow(cell, SECOND)
        long_ago = timeutils.utcnow() - datetime.timedelta(days=1)
        state.pause(self.admin, 'paused', True)
        state.release(self.admin, 'free', 'one')
        self.change('ended', lease_end=long_ago)
        self.change('late', caught_up_at=long_ago)
        state.release(self.admin, 'retired', 'one')
        state.retire(self.admin, 'retired')
        self.assertEqual(
            ('ended', 'free', 'late', 'paused'), self.get().silent_cells
        )

    def test_hosts_that_are_silent(self):
        """Once each; not one whose reporter has ended."""
        now = timeutils.utcnow()
        silent = now - reporter.SILENCE - 60 * SECOND
        with db.begun() as connection:
            connection.execute(
                sa.insert(REPORTERS),
                [
                    {
                        'epoch': str(uuid.uuid4()),
                        'host': host,
                        'created_at': silent,
                        'last_seen': seen,
                        'closed_at': closed,
                    }
                    for host, seen, closed in (
                        ('b', silent, None),
                        ('a', silent, None),
                        ('a', silent, None),
                        ('living', now, None),
                        ('gone', silent, now),
                        (None, silent, None),
                    )
                ],
            )
        self.assertEqual(('a', 'b'), self.get().silent_hosts)
