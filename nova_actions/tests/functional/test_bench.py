# SPDX-License-Identifier: Apache-2.0
"""The benchmarks run, and say what they measured. How fast anything is, no
test asks."""

import json
import pathlib
import socket
import subprocess
import sys

import fixtures
from oslotest import base

from nova_actions.tests import patience

ROOT = pathlib.Path(__file__).parents[3]


class BenchTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        if not (ROOT / 'bench').exists():
            self.skipTest('not a source tree')

    def test_beside_the_bare_driver(self):
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        done = subprocess.run(
            [
                sys.executable,
                '-m',
                'bench',
                '--quick',
                '--nova',
                '',
                '--database',
                'sqlite',
                '--only',
                'show',
                '--only',
                'REST list',
                '--json',
                str(folder / 'found.json'),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=patience.PATIENCE,
        )
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn('sqlite, 10,000 actions', done.stdout)
        found = json.loads((folder / 'found.json').read_text())['results']
        self.assertEqual(
            [
                (workload, side)
                for workload in ('show', 'REST list', 'REST show')
                for side in ('bare', 'ours')
            ],
            [(each['workload'], each['side']) for each in found],
        )
        for each in found:
            self.assertEqual(3, len(each['rates']))
            self.assertGreater(min(each['rates']), 0)
            self.assertGreater(each['counts']['statements'], 0)

    def test_starts(self):
        done = subprocess.run(
            [sys.executable, '-m', 'bench.startup', '--runs', '1'],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=patience.PATIENCE,
        )
        self.assertEqual(0, done.returncode, done.stderr)
        for name in (
            'nova-actions-manage action list',
            'nova-actions-conductor, until ready',
        ):
            self.assertRegex(done.stdout, rf'{name} +[0-9]+\.[0-9]{{2}}\n')

    def test_round_trips(self):
        # Imported here: an installed package has none.
        from bench import relay

        answerer = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(answerer.close)
        url = f'x://user@127.0.0.1:{answerer.getsockname()[1]}/name'
        with relay.beside(url) as (way, counter):
            self.assertEqual(f'x://user@127.0.0.1:{counter.port}/name', way)
            asker = socket.create_connection(
                ('127.0.0.1', counter.port), timeout=patience.PATIENCE
            )
            self.addCleanup(asker.close)
            other, _address = answerer.accept()
            self.addCleanup(other.close)
            for question in (b'one', b'two', b'three'):
                asker.sendall(question)
                self.assertEqual(question, other.recv(100))
                other.sendall(b'a')
                self.assertEqual(b'a', asker.recv(100))
                # More of the same answer.
                other.sendall(b'b')
                self.assertEqual(b'b', asker.recv(100))
            self.assertEqual(3, counter.take())
            self.assertEqual(0, counter.take())
