# SPDX-License-Identifier: Apache-2.0
import datetime
import json

from nova_actions.cmd import stats
from nova_actions.tests.unit.cmd import managed
from nova_actions.tests.unit.db import old


class StatsTestCase(managed.ManageMixin, old.OldRowsTestCase):
    def show(self):
        code, out, _ = self.run_manage('db', 'stats')
        self.assertEqual(0, code)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)
        return out

    def test_nothing(self):
        out = self.show()
        self.assertIn('Oldest action:  -', out)
        self.assertIn('never ([retention] days is 0)', out)

    def test_for_a_program(self):
        self.actions(self.instance(), [1, 2], events=2)
        code, out, _ = self.run_manage('db', 'stats', '--format', 'json')
        found = json.loads(out)
        self.assertEqual(0, code)
        rows = {each['name']: each['rows'] for each in found['tables']}
        self.assertEqual(
            (2, 4), (rows['instance_actions'], rows['instance_actions_events'])
        )
        self.assertEqual(
            old.NOW - 2 * old.DAY,
            datetime.datetime.fromisoformat(found['oldest']).replace(
                tzinfo=None
            ),
        )
        self.assertIsNone(found['next_purge'])

    def test_sizes(self):
        self.assertEqual(
            [None, '0 B', '999 B', '0.979 KiB', '2 KiB', '5e+03 TiB'],
            [
                stats.in_bytes(number)
                for number in (None, 0, 999, 1003, 2048, 5000 * 2**40)
            ],
        )


class RetainedTestCase(managed.ManageMixin, old.OldRowsTestCase):
    MORE = '[retention]\ndays = 30\n'

    def test_the_next_purge(self):
        now = stats.timeutils.utcnow()
        age = (old.NOW - now) / old.DAY
        server = self.instance()
        self.action(server, age + 10)
        self.assertIn(
            f'{now + 20 * old.DAY:%Y-%m-%d %H:%M}',
            self.run_manage('db', 'stats')[1],
        )
        self.actions(server, [age + 31, age + 32])
        self.assertIn(
            'due: at most 2 actions older than 30 days',
            self.run_manage('db', 'stats')[1],
        )
