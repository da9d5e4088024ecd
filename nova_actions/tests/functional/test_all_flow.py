# SPDX-License-Identifier: Apache-2.0
"""nova-actions-all as a person starts it: a process of its own."""

import contextlib
import json
import os
import pathlib
import re
import shlex
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import urllib.request

import fixtures
from oslotest import base

from nova_actions.db import migration
from nova_actions.tests import fixtures as tests_fixtures
from nova_actions.tests import fixtures_cells
from nova_actions.tests import patience
from nova_actions.tests.functional import process


def commands_of(group):
    """Return the command lines of a process group."""
    found = []
    for path in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
        # Others come and go meanwhile.
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            if os.getpgid(int(path.parent.name)) == group:
                found.append(path.read_text())
    return '\n'.join(found)


class All(fixtures.Fixture):
    """A running nova-actions-all with a state folder of its own."""

    def __init__(self, *options):
        self._options = options

    def _setUp(self):
        self.state = self.useFixture(fixtures.TempDir()).path
        self.environ = {**os.environ, 'XDG_STATE_HOME': self.state}
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [
                sys.executable,
                '-m',
                'nova_actions.cmd.all',
                '--port',
                '0',
                *self._options,
            ],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.kill)
        # What it has to say must be read while it is saying it.
        self._errors = []
        self._reader = threading.Thread(
            target=lambda: self._errors.extend(self.process.stderr)
        )
        self._reader.start()
        watchdog = threading.Timer(patience.PATIENCE, self.process.kill)
        watchdog.start()
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip('\n'))
            if line.startswith('Serving'):
                break
        watchdog.cancel()
        self.text = '\n'.join(self.lines)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()
        self.process.stderr.close()

    def stop(self, number):
        """Send a signal; return the exit code and what was complained of."""
        self.process.send_signal(number)
        code = self.process.wait(patience.PATIENCE)
        self._reader.join()
        return code, ''.join(self._errors)

    @property
    def folder(self):
        return os.path.join(self.state, 'nova-actions')

    def line(self, word):
        """Return the printed line that has that word."""
        return next(line for line in self.lines if word in line).strip()


