# SPDX-License-Identifier: Apache-2.0
"""The numbers of a line of statistics."""

import argparse

from oslotest import base

from nova_actions_client import stat
from nova_actions_client.command import stats
from nova_actions_client.tests.unit import test_stat


class TestCells(base.BaseTestCase):
    def test_for_a_person_and_for_a_program(self):
        (group,) = test_stat.answer({'host': 'cmp-12'}).stats
        cells = stats._cells(group)
        self.assertEqual(
            ('41', '42%', '38s', '9m02s'),
            (
                str(cells['Count']),
                *(
                    cells[title].human_readable()
                    for title in ('Rate', 'p50', 'Max')
                ),
            ),
        )
        self.assertEqual(
            (0.425, 542.0),
            (
                cells['Rate'].machine_readable(),
                cells['Max'].machine_readable(),
            ),
        )


class TestOptions(base.BaseTestCase):
    def test_groups(self):
        for by in (['action'], ['host', 'day'], ['action', 'event']):
            self.assertEqual(by, stats._groups(by))
        for by in (['day', 'hour'], ['host', 'host'], ['a', 'b', 'c']):
            self.assertRaises(argparse.ArgumentTypeError, stats._groups, by)

    def test_limit(self):
        for value in ('1', str(stat.LIMIT)):
            self.assertEqual(int(value), stats._limit(value))
        for value in ('0', str(stat.LIMIT + 1), '-1', 'x', ''):
            self.assertRaises(argparse.ArgumentTypeError, stats._limit, value)
