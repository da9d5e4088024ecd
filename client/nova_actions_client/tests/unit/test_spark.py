# SPDX-License-Identifier: Apache-2.0
"""Lines of small bars."""

import hypothesis
from hypothesis import strategies
from oslotest import base

from nova_actions_client import spark

RATES = strategies.lists(
    strategies.none() | strategies.floats(0, 1), max_size=100
)


class TestSpark(base.BaseTestCase):
    @hypothesis.given(RATES)
    def test_a_line_fits_and_hides_no_failure(self, rates):
        for bars in (spark.UNICODE, spark.ASCII):
            line = spark.line(rates, bars)
            self.assertLessEqual(len(line), spark.CELLS)
            self.assertEqual(any(rates), bool(set(line) & set(bars[1:])))
            self.assertEqual(
                any(rate is not None for rate in rates), bool(line.strip())
            )

    @hypothesis.given(strategies.floats(0, 1), strategies.floats(0, 1))
    def test_a_higher_rate_is_no_lower_bar(self, one, other):
        low, high = sorted((one, other))
        first, second = spark.line([low, high], spark.ASCII)
        self.assertLessEqual(
            spark.ASCII.index(first), spark.ASCII.index(second)
        )

    def test_bars(self):
        self.assertEqual('.:# ', spark.line([0, 0.01, 1, None], spark.ASCII))
