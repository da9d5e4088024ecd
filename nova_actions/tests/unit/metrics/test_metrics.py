# SPDX-License-Identifier: Apache-2.0
"""What is counted, how, and by which names."""

import json
import os
import signal
import subprocess
import sys

import fixtures as base_fixtures
from hypothesis import given
from hypothesis import strategies
from oslotest import base

from nova_actions import metrics
from nova_actions.metrics import endpoint
from nova_actions.metrics import family
from nova_actions.metrics import name
from nova_actions.metrics import shared
from nova_actions.tests import fixtures

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


class NamesTest(base.BaseTestCase):
    def test_known(self):
        self.assertEqual('live-migration', name.action('live-migration'))
        self.assertEqual(
            'compute_reboot_instance', name.event('compute_reboot_instance')
        )

    @given(strategies.text())
    def test_whatever_comes_there_are_few(self, text):
        self.assertIn(name.action(text), {*name._ACTIONS, name.OTHER})
        self.assertIn(name.event(text), {*name._EVENTS, name.OTHER})


class FamiliesTest(base.BaseTestCase):
    def test_off(self):
        """Nothing is counted, and nothing is wrong."""
        self.assertFalse(metrics.is_on())
        metrics.ACTIONS_STARTED.add('create')
        metrics.ACTION_DURATION.observe(1.5, 'create', 'failed')
        metrics.DATABASE_CONNECTIONS.set(1, 'idle')
        self.assertRaises(RuntimeError, endpoint.registry)

    def test_on(self):
        told = self.useFixture(fixtures.Metrics())
        metrics.ACTIONS_STARTED.add('create')
        metrics.ACTIONS_STARTED.add('create', number=2)
        metrics.ACTION_DURATION.observe(1.5, 'create', 'failed')
        metrics.DATABASE_CONNECTIONS.set(4, 'idle')
        self.assertEqual(3, told('actions_started_total', action='create'))
        self.assertEqual(
            1,
            told(
                'action_duration_seconds_bucket',
                le='2.5',
                action='create',
                outcome='failed',
            ),
        )
        self.assertEqual(
            0,
            told(
                'action_duration_seconds_bucket',
                le='1.0',
                action='create',
                outcome='failed',
            ),
        )
        self.assertEqual(4, told('database_connections', state='idle'))

    def test_each_is_made(self):
        declared = {
            each.name
            for each in vars(metrics).values()
            if isinstance(each, family.Family)
        }
        self.assertEqual(declared, {each.name for each in metrics.FAMILIES})

    def test_no_label_identifies(self):
        labels = {label for each in metrics.FAMILIES for label in each.labels}
        self.assertEqual(
            {
                'action',
                'outcome',
                'event',
                'verdict',
                'error',
                'rule',
                'route',
                'method',
                'status',
                'state',
            },
            labels,
        )


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

    def test_who_comes_first_begins_anew(self):
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
