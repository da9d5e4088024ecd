# SPDX-License-Identifier: Apache-2.0
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from nova_actions.db import api as db
from nova_actions.db.stat import duration
from nova_actions.tests import base
from nova_actions.tests.functional import fuzz


class DurationTest(base.ObjectTestCase):
    @fuzz.examples(20)
    @given(st.lists(st.integers(0, 2**51), min_size=1, max_size=20))
    def test_percentiles_within_one_percent(self, values):
        counts = {}
        with db.engine().connect() as connection:
            for value in values:
                least = connection.execute(
                    sa.select(
                        duration.bucket(sa.literal(value, sa.BigInteger()))
                    )
                ).scalar()
                counts[least] = counts.get(least, 0) + 1
        values.sort()
        for percent in (50, 95, 99):
            exact = values[-(-len(values) * percent // 100) - 1]
            told = duration.percentile(counts, percent, values[-1])
            self.assertLessEqual(abs(told - exact) * 100, exact)
