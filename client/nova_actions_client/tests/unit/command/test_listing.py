# SPDX-License-Identifier: Apache-2.0
"""The options of a list, and its table on a screen."""

import argparse

from oslotest import base

from nova_actions_client import output
from nova_actions_client import row
from nova_actions_client.command import listing
from nova_actions_client.tests.unit import made
from nova_actions_client.tests.unit.command import test_asking


class TestCount(base.BaseTestCase):
    def test_it(self):
        for value in ('0', '1', '9' * listing.DIGITS):
            self.assertEqual(int(value), listing._count(value))
        for value in ('', '-1', '1.5', 'x', '9' * (listing.DIGITS + 1)):
            self.assertRaises(
                argparse.ArgumentTypeError, listing._count, value
            )


class TestFit(base.BaseTestCase):
    def fit(self, titles, rows, width):
        return listing.List(test_asking.App(), None).fit(titles, rows, width)

    def test_the_usual_columns(self):
        action = made.action(server_name='web' * 30, reason='timeout')
        rows = [row.wide(action, '%H:%M:%S')]
        for width, titles in (
            (output.WIDE, row.TITLES),
            (output.WIDE - 1, row.NARROW_TITLES),
            (80, row.NARROW_TITLES),
        ):
            found, shown = self.fit(row.TITLES, rows, width)
            self.assertEqual(titles, tuple(found))
            self.assertLessEqual(output.table_width(found, shown), width)

    def test_others_stay(self):
        rows = [row.long(made.action())]
        self.assertEqual(
            (row.LONG_TITLES, rows), self.fit(row.LONG_TITLES, rows, 80)
        )
