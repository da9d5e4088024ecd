# SPDX-License-Identifier: Apache-2.0
"""oslo.policy's command line tools find our rules behind our entry points."""

import json
import os
import pathlib
import subprocess
import sys

import fixtures
from oslotest import base

from nova_actions import policies

BIN = pathlib.Path(sys.executable).parent
OWNER = '0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a'


class TestTools(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return path

    def run_tool(self, name, *args):
        return subprocess.run(
            [BIN / f'oslopolicy-{name}', *args],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={**os.environ, 'PYTHONWARNINGS': 'ignore'},
        )

    def with_policy(self, tool, text):
        path = self.write('policy.yaml', text)
        conf = self.write(
            'nova-actions.conf', f'[oslo_policy]\npolicy_file = {path}\n'
        )
        return self.run_tool(
            tool, '--config-file', conf, '--namespace', 'nova_actions'
        )

    def test_sample(self):
        done = self.run_tool('sample-generator', '--namespace', 'nova_actions')
        self.assertEqual(0, done.returncode, done.stderr)
        for rule in policies.list_rules():
            self.assertIn(f'#"{rule.name}": "{rule.check_str}"', done.stdout)

    def test_validator(self):
        done = self.with_policy(
            'validator', f'"{policies.LIST}": "role:reader"\n'
        )
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def test_validator_finds_what_is_wrong(self):
        for text in (
            '"os_compute_api:os-instance-actions:lost": "@"\n',
            f'"{policies.LIST}": "rule:nobody"\n',
            f'"{policies.LIST}": "role:a or and"\n',
        ):
            done = self.with_policy('validator', text)
            self.assertEqual(1, done.returncode, text)

    def test_list_redundant(self):
        done = self.with_policy(
            'list-redundant',
            f'"{policies.EVENTS}": "rule:context_is_admin"\n'
            f'"{policies.LIST}": "role:reader"\n',
        )
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn(f'"{policies.EVENTS}"', done.stdout)
        self.assertNotIn(policies.LIST, done.stdout)

    def checked(self, roles):
        """Return what the checker says of each rule for a user of the
        owner."""
        made = self.with_policy('policy-generator', '')
        self.assertEqual(0, made.returncode, made.stderr)
        done = self.run_tool(
            'checker',
            '--policy',
            self.write('all.yaml', made.stdout),
            '--target',
            self.write('target.json', json.dumps({'project_id': OWNER})),
            '--access',
            self.write(
                'access.json',
                json.dumps(
                    {
                        'token': {
                            'roles': [{'name': role} for role in roles],
                            'project': {'id': OWNER},
                            'user': {'id': 'user'},
                        }
                    }
                ),
            ),
        )
        self.assertEqual(0, done.returncode, done.stderr)
        return set(done.stdout.splitlines())

    def test_checker(self):
        reader = self.checked(['reader'])
        self.assertIn(f'passed: {policies.LIST}', reader)
        self.assertIn(f'passed: {policies.SHOW}', reader)
        self.assertIn(f'failed: {policies.EVENTS}', reader)
        self.assertIn(f'failed: {policies.LIST_ALL_PROJECTS}', reader)
        self.assertIn(
            f'passed: {policies.EVENTS_DETAILS}', self.checked(['admin'])
        )
