# SPDX-License-Identifier: Apache-2.0
"""The report of an action."""

import hypothesis
from hypothesis import strategies
from oslotest import base
from rich import cells

from nova_actions_client import record
from nova_actions_client import report
from nova_actions_client.tests.unit import made


class TestReport(base.BaseTestCase):
    def test_a_failure(self):
        shown = report.render(
            made.action(
                *made.retried(),
                server_name='web-7',
                user_name='ops',
                duration=131.0,
            ),
            80,
        )
        self.assertIn('resize of web-7 FAILED in 2m11s', shown)
        self.assertIn('by ops', shown)
        self.assertIn('why      NoValidHost', shown)
        self.assertIn('compute_pre on cmp-12, attempt 3 of 3', shown)
        self.assertIn('timeline 9f3c21ab', shown)

    def test_one_that_runs_says_what_is_usual(self):
        shown = report.render(
            made.action(
                made.step('a', 0),
                status=record.RUNNING,
                usual={'p50': 12, 'p95': 40},
            ),
            80,
        )
        self.assertIn('IS RUNNING', shown)
        self.assertIn('12s', shown)
        self.assertIn('40s', shown)

    @hypothesis.given(
        strategies.text(min_size=1),
        strategies.integers(0, 70),
        strategies.integers(60, 120),
    )
    def test_each_step_has_one_line(self, value, length, width):
        """It fits on the screen, and has all that comes after its name."""
        shown = report.render(
            made.action(
                made.step('step' + 'x' * length, 0, 131, host=value),
                made.step(value, 0, 131, record.ERROR, host='y' * length),
            ),
            width,
        )
        lines = shown.split('\n')[-2:]
        for line, outcome in zip(lines, ('succeeded', 'FAILED'), strict=True):
            self.assertLessEqual(cells.cell_len(line), width)
            self.assertTrue(line.endswith(f'  2m11s  {outcome}'), line)

    @hypothesis.given(strategies.text(), strategies.integers(40, 120))
    def test_texts_are_text(self, value, width):
        shown = report.render(
            made.action(
                made.step(
                    value,
                    0,
                    1,
                    record.ERROR,
                    host=value,
                    details=value,
                    traceback=value,
                ),
                server_name=value,
                user_name=value,
                project=value,
                reason=value,
            ),
            width,
            dumps=True,
        )
        for line in shown.split('\n'):
            self.assertTrue(line.isprintable(), line)
