# SPDX-License-Identifier: Apache-2.0
import os
import stat
import subprocess
import sys

import fixtures
from oslotest import base

from nova_actions import conf
from nova_actions.cmd import all as all_
from nova_actions.cmd import embedded
from nova_actions.cmd import failure
from nova_actions.conf import cell_options
from nova_actions.db import api as db
from nova_actions.db import migration


class EmbeddedTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = os.path.join(
            self.useFixture(fixtures.TempDir()).path, 'state'
        )
        self.conf = conf.parse([], default_config_files=[])
        self.conf.set_override('state_path', self.folder)

    def test_nothing_is_configured(self):
        embedded.configure(self.conf)
        self.assertEqual('fake://', self.conf.transport_url)
        self.assertEqual('noauth2', self.conf.api.auth_strategy)
        self.assertEqual(
            f'sqlite:///{self.folder}/nova-actions.sqlite',
            self.conf.database.connection,
        )
        self.assertEqual(0o700, stat.S_IMODE(os.stat(self.folder).st_mode))

    def test_the_configuration_wins(self):
        path = os.path.join(self.useFixture(fixtures.TempDir()).path, 'conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(
                '[database]\nconnection = sqlite://\n'
                '[api]\nauth_strategy = keystone\n'
            )
        self.conf = conf.parse(['--config-file', path])
        self.conf.set_override('state_path', self.folder)
        embedded.configure(self.conf)
        self.assertEqual('sqlite://', self.conf.database.connection)
        self.assertEqual('keystone', self.conf.api.auth_strategy)

    def attach(self, *arguments):
        self.conf = conf.parse(
            list(arguments), cli=all_.CLI_OPTS, default_config_files=[]
        )
        embedded.attach(self.conf)
        return cell_options.sections(self.conf)

    def test_no_cell(self):
        self.assertEqual([], self.attach())

    def test_a_cell(self):
        url = 'mysql+pymysql://root:a$b@localhost/nova_cell1'
        for words, follows in (((), False), (('--follow',), True)):
            self.assertEqual(
                ['cell:nova_cell1'],
                self.attach('--cell', url.replace('$', '$$'), *words),
            )
            section = self.conf['cell:nova_cell1']
            self.assertEqual(
                (url, follows), (section.connection, section.follow)
            )
        self.assertEqual(
            ['cell:a-dump.sqlite'],
            self.attach('--cell', 'sqlite:////tmp/a dump.sqlite'),
        )

    def test_a_cell_that_is_none(self):
        for words in (('--follow',), ('--cell', 'nova_cell1')):
            self.assertRaises(failure.Refusal, self.attach, *words)

    def test_no_folder(self):
        path = os.path.join(self.useFixture(fixtures.TempDir()).path, 'file')
        with open(path, 'w', encoding='utf-8'):
            pass
        self.conf.set_override('state_path', os.path.join(path, 'below'))
        self.assertRaises(failure.Refusal, embedded.configure, self.conf)

    def test_a_folder_that_cannot_be_written(self):
        """Where the kernel lets not even root make a file."""
        self.conf.set_override('state_path', '/proc')
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova_actions.cmd.embedded.DATABASE', 'version'
            )
        )
        conf.complete(self.conf)
        for use in (embedded.configure, embedded.use_its_database):
            error = self.assertRaises(failure.Refusal, use, self.conf)
            self.assertIn('[DEFAULT] state_path /proc: ', str(error))

    def test_a_folder_that_cannot_be_looked_into(self):
        path = os.path.join(self.useFixture(fixtures.TempDir()).path, 'loop')
        os.symlink(path, path)
        self.conf.set_override('state_path', path)
        conf.complete(self.conf)
        for use in (embedded.configure, embedded.use_its_database):
            error = self.assertRaises(failure.Refusal, use, self.conf)
            self.assertIn(f'[DEFAULT] state_path {path}: ', str(error))

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

    def test_paths_of_any_characters(self):
        """The database, the log and what is read of them are there."""
        folder = self.useFixture(fixtures.TempDir()).path
        for name in (
            'a?b',
            'a%41b',
            'a%b',
            'a$b',
            'a${b}',
            '$',
            'a b',
            '#',
            ';',
            '&x=1',
            "it's",
            '"',
            'a\\b',
            '[x]',
            ':memory:',
            '@',
            '密é',
            '~',
        ):
            path = os.path.join(folder, name)
            file = os.path.join(folder, 'conf')
            with open(file, 'w', encoding='utf-8') as opened:
                opened.write(
                    f'[DEFAULT]\nstate_path = {path.replace("$", "$$")}\n'
                )
            tested = conf.parse(['--config-file', file])
            embedded.configure(tested)
            self.assertEqual(path, tested.state_path)
            self.assertEqual(f'{path}/nova-actions.log', tested.log_file)
            conf.setup_logging(tested)
            db.setup(tested)
            migration.db_sync()
            db.dispose()
            self.assertLessEqual(
                {'nova-actions.log', 'nova-actions.sqlite'},
                set(os.listdir(path)),
            )
            reader = conf.load(['--config-file', file])
            embedded.use_its_database(reader)
            self.assertEqual(
                tested.database.connection, reader.database.connection
            )
        self.assertIn('conf', os.listdir(folder))

    def test_a_path_from_the_environment(self):
        folder = self.useFixture(fixtures.TempDir()).path
        done = subprocess.run(
            [
                sys.executable,
                '-c',
                'from nova_actions import conf\n'
                'print(conf.parse([], default_config_files=[]).state_path)',
            ],
            env={'XDG_STATE_HOME': f'{folder}/a$b'},
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertEqual(f'{folder}/a$b/nova-actions\n', done.stdout)

    def test_paths_that_are_refused(self):
        for path, reason in (
            ('a\nb', 'control character'),
            ('a\0b', 'control character'),
            ('a\x7f', 'control character'),
            (' ', 'empty'),
            ('\udcff', 'UTF-8'),
        ):
            error = self.assertRaises(
                ValueError, self.conf.set_override, 'state_path', path
            )
            self.assertIn(reason, str(error))

    def test_paths_that_are_not_absolute(self):
        for path, expected in (
            ('rel', os.path.join(os.getcwd(), 'rel')),
            ('/a/../b/', '/b'),
            ('~/x', os.path.join(os.path.expanduser('~'), 'x')),
        ):
            self.conf.set_override('state_path', path)
            self.assertEqual(expected, self.conf.state_path)
