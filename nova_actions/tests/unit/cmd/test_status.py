# SPDX-License-Identifier: Apache-2.0
import contextlib
import datetime
import io
import json
import logging
import os
import socket
import sqlite3
import threading
import uuid

import fixtures
import sqlalchemy as sa
from oslotest import base

from nova_actions import conf
from nova_actions import context as context_module
from nova_actions import policy
from nova_actions.cells.follow import state
from nova_actions.cmd import manage
from nova_actions.cmd import status
from nova_actions.db import api as db
from nova_actions.db import migration
from nova_actions.db import reporter
from nova_actions.tests import fixtures_cells


class StatusTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path
        self.config = os.path.join(self.folder, 'test.conf')
        root = logging.getLogger()
        self.addCleanup(root.setLevel, root.level)
        self.addCleanup(policy.reset)
        self.addCleanup(db.dispose)
        self.configure(f'sqlite:///{self.folder}/test.sqlite')

    def write(self, name, text):
        with open(
            os.path.join(self.folder, name), 'w', encoding='utf-8'
        ) as file:
            file.write(text)

    def configure(self, connection, more='', bus='fake://', tokens='noauth2'):
        self.write(
            'test.conf',
            f'[DEFAULT]\nstate_path = {self.folder}/state\n'
            f'transport_url = {bus}\n'
            f'[database]\nconnection = {connection}\n'
            f'[api]\nauth_strategy = {tokens}\n{more}',
        )

    def check(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = status.main(
                ['--config-file', self.config, 'upgrade', 'check', '--json']
            )
        found = {
            each['check']: (each['result'], each['details'])
            for each in json.loads(out.getvalue())['checks']
        }
        return code, found

    def sync(self):
        with contextlib.redirect_stdout(io.StringIO()):
            manage.main(['--config-file', self.config, 'db', 'sync'])

    def test_a_cell_that_is_to_be_followed(self):
        path = f'{self.folder}/cell.sqlite'
        fixtures_cells.METADATA.create_all(
            sa.create_engine(f'sqlite:///{path}', poolclass=sa.NullPool)
        )
        self.configure(
            f'sqlite:///{self.folder}/test.sqlite',
            f'[cell:east]\nconnection = sqlite:///{path}\nfollow = true\n',
        )
        self.sync()
        code, found = self.check()
        self.assertEqual(1, code)
        self.assertIn('east', found['Followed cells'][1])
        db.setup(conf.load(['--config-file', self.config]))
        context = context_module.get_admin_context()
        state.acquire(context, 'east', 'somebody')
        self.assertEqual(0, self.result())
        state.reached(
            context, 'east', 'somebody', datetime.datetime(2026, 1, 1)
        )
        self.assertEqual(1, self.result())
        state.pause(context, 'east', True)
        self.assertEqual(0, self.result())

    def result(self):
        return self.check()[1]['Followed cells'][0]

    def test_bridges(self):
        self.sync()
        db.setup(conf.load(['--config-file', self.config]))
        context = context_module.get_admin_context()
        told = {'bridge': '1.2', 'mode': 'mirror', 'nova': '34.0.0'}
        reporter.told(context, str(uuid.uuid4()), 'east1', 0, {}, told)
        code, found = self.check()
        self.assertEqual(0, code)
        self.assertIn('Nova 34.0.0 on 1 host (east1)', found['Bridges'][1])
        db.setup(conf.load(['--config-file', self.config]))
        reporter.told(
            context,
            str(uuid.uuid4()),
            'east2',
            0,
            {},
            {**told, 'missing': 'InstanceAction.finish'},
        )
        code, found = self.check()
        self.assertEqual((1, 1), (code, found['Bridges'][0]))
        self.assertIn('InstanceAction.finish', found['Bridges'][1])

    def test_ready(self):
        self.sync()
        self.assertEqual(0, self.check()[0])

    def test_what_cannot_be_reached(self):
        self.sync()
        # Bound and not listening: it refuses, and nobody else gets it.
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(('127.0.0.1', 0))
        port = taken.getsockname()[1]
        self.configure(
            f'sqlite:///{self.folder}/test.sqlite',
            '[keystone_authtoken]\nauth_type = password\n'
            f'auth_url = http://127.0.0.1:{port}/v3\nusername = nova\n'
            'password = S3cr3t\nproject_name = service\n'
            'user_domain_id = default\nproject_domain_id = default\n'
            f'[cell:east]\nconnection = sqlite:///{self.folder}/none\n'
            f'[cell:west]\nconnection = mysql+pymysql://root:S3cr3t@'
            f'127.0.0.1:{port}/nova\n',
            bus=f'rabbit://guest:S3cr3t@127.0.0.1:{port}/',
            tokens='keystone',
        )
        code, found = self.check()
        self.assertEqual(2, code)
        for name, word in (
            ('Cells', 'Cell east'),
            ('Cells', 'Cell west'),
            ('Bus', 'refused'),
            ('Keystone', 'v3/auth'),
        ):
            result, text = found[name]
            self.assertEqual(2, result, name)
            self.assertIn(word, text)
            self.assertNotIn('S3cr3t', text)

    def test_what_is_not_configured(self):
        self.sync()
        self.configure(
            f'sqlite:///{self.folder}/test.sqlite', bus='', tokens='keystone'
        )
        code, found = self.check()
        self.assertEqual(1, code)
        self.assertEqual((1, 1), (found['Bus'][0], found['Keystone'][0]))

    def test_who_never_answers(self):
        ended = threading.Event()
        self.addCleanup(ended.set)
        error = self.assertRaises(
            TimeoutError, status._within, 0.01, ended.wait
        )
        self.assertIn('no answer in 0.01 s', str(error))
        self.assertRaises(ZeroDivisionError, status._within, 60, lambda: 1 / 0)

    def test_no_schema(self):
        code, found = self.check()
        self.assertEqual(2, code)
        self.assertEqual(0, found['Database driver'][0])
        self.assertIn('db sync', found['Database schema'][1])

    def test_a_schema_of_a_newer_release(self):
        self.sync()
        with (
            contextlib.closing(
                sqlite3.connect(f'{self.folder}/test.sqlite')
            ) as connection,
            connection,
        ):
            connection.execute(
                f"UPDATE {migration.VERSION_TABLE} SET version_num = 'later'"
            )
        code, found = self.check()
        self.assertEqual(1, code)
        self.assertIn('newer', found['Database schema'][1])

    def test_no_driver(self):
        self.configure('oracle://x')
        code, found = self.check()
        self.assertEqual(2, code)
        self.assertIn('not installed', found['Database driver'][1])
        self.assertEqual(2, found['Database schema'][0])

    def test_a_database_that_cannot_be_there(self):
        self.configure(f'sqlite:///{self.folder}/no/such.sqlite')
        code, found = self.check()
        self.assertEqual(2, code)
        self.assertIn('No such file', found['Database schema'][1])

    def test_a_database_that_does_not_answer(self):
        self.configure('mysql+pymysql://root:secret@127.0.0.1:1/none')
        code, found = self.check()
        self.assertEqual(2, code)
        self.assertEqual(0, found['Database driver'][0])
        self.assertEqual(2, found['Database schema'][0])
        self.assertIn('(2003, ', found['Database schema'][1])
        self.assertNotIn('secret', found['Database schema'][1])

    def test_reporters_that_seem_silent(self):
        self.sync()
        with open(self.config, 'a', encoding='utf-8') as file:
            file.write('[conductor]\nreporter_timeout = 80\n')
        code, found = self.check()
        self.assertEqual(1, code)
        self.assertIn('heartbeat_interval', found['Reporters'][1])

    def test_policy_file(self):
        self.sync()
        rule = 'os_compute_api:os-instance-actions:show'
        for text, code in (
            (f'"{rule}": "!"\n', 0),
            ('"os_compute_api:servers:show": "rule:admin_api"\n', 0),
            (f'"{rule}": "rule:nobody_has_heard_of"\n', 2),
            (f'"{rule}": "role:admin or or"\n', 2),
            ('{', 2),
            ('[1, 2]', 2),
            ('text', 2),
            ('5: "@"\n', 2),
            (f'"{rule}": 5\n', 2),
            ('"os_compute_api:os-instance-actions:lits": "@"\n', 1),
        ):
            self.write('policy.yaml', text)
            got, found = self.check()
            self.assertEqual(code, got, (text, found))
            self.assertEqual(code, found['Policy file'][0])
            if 'heard_of' in text:
                self.assertIn('nobody_has_heard_of', found['Policy file'][1])
