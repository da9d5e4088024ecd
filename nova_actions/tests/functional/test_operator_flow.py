# SPDX-License-Identifier: Apache-2.0
"""What an operator does about actions that nobody finishes, with the real
command on each database."""

import json
import subprocess
import sys

from nova_actions.db.change import feed
from nova_actions.db.change import numbering
from nova_actions.tests import base
from nova_actions.tests import patience
from nova_actions.tests.functional import process
from nova_actions.tests.unit.cmd import managed
from nova_actions.tests.unit.db import test_stuck


class _Tests(managed.ManageMixin, test_stuck.Recorded):
    def manage(self, *words):
        done = subprocess.run(
            [
                sys.executable,
                '-m',
                'nova_actions.cmd.manage',
                '--config-file',
                self.config,
                *words,
            ],
            text=True,
            capture_output=True,
            timeout=patience.PATIENCE,
            env=process.clean_environ(COLUMNS='80'),
        )
        self.assertEqual((0, ''), (done.returncode, done.stderr))
        return done.stdout

    def test_found_closed_and_corrected(self):
        first, second = self.begin(30), self.begin(3, host='compute-9')
        found = json.loads(self.manage('action', 'stuck', '--format', 'json'))
        self.assertEqual(
            [first[0]['uuid'], second[0]['uuid']],
            [row['uuid'] for row in found],
        )
        self.manage(
            'action',
            'close',
            first[0]['uuid'],
            '--reason',
            'lost with its host',
        )
        self.assertEqual(
            'Closed 1 step on compute-9.\n',
            self.manage(
                'action', 'close', '--host', 'compute-9', '--older', '1h'
            ),
        )
        while numbering.number(self.admin, 'one'):
            pass
        self.assertEqual(
            ['Interrupted', 'interrupted'] * 2,
            [
                row['outcome']
                for row in feed.page(self.admin, 0, 100).rows
                if row['kind'] == 'closed'
            ],
        )
        # The host was alive after all.
        self.assertEqual('applied', self.end(second[1], test_stuck.MINUTE))
        self.assertEqual(
            ['interrupted', 'succeeded'],
            [self.action(each)['status'] for each in (first, second)],
        )
        rows = json.loads(self.manage('db', 'stats', '--format', 'json'))
        self.assertEqual(
            2,
            next(
                each['rows']
                for each in rows['tables']
                if each['name'] == 'instance_actions_events'
            ),
        )


class SqliteTestCase(_Tests, base.ObjectTestCase):
    pass


class MysqlTestCase(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class PostgresqlTestCase(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
