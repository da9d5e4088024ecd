# SPDX-License-Identifier: Apache-2.0
"""The statistics are counted up to now."""

from nova_actions.conductor import stats
from nova_actions.db import engine
from nova_actions.db.models import ROLLUPS
from nova_actions.tests.unit.db import old


class TestStats(old.OldRowsTestCase):
    def test_one_turn_counts_all(self):
        self.actions(self.instance(), [0, 1, 30])
        work = stats.Stats(self.conf)
        # It would rest.
        work._rest = 0
        self.assertGreater(work.run(), 0)
        self.assertEqual(0, work.run())
        with engine.engine().connect() as connection:
            rows = connection.execute(ROLLUPS.select()).all()
        self.assertEqual(
            3, sum(row.count for row in rows if row.event is None)
        )
