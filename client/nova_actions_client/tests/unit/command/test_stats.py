# SPDX-License-Identifier: Apache-2.0
"""The numbers of a line of statistics."""

from oslotest import base

from nova_actions_client import column
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

    def test_a_rate(self):
        for rate, shown in (
            (None, '-'),
            (0, '0%'),
            (0.001, '<1%'),
            (0.01, '1%'),
            (1, '100%'),
        ):
            self.assertEqual(shown, column.Rate(rate).human_readable())
