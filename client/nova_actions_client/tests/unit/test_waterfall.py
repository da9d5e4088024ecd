# SPDX-License-Identifier: Apache-2.0
"""Where bars stand."""

import hypothesis
from hypothesis import strategies
from oslotest import base

from nova_actions_client import record
from nova_actions_client import waterfall
from nova_actions_client.tests.unit import made

SECONDS = strategies.floats(0, 1e6)


@strategies.composite
def drawn_steps(draw):
    steps = []
    for number in range(draw(strategies.integers(1, 8))):
        start, length = draw(SECONDS), draw(SECONDS)
        end = None if draw(strategies.booleans()) else start + length
        steps.append(made.step(f's{number}', start, end))
    return record.numbered(steps)


class TestWaterfall(base.BaseTestCase):
    @hypothesis.given(drawn_steps(), strategies.integers(1, 200), SECONDS)
    def test_bars_stay_on_the_axis(self, steps, width, span):
        now = made.at(2.1e6)
        axis = waterfall.axis(steps, now, width, span)
        bars = waterfall.bars(steps, axis, now)
        self.assertEqual(steps, [bar.step for bar in bars if bar.step])
        for bar in bars:
            self.assertTrue(0 <= bar.first <= bar.last < width, bar)

    @hypothesis.given(drawn_steps())
    def test_no_bar_where_something_is_at_work_is_a_gap(self, steps):
        now = made.at(2.1e6)
        axis = waterfall.axis(steps, now, 100)
        for bar in waterfall.bars(steps, axis, now):
            if bar.step is None:
                self.assertGreaterEqual(
                    bar.duration, waterfall.GAP * axis.span
                )

    def test_a_retry(self):
        steps = made.retried()[1:]
        axis = waterfall.axis(steps, made.BEGIN, 127)
        self.assertEqual(
            [(False, 21), (True, 29), (False, 25), (True, 8), (False, 44)],
            [
                (bar.step is None, bar.duration)
                for bar in waterfall.bars(steps, axis, made.BEGIN)
            ],
        )
