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
            self.assertRaises(cfg.ConfigFileValueError, reporter.setup,
                              conf.load(['--config-file', path]))
