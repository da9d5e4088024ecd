# SPDX-License-Identifier: Apache-2.0
import os
import stat

import fixtures
from oslotest import base

from nova_actions import conf
from nova_actions.cmd import embedded
from nova_actions.cmd import failure


class EmbeddedTestCase(base.BaseTestCase):

    def setUp(self):
        super().setUp()
        self.folder = os.path.join(
            self.useFixture(fixtures.TempDir()).path, 'state')
        self.conf = conf.parse([], default_config_files=[])
        self.conf.set_override('state_path', self.folder)

    def test_nothing_is_configured(self):
        embedded.configure(self.conf)
        self.assertEqual('fake://', self.conf.transport_url)
        self.assertEqual('noauth2', self.conf.api.auth_strategy)
        self.assertEqual(f'sqlite:///{self.folder}/nova-actions.sqlite',
                         self.conf.database.connection)
        self.assertEqual(0o700, stat.S_IMODE(os.stat(self.folder).st_mode))

    def test_the_configuration_wins(self):
        path = os.path.join(self.useFixture(fixtures.TempDir()).path, 'conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('[database]\nconnection = sqlite://\n'
                       '[api]\nauth_strategy = keystone\n')
        self.conf = conf.parse(['--config-file', path])
        self.conf.set_override('state_path', self.folder)
        embedded.configure(self.conf)
        self.assertEqual('sqlite://', self.conf.database.connection)
        self.assertEqual('keystone', self.conf.api.auth_strategy)

    def test_no_folder(self):
        path = os.path.join(self.useFixture(fixtures.TempDir()).path, 'file')
        with open(path, 'w', encoding='utf-8'):
            pass
        self.conf.set_override('state_path', os.path.join(path, 'below'))
        self.assertRaises(failure.Refusal, embedded.configure, self.conf)

    def test_its_database_is_read_when_it_exists(self):
        conf.complete(self.conf)
        embedded.use_its_database(self.conf)
        self.assertIsNone(self.conf.database.connection)
        os.makedirs(self.folder)
        path = embedded.database_path(self.conf)
        with open(path, 'w', encoding='utf-8'):
            pass
        embedded.use_its_database(self.conf)
        self.assertEqual(f'sqlite:///{path}', self.conf.database.connection)
