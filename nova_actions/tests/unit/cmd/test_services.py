# SPDX-License-Identifier: Apache-2.0
"""nova-actions-api and nova-actions-conductor: what they refuse to start
with."""

import contextlib
import io
import logging
import os
import sys

import fixtures
from oslotest import base

from nova_actions import policy
from nova_actions import version
from nova_actions.cmd import all as all_in_one
from nova_actions.cmd import api
from nova_actions.cmd import conductor
from nova_actions.cmd import failure
from nova_actions.cmd import manage
from nova_actions.cmd import status
from nova_actions.db import api as db


class ServicesTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path
        root = logging.getLogger()
        self.addCleanup(root.setLevel, root.level)
        self.addCleanup(policy.reset)
        self.addCleanup(db.dispose)

    def refused(self, main, text, *words):
        path = os.path.join(self.folder, 'test.conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(f'[DEFAULT]\nlog_file = {self.folder}/log\n{text}')
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            code = main(['--config-file', path, *words])
        self.assertEqual(failure.REFUSED, code)
        return err.getvalue()

    def test_no_database(self):
        for main in (api.main, conductor.main):
            self.assertIn('is not set', self.refused(main, ''))

    def test_no_schema(self):
        text = f'[database]\nconnection = sqlite:///{self.folder}/none\n'
        for main in (api.main, conductor.main):
            self.assertIn('db sync', self.refused(main, text))

    def test_configuration_files_that_are_none(self):
        with open(os.path.join(self.folder, 'binary'), 'wb') as file:
            file.write(b'\xff\xfe[api]')
        for name, words in (('.', 'Is a directory'), ('binary', 'utf-8')):
            path = os.path.join(self.folder, name)
            for main in (api.main, conductor.main, manage.main):
                self.assertIn(
                    words,
                    self.refused(
                        main, '', '--config-file', path, 'db', 'version'
                    ),
                )
            self.assertIn(
                words,
                self.refused(
                    status.main, '', '--config-file', path, 'upgrade', 'check'
                ),
            )

    def test_help_says_what_a_command_is(self):
        for main in (
            all_in_one.main,
            api.main,
            conductor.main,
            manage.main,
            status.main,
        ):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                self.assertRaises(SystemExit, main, ['--help'])
                self.assertRaises(SystemExit, main, ['--version'])
            self.assertIn(
                sys.modules[main.__module__].__doc__.split()[0], out.getvalue()
            )
            self.assertTrue(
                out.getvalue().endswith(f'{version.version_string()}\n')
            )

    def test_a_log_that_cannot_be(self):
        path = os.path.join(self.folder, 'broken')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('[loggers]\nkeys = root, none')
        for words, reason in (
            (('--log-file', '/no/such/log'), 'No such file'),
            (('--log-config-append', path), path),
        ):
            for main, verb in (
                (api.main, ()),
                (conductor.main, ()),
                (manage.main, ('db', 'version')),
                (status.main, ('upgrade', 'check')),
            ):
                text = self.refused(main, '', '--debug', *words, *verb)
                self.assertIn(reason, text)
                self.assertEqual(1, len(text.splitlines()), text)

    def test_values_that_an_option_cannot_have(self):
        for main, words, option in (
            (all_in_one.main, ('--port', 'abc'), '--port'),
            (all_in_one.main, ('--demo-actions', 'x'), '--demo-actions'),
            (api.main, ('--port', '65536'), '--port'),
        ):
            text = self.refused(main, '', *words)
            self.assertIn(f': argument {option}: ', text)
            self.assertEqual(1, len(text.splitlines()), text)
        for main, words in (
            (conductor.main, ()),
            (manage.main, ('db', 'version')),
            (status.main, ('upgrade', 'check')),
        ):
            text = self.refused(main, 'debug = maybe\n', *words)
            self.assertIn(': argument --debug: ', text)

    def test_an_unknown_bus(self):
        connection = f'sqlite:///{self.folder}/test.sqlite'
        path = os.path.join(self.folder, 'manage.conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(f'[database]\nconnection = {connection}\n')
        with contextlib.redirect_stdout(io.StringIO()):
            manage.main(['--config-file', path, 'db', 'sync'])
        for url, word in (
            ('carrier-pigeon://u:secret@h/', 'no driver'),
            ('rabbit://u:secret@h:port/', 'not the URL'),
        ):
            err = self.refused(
                conductor.main,
                (
                    f'transport_url = {url}\n'
                    f'[database]\nconnection = {connection}\n'
                ),
            )
            self.assertIn(word, err)
            self.assertNotIn('secret', err)

    def test_an_api_that_believes_everything(self):
        text = '[api]\nauth_strategy = noauth2\nbind_host = 0.0.0.0\n'
        self.assertIn('--insecure-bind', self.refused(api.main, text))
