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
