# SPDX-License-Identifier: Apache-2.0
import os

import fixtures as base_fixtures
from oslotest import base

from nova_actions import exception
from nova_actions import policies
from nova_actions import policy
from nova_actions import runtime
from nova_actions.db import api as db
from nova_actions.objects import text
from nova_actions.tests import fixtures


class RuntimeTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.conf = self.useFixture(fixtures.Conf()).conf
        self.addCleanup(policy.reset)
        self.addCleanup(text.setup, text.sanitizer())
        self.addCleanup(runtime.close_databases)

    def test_a_process_is_composed(self):
        self.conf.set_override('connection', 'sqlite://', group='database')
        self.conf.set_override('patterns', ['FLAG-[0-9]{4}'], 'sanitize')
        runtime.set_up(self.conf)
        self.assertNotIn('FLAG-1234', text.sanitizer().name('a FLAG-1234'))
        self.assertEqual('sqlite', db.engine().dialect.name)
        self.assertFalse(policy.authorize({'roles': []}, policies.LIST, {}))

    def test_what_cannot_be_used_is_named(self):
        folder = self.useFixture(base_fixtures.TempDir()).path
        path = os.path.join(folder, 'policy.yaml')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('- no mapping')
        for option, group, value, set_up, named in (
            (
                'patterns',
                'sanitize',
                ['('],
                runtime.set_up_sanitizer,
                '[sanitize] patterns',
            ),
            (
                'policy_file',
                'oslo_policy',
                path,
                runtime.set_up_policy,
                path,
            ),
        ):
            self.conf.set_override(option, value, group=group)
            error = self.assertRaises(runtime.Unusable, set_up, self.conf)
            self.assertIn(named, str(error))
            self.assertNotIn('\n', str(error))

    def test_there_must_be_a_database(self):
        self.assertRaises(
            exception.InvalidInput, runtime.set_up_databases, self.conf
        )

    def test_a_broken_policy_changes_nothing(self):
        folder = self.useFixture(base_fixtures.TempDir()).path
        path = os.path.join(folder, 'policy.yaml')
        self.conf.set_override('policy_file', path, group='oslo_policy')
        runtime.set_up_policy(self.conf)
        with open(path, 'w', encoding='utf-8') as file:
            file.write('- no mapping')
        runtime.set_up_policy(self.conf)
        self.assertTrue(
            policy.authorize({'roles': ['admin']}, policies.LIST, {})
        )
