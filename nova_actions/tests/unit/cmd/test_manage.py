# SPDX-License-Identifier: Apache-2.0
import contextlib
import io
import json
import logging
import os

import fixtures
from oslotest import base

from nova_actions import policy
from nova_actions.cells import owner
from nova_actions.cmd import failure
from nova_actions.cmd import manage
from nova_actions.db import api as db
from nova_actions.db import migration
from nova_actions.objects import base as objects_base
from nova_actions.objects import instance_action
from nova_actions.tests import fixtures as our_fixtures
from nova_actions.tests.unit.sanitize.test_selftest import Broken


class ManageTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path
        self.config = os.path.join(self.folder, 'test.conf')
        self.configure(f'sqlite:///{self.folder}/test.sqlite')
        root = logging.getLogger()
        self.addCleanup(root.setLevel, root.level)
        self.addCleanup(policy.reset)
        self.addCleanup(db.dispose)
        owner.forget()

    def configure(self, connection):
        with open(self.config, 'w', encoding='utf-8') as file:
            file.write(f'[DEFAULT]\nstate_path = {self.folder}/state\n')
            if connection:
                file.write(f'[database]\nconnection = {connection}\n')

    def run_command(self, *words):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = manage.main(['--config-file', self.config, *words])
            except SystemExit as error:
                code = error.code
        return code, out.getvalue(), err.getvalue()

    def sync(self):
        self.assertEqual(failure.OK, self.run_command('db', 'sync')[0])

    def start(self):
        conf = self.useFixture(our_fixtures.Conf()).conf
        self.useFixture(our_fixtures.Policy(conf))
        context = our_fixtures.make_context()
        uuid = '8f3ab7a5-6d8e-4ba4-92a7-5f1a5bd1a6b1'
        with objects_base.local():
            instance_action.InstanceAction.action_start(
                context, uuid, 'create'
            )
        return uuid, context.request_id

    def test_schema(self):
        code, out, _ = self.run_command('db', 'version')
        self.assertEqual(failure.OK, code)
        self.assertIn('none', out)
        self.assertIn('from nothing', self.run_command('db', 'sync')[1])
        self.assertIn('nothing to do', self.run_command('db', 'sync')[1])
        self.assertIn(migration.HEAD, self.run_command('db', 'version')[1])

    def test_list_and_show(self):
        self.sync()
        self.assertIn('No actions', self.run_command('action', 'list')[1])
        uuid, request = self.start()
        self.assertIn(uuid, self.run_command('action', 'list')[1])
        code, out, _ = self.run_command('action', 'show', uuid, request)
        self.assertEqual(failure.OK, code)
        self.assertIn('running', out)

    def test_json(self):
        self.sync()
        uuid, request = self.start()
        listed = json.loads(
            self.run_command('action', 'list', '--format', 'json')[1]
        )
        self.assertEqual([request], [row['request_id'] for row in listed])
        shown = json.loads(
            self.run_command(
                'action', 'show', uuid, request, '--format', 'json'
            )[1]
        )
        self.assertEqual([], shown['events'])
        self.assertIn('+00:00', shown['start_time'])

    def test_what_is_not_there(self):
        self.sync()
        uuid, _ = self.start()
        code, _, err = self.run_command('action', 'show', uuid, 'req-x')
        self.assertEqual(failure.ABSENT, code)
        self.assertNotIn('Traceback', err)

    def test_what_cannot_be(self):
        self.sync()
        for words in (
            ('action', 'list', '--server', 'not-a-uuid'),
            ('action', 'list', '--limit', '0'),
            ('action', 'list', '--limit', 'x'),
            ('action', 'list', '--limit', str(2**31)),
            ('action', 'dance'),
            ('db',),
            (),
        ):
            code, _, err = self.run_command(*words)
            self.assertEqual(failure.REFUSED, code, words)
            self.assertNotIn('Traceback', err)
            self.assertNotEqual('', err)
            self.assertNotIn('_limit', err)

    def test_why_a_database_is_not_available(self):
        other = os.path.join(self.folder, 'other')
        with open(other, 'w', encoding='utf-8') as file:
            file.write('not a database ' * 100)
        for connection, reason in (
            ('mysql+pymysql://root:secret@127.0.0.1:1/none', '(2003, '),
            (f'sqlite:///{other}', 'file is not a database'),
        ):
            self.configure(connection)
            code, _, err = self.run_command('db', 'sync')
            self.assertEqual(failure.REFUSED, code)
            self.assertIn(reason, err)
            self.assertNotIn('secret', err)
            self.assertEqual(1, len(err.splitlines()))

    def test_why_a_cell_is_not_available(self):
        self.sync()
        with open(self.config, 'a', encoding='utf-8') as file:
            file.write(f'[cell:a]\nconnection = sqlite:///{self.folder}/no\n')
        code, _, err = self.run_command('instance', 'import', 'a')
        self.assertEqual(failure.REFUSED, code)
        self.assertIn('unable to open database file', err)

    def test_no_schema(self):
        for words in (
            ('action', 'list'),
            ('instance', 'import', 'cell1'),
            ('db', 'purge', '--older-than', '1'),
        ):
            code, _, err = self.run_command(*words)
            self.assertEqual(failure.REFUSED, code)
            self.assertIn('db sync', err)

    def test_a_schema_of_a_newer_release(self):
        self.sync()
        with db.engine().begin() as connection:
            connection.exec_driver_sql(
                f"UPDATE {migration.VERSION_TABLE} SET version_num = 'later'"
            )
        code, _, err = self.run_command('db', 'sync')
        self.assertEqual(failure.REFUSED, code)
        self.assertIn('later', err)
        self.assertIn(migration.HEAD, err)

    def test_no_database(self):
        for connection, word in (
            (None, 'is not set'),
            ('nonsense', 'not an SQLAlchemy URL'),
            ('oracel://x', 'does not know'),
            (f'sqlite:///{self.folder}/no/such.sqlite', 'No such file'),
            (f'sqlite:///{self.folder}', 'Is a directory'),
        ):
            self.configure(connection)
            code, _, err = self.run_command('action', 'list')
            self.assertEqual(failure.REFUSED, code)
            self.assertIn(word, err)

    def test_a_replica_that_no_driver_is_for(self):
        with open(self.config, 'a', encoding='utf-8') as file:
            file.write('[database]\nslave_connection = mysql+mysqldb://h/d\n')
        code, _, err = self.run_command('action', 'list')
        self.assertEqual(failure.REFUSED, code)
        self.assertIn('[database] slave_connection', err)

    def test_a_database_that_does_not_answer(self):
        self.configure('mysql+pymysql://root:secret@127.0.0.1:1/none')
        code, _, err = self.run_command('action', 'list')
        self.assertEqual(failure.REFUSED, code)
        self.assertNotIn('Traceback', err)
        self.assertNotIn('secret', err)

    def test_a_pattern_without_a_bound(self):
        with open(self.config, 'a', encoding='utf-8') as file:
            file.write('[sanitize]\npatterns = (a+)+b\n')
        code, _, err = self.run_command('action', 'list')
        self.assertEqual(failure.REFUSED, code)
        self.assertIn('[sanitize] patterns', err)
        self.assertIn('without an upper bound', err)

    def test_rules_that_do_not_work_here(self):
        self.useFixture(Broken())
        code, _, err = self.run_command('action', 'list')
        self.assertEqual(failure.REFUSED, code)
        self.assertIn('do not work on this Python', err)
        self.assertEqual(1, err.count('\n'))

    def test_no_rule_is_asked(self):
        self.sync()
        uuid, request_id = self.start()
        policy.reset()
        with open(
            os.path.join(self.folder, 'policy.yaml'), 'w', encoding='utf-8'
        ) as file:
            file.write('{')
        for words in (('list',), ('show', uuid, request_id)):
            code, out, err = self.run_command('action', *words)
            self.assertEqual((failure.OK, ''), (code, err))
            self.assertIn(request_id, out)
