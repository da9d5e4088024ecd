# SPDX-License-Identifier: Apache-2.0
import datetime

import hypothesis
from hypothesis import strategies
from oslotest import base

from nova_actions import vocabulary
from nova_actions.cmd import table


class TableTestCase(base.BaseTestCase):
    def test_columns_are_as_wide_as_their_widest_cell(self):
        self.assertEqual(
            'Name   N\n-----  -\nab     1\nabcde  -',
            table.render(('Name', 'N'), [('ab', 1), ('abcde', None)]),
        )

    def test_what_does_not_fit_goes_on_below(self):
        rows = [('reboot', 'alice', 'x' * 6), ('resize', 'bob', 'y')]
        self.assertEqual(
            'What    Who\n  Where\n------  -----\n  ------\n'
            'reboot  alice\n  xxxxxx\nresize  bob\n  y',
            table.render(('What', 'Who', 'Where'), rows, 13),
        )

    @hypothesis.given(
        strategies.lists(
            strategies.tuples(
                *(strategies.text(max_size=20) for _ in range(4))
            )
        ),
        strategies.integers(42, 100),
    )
    def test_nothing_is_cut_or_wider_than_the_screen(self, rows, width):
        text = table.render(('A', 'B', 'C', 'D'), rows, width)
        for line in text.splitlines():
            self.assertLessEqual(table._width(line), width)
        for row in rows:
            for cell in row:
                self.assertIn(table.printable(cell).strip(), text)

    def test_wide_characters_take_two_columns(self):
        lines = table.render(('A', 'B'), [('\u670d\u52a1', 1), ('x', 2)])
        self.assertEqual(
            ['A     B', '----  -', '\u670d\u52a1  1', 'x     2'],
            lines.splitlines(),
        )

    def test_prose_is_broken_between_words(self):
        self.assertEqual('  no room', table.paragraph('no room', '  ', None))
        self.assertEqual('  no\n  room', table.paragraph('no room', '  ', 7))

    def test_counted(self):
        self.assertEqual(
            ['0 rows', '1 row', '2 rows'],
            [vocabulary.counted(number, 'row') for number in range(3)],
        )

    def test_titles_stand_without_rows(self):
        self.assertEqual('A  B\n-  -', table.render(('A', 'B'), []))

    def test_a_terminal_is_not_commanded(self):
        self.assertEqual(
            '\ufffd[31mred\ufffd', table.printable('\x1b[31mred\n')
        )

    def test_moment_is_in_utc(self):
        east = datetime.timezone(datetime.timedelta(hours=2))
        self.assertEqual(
            '2026-01-05 11:38:20',
            table.moment(
                datetime.datetime(2026, 1, 5, 13, 38, 20, 900000, east)
            ),
        )
        self.assertIsNone(table.moment(None))

    def test_duration(self):
        for microseconds, text in (
            (None, None),
            (0, '0 ms'),
            (1234, '1.23 ms'),
            (999_400, '999 ms'),
            (999_900, '1 s'),
            (1_234_567, '1.23 s'),
            (59_000_000, '59 s'),
            (200_000_000, '3 min 20 s'),
            (3_600_000_000, '1 h 0 min'),
            (93_784_000_000, '26 h 3 min'),
        ):
            self.assertEqual(text, table.duration(microseconds))
