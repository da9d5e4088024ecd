# SPDX-License-Identifier: Apache-2.0
"""The waterfall on a screen."""

import re

import hypothesis
from hypothesis import strategies
from oslotest import base

from nova_actions_client import drawing
from nova_actions_client.tests.unit import made


def lines(steps, width, pen=drawing.ASCII, **values):
    return [
        line.plain
        for line in drawing.lines(steps, width, pen, made.at(1000), **values)
    ]


class TestDrawing(base.BaseTestCase):
    @hypothesis.given(
        strategies.text(max_size=60),
        strategies.text(max_size=60),
        strategies.integers(80, 200),
    )
    def test_it_fits_and_says_nothing_to_a_terminal(self, name, host, width):
        steps = made.retried(details=name)
        steps.append(made.step(name, 140, host=host))
        for line in lines(steps, width):
            self.assertTrue(line.isprintable())
            self.assertLessEqual(drawing.cells.cell_len(line), width)

    def test_ascii(self):
        self.assertTrue(
            all(line.isascii() for line in lines(made.retried(), 80))
        )

    def test_each_attempt_says_how_it_ended(self):
        drawn = lines(made.retried()[1:], 80)
        self.assertEqual(['0s'], drawn[0].split()[:1])
        self.assertIn('(gap)', drawn[2])
        for line, words in (
            (drawn[1], 'cmp-07 pre 21s timeout'),
            (drawn[3], 'cmp-09 pre #2 25s FAILED'),
            (drawn[5], 'cmp-12 pre #3 44s NoValidHost'),
        ):
            self.assertEqual(
                words, ' '.join(re.sub(r'\[=*x', '', line).split())
            )

    def test_what_was_different_is_not_cut(self):
        steps = made.retried()
        drawn = [
            str(line)
            for line in drawing.lines(
                steps,
                80,
                drawing.ASCII,
                made.BEGIN,
                dict.fromkeys(steps, 'succeeded there'),
            )
        ]
        for line in drawn[1:]:
            if '(gap)' not in line:
                self.assertTrue(line.endswith(' < succeeded there'), line)

    def test_what_runs_has_an_arrow(self):
        drawn = lines([made.step('compute_x', 0)], 80)
        self.assertIn('> RUNNING', drawn[1])
