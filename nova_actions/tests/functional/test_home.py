# SPDX-License-Identifier: Apache-2.0
"""The tests pass, and change nothing, whatever the person who runs them has
in the home folder."""

import os
import pathlib
import subprocess
import sys

import fixtures
from oslotest import base

from nova_actions.tests import patience

#: Commands in the process of the test, and one in a process of its own.
TESTS = (
    'nova_actions.tests.unit.cmd.test_services.ServicesTestCase.'
    'test_a_log_that_cannot_be',
    'nova_actions.tests.functional.test_all_flow.AllTestCase.'
    'test_an_address_that_others_reach',
)


class HomeTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.home = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        for name in (
            'nova-actions.conf',
            '.nova-actions/nova-actions.conf',
            '.local/state/nova-actions/nova-actions.sqlite',
            'state/nova-actions/nova-actions.sqlite',
        ):
            path = self.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text('neither a configuration nor a database\n')

    def content(self):
        return {
            path: path.is_file() and path.read_text()
            for path in self.home.rglob('*')
        }

    def check(self, **values):
        before = self.content()
        done = subprocess.run(
            [sys.executable, '-m', 'testtools.run', *TESTS],
            text=True,
            env={**os.environ, 'HOME': str(self.home), **values},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=patience.PATIENCE,
            check=False,
        )
        self.assertEqual(0, done.returncode, done.stdout[-4000:])
        self.assertEqual(before, self.content())

    def test_home(self):
        self.check()

    def test_state_folder(self):
        self.check(XDG_STATE_HOME=str(self.home / 'state'))
