# SPDX-License-Identifier: Apache-2.0
"""Whatever others write is text."""

import argparse

import hypothesis
from hypothesis import strategies
from oslotest import base
from rich import cells

from nova_actions_client import text


class TestText(base.BaseTestCase):
    @hypothesis.given(strategies.text())
    def test_printable(self, value):
        shown = text.printable(value)
        self.assertTrue(shown and shown.isprintable())

    @hypothesis.given(strategies.text())
    def test_no_cell_is_a_formula(self, value):
        self.assertFalse(str(text.csv_cell(value)).startswith(text.FORMULA))

    @hypothesis.given(strategies.text(min_size=1, max_size=text.LONGEST))
    @hypothesis.example('\x1b[2J')
    def test_an_argument(self, value):
        self.assertEqual(value, text.argument(value))

    def test_no_argument(self):
        # A byte that is not UTF-8 reaches a program as a surrogate.
        for value in ('', 'x' * (text.LONGEST + 1), 'a\udcff'):
            error = self.assertRaises(
                argparse.ArgumentTypeError, text.argument, value
            )
            self.assertIn('1 to 255', str(error))
            str(error).encode()

    def test_numbers_stay_numbers(self):
        self.assertEqual(-1.5, text.csv_cell(-1.5))

    @hypothesis.given(strategies.text(), strategies.integers(2, 30))
    @hypothesis.example('0000⺀⺀⺀', 6)
    def test_wrapped(self, value, width):
        value = text.printable(value)
        lines = text.wrapped(value, width).split('\n')
        for line in lines:
            self.assertLessEqual(cells.cell_len(line), width)
        self.assertEqual(
            ''.join(value.split()), ''.join(''.join(lines).split())
        )

    @hypothesis.given(strategies.text(max_size=50), strategies.integers(1, 30))
    @hypothesis.example('00000000000⺀⺀', 14)
    def test_elided(self, value, width):
        value = text.printable(value)
        shown = text.elided(value, width)
        if cells.cell_len(value) <= width:
            self.assertEqual(value, shown)
        else:
            self.assertIn('…', shown)
            self.assertLessEqual(cells.cell_len(shown), width)
