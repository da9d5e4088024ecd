# SPDX-License-Identifier: Apache-2.0
"""What an operator's policy file may say."""

import logging
import os

import fixtures as base_fixtures
from oslo_config import cfg
from oslotest import base

from nova_actions import context
from nova_actions import policies
from nova_actions import policy
from nova_actions.tests import fixtures


class IsAdminTest(base.BaseTestCase):
    def test_any_case(self):
        conf = self.useFixture(fixtures.Conf()).conf
        for check, of_admin in (
            ('True', True),
            ('true', True),
            ('TRUE', True),
            ('False', False),
            ('false', False),
            ('1', False),
        ):
            self.useFixture(
                fixtures.Policy(conf, {policies.LIST: f'is_admin:{check}'})
            )
            for role in ('admin', 'Admin', 'member'):
                caller = context.RequestContext(
                    user_id='user',
                    project_id='project',
                    roles=[role],
                    is_admin=None,
                )
                self.assertIs(
                    (role.lower() == 'admin') is of_admin,
                    caller.can(policies.LIST, {}, fatal=False),
                    (check, role),
                )

    def test_who_is_one(self):
        conf = self.useFixture(fixtures.Conf()).conf
        for check, expected in (
            ('user_id:%(user_id)s', True),
            ('project_id:%(project_id)s', True),
            ('domain_id:%(domain_id)s', False),
            ('is_admin:True', False),
            ('is_admin:False', False),
            ('@', True),
            ('!', False),
        ):
            self.useFixture(fixtures.Policy(conf, {'context_is_admin': check}))
            caller = context.RequestContext(
                user_id='user', project_id='project', is_admin=None
            )
            self.assertIs(expected, caller.is_admin, check)


class _Asking(logging.Handler):
    """As oslo.log's formatter, which asks who is an administrator."""

    def emit(self, record):
        policy.authorize({'roles': []}, 'context_is_admin', {})


class FileTest(base.BaseTestCase):
    """What becomes of the rules while the process runs."""

    def setUp(self):
        super().setUp()
        self.conf = self.useFixture(fixtures.Conf()).conf
        self.folder = self.useFixture(base_fixtures.TempDir()).path
        self.path = os.path.join(self.folder, 'policy.yaml')
        self.conf.set_override('policy_file', self.path, group='oslo_policy')
        self.conf.set_override(
            'policy_dirs', [self.folder + '/d'], group='oslo_policy'
        )
        self.addCleanup(policy.reset)
        self.log = self.useFixture(base_fixtures.FakeLogger())
        logging.getLogger().addHandler(_Asking())

    def write(self, text, name='policy.yaml'):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(f'{path}.new', 'w', encoding='utf-8') as file:
            file.write(text)
        os.rename(f'{path}.new', path)

    def passes(self):
        return policy.authorize({'roles': ['reader']}, policies.LIST, {})

    def test_changes_are_taken_over(self):
        policy.setup(self.conf)
        self.assertFalse(self.passes())
        for check in ('@', '!', 'role:reader', 'role:admin'):
            self.write(f'"{policies.LIST}": "{check}"')
            self.assertIs(check in ('@', 'role:reader'), self.passes())
        self.write(f'"{policies.LIST}": "@"', 'd/more.yaml')
        self.assertTrue(self.passes())
        os.unlink(os.path.join(self.folder, 'd/more.yaml'))
        self.assertFalse(self.passes())
        self.assertEqual('', self.log.output)

    def test_one_request_is_judged_by_one_version_of_it(self):
        policy.setup(self.conf)
        targets = [{'project_id': name} for name in ('a', 'b')]
        for check in ('@', '!'):
            self.write(f'"{policies.LIST}": "{check}"')
            caller = context.RequestContext(user_id='user', is_admin=None)
            first = caller.can(policies.LIST, targets[0], fatal=False)
            self.assertIs(check == '@', first)
            self.write(f'"{policies.LIST}": "role:nobody"')
            self.assertIs(
                first, caller.can(policies.LIST, targets[1], fatal=False)
            )

    def test_it_is_looked_for_where_oslo_config_does(self):
        home = self.useFixture(base_fixtures.TempDir()).path
        self.useFixture(base_fixtures.EnvironmentVariable('HOME', home))
        own, more = (
            self.useFixture(base_fixtures.TempDir()).path
            for _number in range(2)
        )
        self.write('', name=f'{own}/x.conf')
        conf = cfg.ConfigOpts()
        conf(
            ['--config-file', f'{own}/x.conf', '--config-dir', more],
            project='nova_actions',
            default_config_files=[],
        )
        find = policy._finder(conf)
        self.assertIsNone(find('rules.yaml'))
        for folder in (home, f'{home}/.nova_actions', own, more):
            self.write('', name=f'{folder}/rules.yaml')
            self.assertEqual(f'{folder}/rules.yaml', find('rules.yaml'))
            self.assertEqual(conf.find_file('rules.yaml'), find('rules.yaml'))
        self.assertEqual('/etc/passwd', find('passwd'))

    def test_a_folder_is_no_policy_file(self):
        os.mkdir(self.path)
        error = self.assertRaises(ValueError, policy.load, self.conf)
        self.assertIn('[oslo_policy] policy_file', str(error))
        self.assertIn(self.path, str(error))

    def test_what_cannot_be_used_changes_nothing(self):
        self.write(f'"{policies.LIST}": "role:reader"')
        policy.setup(self.conf)
        for broken in (
            '"a": "',
            '- a',
            '5',
            '5: "!"',
            '\x00',
            '"a": 5',
            '"a": "rule:a"',
            '"a": "rule:b"\n"b": "not rule:a"',
            '"context_is_admin": "(@ and rule:project_member)"\n'
            '"project_member": "! or not rule:context_is_admin"',
        ):
            self.write(broken)
            self.assertRaises(ValueError, policy.load, self.conf)
            self.assertTrue(self.passes())
            self.assertTrue(self.passes())
            self.assertEqual(
                1, self.log.output.count('stay as they were'), broken
            )
            self.log.reset_output()
        policy.setup(self.conf)
        self.assertTrue(self.passes())
        os.unlink(self.path)
        self.assertTrue(self.passes())
        self.assertIn('it is gone', self.log.output)
        self.write(f'"{policies.LIST}": "!"')
        self.assertFalse(self.passes())

    def test_the_file_that_is_broken_is_named(self):
        self.write(f'"{policies.LIST}": "@"')
        for broken in ('"a": "', '- a', '5: "!"', f'"{policies.LIST}": false'):
            self.write(broken, 'd/more.yaml')
            error = self.assertRaises(ValueError, policy.load, self.conf)
            self.assertIn('d/more.yaml: ', str(error))

    def test_a_process_does_not_begin_with_it(self):
        self.write('- a')
        self.assertRaises(ValueError, policy.setup, self.conf)
