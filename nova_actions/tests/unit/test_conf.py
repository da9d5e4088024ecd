# SPDX-License-Identifier: Apache-2.0

import os

import fixtures
from oslo_config import cfg
from oslotest import base

from nova_actions import conf
from nova_actions import reporter


class HostTest(base.BaseTestCase):
    def test_it_has_a_name(self):
        path = os.path.join(self.useFixture(fixtures.TempDir()).path, 'conf')
        for name in ('', 'x' * 256):
            with open(path, 'w', encoding='utf-8') as file:
                file.write(f'[DEFAULT]\nhost = {name}\n')
            self.assertRaises(
                cfg.ConfigFileValueError,
                reporter.setup,
                conf.load(['--config-file', path]),
            )

    def test_a_dollar_that_names_no_option(self):
        """It is told where it is, and not what it is."""
        path = os.path.join(self.useFixture(fixtures.TempDir()).path, 'conf')
        for section, option in (
            ('DEFAULT', 'state_path'),
            ('database', 'connection'),
            ('cell:east', 'connection'),
            ('oslo_messaging_rabbit', 'ssl_ca_file'),
        ):
            with open(path, 'w', encoding='utf-8') as file:
                file.write(f'[{section}]\n{option} = s3c$ret\n')
            error = self.assertRaises(
                cfg.Error, conf.load, ['--config-file', path]
            )
            self.assertIn(f'[{section}] {option}', str(error))
            self.assertIn('$$', str(error))
            self.assertNotIn('s3c', str(error))


class ReloadTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger())
        self.path = os.path.join(
            self.useFixture(fixtures.TempDir()).path, 'conf'
        )
        self.write('[api]', 'max_limit = 7')
        self.conf = conf.load(['--config-file', self.path])

    def write(self, *lines):
        with open(self.path, 'w', encoding='utf-8') as file:
            file.write('\n'.join(lines))

    def test_an_invalid_value_changes_nothing(self):
        for section, option, value in (
            ('api', 'max_limit', 'many'),
            ('api', 'max_limit', '-1'),
            ('api', 'max_limit', ''),
            ('api', 'max_limit', '$nothing'),
            ('api', 'compute_link_prefix', 'http://['),
            ('api', 'public_url', 'ftp://here'),
            ('retention', 'days', 'x'),
            ('retention', 'keep_last', '99999999999'),
        ):
            before = len(self.log.output)
            self.write(
                '[retention]',
                'stats_days = 9',
                f'[{section}]',
                f'{option} = {value}',
            )
            self.assertEqual({}, self.conf.mutate_config_files())
            self.assertEqual(7, self.conf.api.max_limit)
            self.assertEqual(400, self.conf.retention.stats_days)
            said = self.log.output[before:]
            self.assertEqual(1, said.count(f'[{section}] {option} '), said)
            self.assertEqual(1, said.count('is unchanged'), said)
        self.write('[api]', 'max_limit = 8')
        self.assertIn(('api', 'max_limit'), self.conf.mutate_config_files())
        self.assertEqual(8, self.conf.api.max_limit)

    def test_a_secret_is_not_told(self):
        self.conf.register_opt(cfg.IntOpt('hidden', secret=True, mutable=True))
        self.write('[DEFAULT]', 'hidden = s3cret', '[api]', 'max_limit = 8')
        self.conf.mutate_config_files()
        self.assertIn('[DEFAULT] hidden is invalid', self.log.output)
        self.assertNotIn('s3cret', self.log.output)
        self.assertEqual(7, self.conf.api.max_limit)

    def test_what_depends_on_it_may_fail(self):
        def fail(*_ignored):
            raise OSError('no log')

        self.conf.register_mutate_hook(fail)
        self.write('[api]', 'max_limit = 8')
        self.conf.mutate_config_files()
        self.assertEqual(8, self.conf.api.max_limit)
        self.assertIn('not all that depends on it', self.log.output)
        self.assertIn('no log', self.log.output)
        self.assertNotIn('is unchanged', self.log.output)