class AllTestCase(base.BaseTestCase):
    def test_from_nothing_to_an_answer(self):
        service = self.useFixture(All())
        self.assertIn('Nothing is recorded yet', service.text)
        words = shlex.split(service.line('curl'))
        header = words[words.index('-H') + 1].split(': ')
        request = urllib.request.Request(
            words[words.index('|') - 1], headers=dict([header])
        )
        with urllib.request.urlopen(
            request, timeout=patience.PATIENCE
        ) as answer:
            self.assertEqual('v2.1', json.load(answer)['version']['id'])
        database = os.path.join(service.folder, 'nova-actions.sqlite')
        self.assertIn(database, service.text)
        for name in os.listdir(service.folder):
            path = os.path.join(service.folder, name)
            self.assertEqual(0o600, stat.S_IMODE(os.stat(path).st_mode), name)

    def test_either_signal_stops_it_cleanly(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            service = self.useFixture(All())
            self.assertEqual((0, ''), service.stop(number))

    def test_it_goes_on_with_what_it_had(self):
        service = self.useFixture(All('--demo', '--demo-actions', '2'))
        self.assertNotIn('already', service.text)
        service.stop(signal.SIGTERM)
        service._options = ('--demo', '--demo-actions', '1')
        service.start()
        self.assertIn('has 2 actions already', service.text)
        self.assertIn('Played 1 action.', service.text)
        service.stop(signal.SIGTERM)
        service._options = ()
        service.start()
        self.assertIn('os-instance-actions', service.line('curl'))

    def test_two_at_once_on_one_fresh_folder(self):
        """The second process finds the tables already created."""
        state = self.useFixture(fixtures.TempDir()).path
        environ = {**os.environ, 'XDG_STATE_HOME': state}
        both = [
            self.useFixture(
                process.Process(
                    [
                        sys.executable,
                        '-u',
                        '-m',
                        'nova_actions.cmd.all',
                        '--port',
                        '0',
                    ],
                    environ,
                )
            )
            for _ in range(2)
        ]
        for each in both:
            each.await_line('Serving')
        for each in both:
            self.assertEqual(0, each.stop(), each.log)
        with contextlib.closing(
            sqlite3.connect(
                os.path.join(state, 'nova-actions', 'nova-actions.sqlite')
            )
        ) as database:
            self.assertEqual(
                [('ok',)],
                database.execute('PRAGMA integrity_check').fetchall(),
            )
            self.assertEqual(
                [(migration.HEAD,)],
                database.execute(
                    f'SELECT * FROM {migration.VERSION_TABLE}'
                ).fetchall(),
            )

    def test_a_line_to_paste_into_a_shell(self):
        service = self.useFixture(All())
        done = subprocess.run(
            ['sh', '-c', service.line('curl')],
            text=True,
            check=True,
            capture_output=True,
            timeout=patience.PATIENCE,
        )
        self.assertEqual('v2.1', json.loads(done.stdout)['version']['id'])
        self.assertLess(5, len(done.stdout.splitlines()))

    def test_a_dump_of_a_cell(self):
        conf = self.useFixture(tests_fixtures.Conf()).conf
        cell = self.useFixture(fixtures_cells.Cell(conf))
        cell.event(cell.action(cell.server()))
        service = self.useFixture(All('--cell', cell.url, '--follow'))

        def listed():
            done = subprocess.run(
                [
                    sys.executable,
                    '-m',
                    'nova_actions.cmd.manage',
                    'action',
                    'list',
                    '--format',
                    'json',
                ],
                env=service.environ,
                text=True,
                capture_output=True,
                timeout=patience.PATIENCE,
                check=True,
            )
            return json.loads(done.stdout)

        (action,) = patience.wait_until('the copy', listed)
        self.assertEqual(
            ('reboot', 'succeeded'), (action['action'], action['status'])
        )

    def test_a_taken_port(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            code, _, errors = self.refused(
                '--port', str(taken.getsockname()[1])
            )
        self.assertEqual(2, code, errors)
        self.assertIn('already in use', errors)
        self.assertNotIn('Traceback', errors)

    def test_an_address_that_others_reach(self):
        code, _, errors = self.refused('--bind-host', '0.0.0.0')
        self.assertEqual(2, code, errors)
        self.assertIn('--insecure-bind', errors)

    def test_a_demonstration_without_end(self):
        code, _, errors = self.refused('--demo', '--demo-actions', str(10**20))
        self.assertNotEqual(0, code)
        self.assertIn('argument --demo-actions', errors)

    def test_ctrl_c_while_a_host_of_the_demonstration_dies(self):
        service = self.useFixture(
            process.Process(
                [
                    sys.executable,
                    '-m',
                    'nova_actions.cmd.all',
                    '--port',
                    '0',
                    '--demo',
                ],
                process.clean_environ(
                    XDG_STATE_HOME=self.useFixture(fixtures.TempDir()).path
                ),
                own_group=True,
            )
        )
        group = service.process.pid
        patience.wait_until(
            'the host that dies', lambda: 'spawn_main' in commands_of(group)
        )
        os.killpg(group, signal.SIGINT)
        self.assertEqual(0, service.process.wait(patience.PATIENCE))
        self.assertNotIn('Traceback', service.log)

    def refused(self, *options):
        state = self.useFixture(fixtures.TempDir()).path
        done = subprocess.run(
            [sys.executable, '-m', 'nova_actions.cmd.all', *options],
            env={**os.environ, 'XDG_STATE_HOME': state},
            text=True,
            capture_output=True,
            timeout=patience.PATIENCE,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr


class DemoTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.service = self.useFixture(All('--demo', '--demo-actions', '40'))

    def manage(self, *words):
        done = subprocess.run(
            [
                sys.executable,
                '-m',
                'nova_actions.cmd.manage',
                *words,
                '--format',
                'json',
            ],
            env=self.service.environ,
            text=True,
            capture_output=True,
            timeout=patience.PATIENCE,
            check=True,
        )
        return json.loads(done.stdout)

    def test_what_it_suggests_works(self):
        service = self.service
        words = shlex.split(service.line('action show'))
        shown = self.manage(*words[words.index('action') :])
        self.assertEqual('succeeded_after_retry', shown['status'])
        attempts = [
            event
            for event in shown['events']
            if event['event'] == 'compute_prep_resize'
        ]
        self.assertEqual(
            [(1, 'Error'), (2, 'Success')],
            [(event['attempt'], event['result']) for event in attempts],
        )
        self.assertNotEqual(attempts[0]['host'], attempts[1]['host'])
        self.assertIn('memory', attempts[0]['details'])
        url = re.search(
            r'http://\S+/os-instance-actions', service.text
        ).group()
        request = urllib.request.Request(
            url, headers={'X-Auth-Token': 'operator:operators:admin'}
        )
        with urllib.request.urlopen(
            request, timeout=patience.PATIENCE
        ) as answer:
            listed = json.load(answer)['instanceActions']
        self.assertIn(
            shown['request_id'], [action['request_id'] for action in listed]
        )

    def test_its_fleet(self):
        actions = self.manage('action', 'list', '--limit', '1000')
        self.assertEqual(40, len(actions))
        self.assertEqual(20, len({each['instance_uuid'] for each in actions}))
        self.assertEqual(0, self.service.stop(signal.SIGTERM)[0])
