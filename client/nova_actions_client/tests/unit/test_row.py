# SPDX-License-Identifier: Apache-2.0
"""Rows of a list."""

from oslotest import base

from nova_actions_client import output
from nova_actions_client import record
from nova_actions_client import row
from nova_actions_client.tests.unit import made

FORM = '%Y-%m-%d %H:%M:%S'


class TestRow(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.action = made.action(
            *made.retried(),
            server_name='web-7',
            user='u-1',
            user_name='ops',
            reason='timeout',
            hosts=['a', 'b'],
        )

    def named(self, titles, cells):
        return dict(zip(titles, map(output.human, cells), strict=True))

    def test_each_has_its_titles(self):
        for titles, cells in (
            (row.TITLES, row.wide(self.action, FORM)),
            (row.BARE_TITLES, row.bare(self.action, FORM)),
            (row.LONG_TITLES, row.long(self.action)),
        ):
            found = self.named(titles, cells)
            self.assertEqual('resize', found['Action'])
            self.assertEqual(record.FAILED, found['Status'])
            self.assertEqual('2026-11-26 21:04:09', found['Started'])

    def test_names_come_before_ids(self):
        found = self.named(row.LONG_TITLES, row.long(self.action))
        self.assertEqual(
            ('ops', 'a, b', 'web-7'),
            (found['User'], found['Hosts'], found['Server Name']),
        )
        found = self.named(row.LONG_TITLES, row.long(made.action(user='u-1')))
        self.assertEqual(('u-1', '-'), (found['User'], found['Hosts']))

    def test_a_narrow_one_has_the_reason_below_the_status(self):
        cells = [*map(output.human, row.wide(self.action, FORM))]
        found = dict(zip(row.NARROW_TITLES, row.narrow(cells), strict=True))
        self.assertEqual('failed: timeout', found['Status'])
        self.assertEqual('2026-11-26\n21:04:09', found['Started'])
