# SPDX-License-Identifier: Apache-2.0
"""The bridge's configuration, which is not Nova's."""

import os
from unittest import mock

import fixtures
from oslo_config import cfg
from oslotest import base

from nova_actions_bridge import option


class TestLoad(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        folder = self.useFixture(fixtures.TempDir()).path
        self.path = os.path.join(folder, 'a.conf')
        self.enterContext(
            mock.patch.dict(os.environ, {option.VARIABLE: self.path})
        )

    def load(self, *lines):
        with open(self.path, 'w', encoding='utf-8') as file:
            file.write('\n'.join(lines))
        return option.load('of-nova')

    def test_defaults(self):
        conf = self.load()
        self.assertEqual(
            (option.MIRROR, 'of-nova'), (conf.bridge.mode, conf.host)
        )

    def test_file_comes_before_nova(self):
        conf = self.load(
            '[DEFAULT]', 'host = of-file', '[bridge]', 'mode = controllers'
        )
        self.assertEqual(
            (option.CONTROLLERS, 'of-file'), (conf.bridge.mode, conf.host)
        )

    def test_mode_that_does_not_exist(self):
        conf = self.load('[bridge]', 'mode = both')
        self.assertRaises(cfg.ConfigFileValueError, lambda: conf.bridge.mode)

    def test_no_file(self):
        self.assertRaises(cfg.Error, option.load, 'of-nova')
