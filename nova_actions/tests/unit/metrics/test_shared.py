# SPDX-License-Identifier: Apache-2.0
"""Processes that count together."""

import json
import os
import signal
import subprocess
import sys

import fixtures as base_fixtures
from oslotest import base

from nova_actions.metrics import shared

_SHARING = """
import os, sys
from nova_actions import metrics
from nova_actions.metrics import endpoint, shared
folder = shared.Folder(sys.argv[1])
folder.join()
endpoint.set_up(sys.argv[1])
metrics.ACTIONS_STARTED.add('create', number=int(sys.argv[2]))
metrics.DATABASE_CONNECTIONS.set(int(sys.argv[2]), 'in_use')
from prometheus_client import multiprocess
for line in sys.stdin:
    folder.bury(multiprocess.mark_process_dead)
    told = endpoint.registry()
    print(told.get_sample_value('nova_actions_actions_started_total',
                                {'action': 'create'}),
          told.get_sample_value('nova_actions_database_connections',
                                {'state': 'in_use'}), flush=True)
"""


class SharedTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(base_fixtures.TempDir()).join('counts')

    def process(self, number):
        process = subprocess.Popen(
            [sys.executable, '-c', _SHARING, self.folder, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def ask(self, process):
        process.stdin.write('\n')
        process.stdin.flush()
        return process.stdout.readline().strip()

    def test_one_tells_of_all(self):
        one = self.process(1)
        self.assertEqual('1.0 1.0', self.ask(one))
        two = self.process(2)
        self.assertEqual('3.0 3.0', self.ask(two))
        self.assertEqual('3.0 3.0', self.ask(one))
        # What one has counted stays; what it was doing does not.
        two.send_signal(signal.SIGKILL)
        two.wait()
        self.assertEqual('3.0 1.0', self.ask(one))
        three = self.process(4)
        self.assertEqual('7.0 5.0', self.ask(three))

    def test_the_first_process_starts_from_zero(self):
        one = self.process(1)
        self.assertEqual('1.0 1.0', self.ask(one))
        one.kill()
        one.wait()
        self.assertEqual('2.0 2.0', self.ask(self.process(2)))

    def test_only_its_own_files_go(self):
        os.mkdir(self.folder)
        for path in ('counter_1.db', 'gauge_livesum_12.db', 'notes.txt'):
            with open(
                os.path.join(self.folder, path), 'w', encoding='utf-8'
            ) as file:
                json.dump({}, file)
        folder = shared.Folder(self.folder)
        folder.join()
        self.addCleanup(folder.leave)
        self.assertEqual({'lock', 'notes.txt'}, set(os.listdir(self.folder)))
        self.assertEqual(
            0o600, os.stat(os.path.join(self.folder, 'lock')).st_mode & 0o777
        )
