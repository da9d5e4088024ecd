# SPDX-License-Identifier: Apache-2.0
"""Rows that come one after the other, in each format."""

import argparse
import csv
import io
import json

from cliff.formatters import commaseparated
from cliff.formatters import value
from oslotest import base
from rich import cells

from nova_actions_client import column
from nova_actions_client import stream
from nova_actions_client import text
from nova_actions_client.tests.unit import made

TITLES = ('ID', 'Server', 'Why')
FORMATTERS = {
    'csv': commaseparated.CSVLister(),
    'value': value.ValueFormatter(),
}


def row(number, why=None):
    return (
        column.Text(str(number)),
        column.Text(made.HOSTILE),
        column.Text(why),
    )


class TestStream(base.BaseTestCase):
    def printed(self, formatter, *batches, width=None):
        printed = io.StringIO()
        printer = stream.Stream(
            FORMATTERS.get(formatter),
            argparse.Namespace(formatter=formatter, quote_mode='nonnumeric'),
            TITLES,
            (4, 9),
            width,
        )
        for batch in batches:
            printer.write(batch, printed)
        return printed.getvalue()

    def test_json_has_an_object_a_line(self):
        lines = self.printed('json', [], [row(1), row(2)], [row(3, 'x')])
        found = [json.loads(line) for line in lines.splitlines()]
        self.assertEqual(['1', '2', '3'], [each['ID'] for each in found])
        self.assertEqual({made.HOSTILE}, {each['Server'] for each in found})
        self.assertEqual([None, None, 'x'], [each['Why'] for each in found])

    def test_csv_has_its_titles_once(self):
        found = [
            *csv.reader(
                io.StringIO(
                    self.printed('csv', [], [row(1)], [], [row(2, '=1+1')])
                )
            )
        ]
        self.assertEqual(list(TITLES), found[0])
        self.assertEqual(['1', '2'], [each[0] for each in found[1:]])
        for each in found[1:]:
            for cell in each:
                self.assertFalse(cell.startswith(text.FORMULA))
                self.assertTrue(cell.isprintable())

    def test_value_has_no_titles(self):
        lines = self.printed('value', [], [row(1)]).splitlines()
        self.assertEqual(1, len(lines))
        self.assertTrue(lines[0].startswith('1 '))

    def test_a_table_fits_and_says_all_of_the_last_column(self):
        why = ' '.join(map(str, range(40)))
        lines = self.printed(
            'table', [], [row(1, why)], [row(2)], width=40
        ).splitlines()
        self.assertEqual(list(TITLES), lines[0].split())
        self.assertLessEqual(max(map(cells.cell_len, lines)), 40)
        self.assertEqual(
            why.split(), ' '.join(line[15:] for line in lines[1:-1]).split()
        )
        self.assertTrue(all(map(str.isprintable, lines)))

    def test_a_table_that_nobody_looks_at_is_not_cut(self):
        self.assertIn('cmd()', self.printed('table', [row(1)]))
