# SPDX-License-Identifier: Apache-2.0
"""The commands against Nova's own API, which has no ``/v1``."""

import json
import threading
from wsgiref import simple_server

import fixtures
from oslotest import base

from nova_actions.tests.functional import test_api_comparison as comparison
from nova_actions_client import outcome
from nova_actions_client import record
from nova_actions_client.tests.functional import shell

WEB = comparison._server(comparison.WEB)
FAILED = comparison._request(2)
RUNNING = comparison._request(3)


class _Handler(simple_server.WSGIRequestHandler):
    def log_message(self, *_args):
        """Say nothing."""


class Gateway(fixtures.Fixture):
    """Serves over HTTP, at ``url``, what Nova answers in its process."""

    def __init__(self, nova):
        self._nova = nova

    def _setUp(self):
        server = simple_server.make_server(
            '127.0.0.1', 0, self._answer, handler_class=_Handler
        )
        self.url = f'http://127.0.0.1:{server.server_port}/v2.1'
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        for each in (server.server_close, thread.join, server.shutdown):
            self.addCleanup(each)

    def _answer(self, environ, start_response):
        said = self._nova.ask(
            method=environ['REQUEST_METHOD'],
            path=environ['PATH_INFO'],
            query=environ['QUERY_STRING'],
            headers={
                name.removeprefix('HTTP_').replace('_', '-'): value
                for name, value in environ.items()
                if name.startswith('HTTP_')
            },
        )
        start_response(
            f'{said["status"]} -',
            [
                (name, value)
                for name, value in said['headers']
                if name.lower() != 'connection'
            ],
        )
        return [said['body'].encode()]


class TestNova(base.BaseTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        nova = comparison.Nova('sqlite')
        nova.setUp()
        cls.addClassCleanup(nova.cleanUp)
        gateway = Gateway(nova)
        gateway.setUp()
        cls.addClassCleanup(gateway.cleanUp)
        cls.url = gateway.url

    def run_client(self, *words, code=0, token='admin of the project'):
        return shell.run(
            self,
            'action',
            'log',
            *words,
            code=code,
            OS_AUTH_TYPE='admin_token',
            OS_ENDPOINT=self.url,
            OS_TOKEN=comparison.TOKENS[token],
        )

    def test_list(self):
        done = self.run_client('list', '--server', WEB, '-f', 'json')
        self.assertIn('no action log, only Nova', done.stderr)
        listed = json.loads(done.stdout)
        self.assertEqual(8, len(listed))
        self.assertEqual(
            {'Request', 'Started', 'Action', 'Status'}, {*listed[0]}
        )
        self.assertEqual(
            [FAILED],
            [
                each['Request']
                for each in listed
                if each['Status'] == record.FAILED
            ],
        )
        by_name = self.run_client('list', '--server', 'web', '-f', 'json')
        self.assertEqual(listed, json.loads(by_name.stdout))
        few = self.run_client('list', '--server', 'web', '--limit', '2')
        self.assertIn('2 shown, more', few.stderr)

    def test_show_and_timeline(self):
        done = self.run_client('show', FAILED, '--server', WEB)
        self.assertIn('no action log, only Nova', done.stderr)
        self.assertIn('FAILED', done.stdout)
        self.assertIn('compute_reboot on host1', done.stdout)
        for words in ((FAILED, '--server', WEB), (WEB,)):
            drawn = self.run_client('timeline', *words, '--ascii')
            self.assertIn('no action log, only Nova', drawn.stderr)
            self.assertIn(f'of {WEB}', drawn.stdout.replace('\n', ' '))

    def test_who_may_not_see_events(self):
        done = self.run_client(
            'show', FAILED, '--server', WEB, '-f', 'json', token='reader'
        )
        (step,) = json.loads(done.stdout)['events']
        self.assertEqual(
            (None, None, record.FAILED),
            (step['host'], step['traceback'], step['outcome']),
        )

    def test_wait(self):
        for action, code in (
            ('reboot', outcome.CODES[record.FAILED]),
            ('stop', 0),
        ):
            done = self.run_client(
                'wait', '--server', WEB, '--action', action, code=code
            )
            self.assertIn('no action log, only Nova', done.stderr)
        self.run_client(
            'wait',
            RUNNING,
            '--server',
            WEB,
            '--timeout',
            '1',
            code=outcome.TIMEOUT,
        )

    def test_what_nova_cannot_say(self):
        for words, named in (
            (['list'], '--server'),
            (['list', '--server', WEB, '--host', 'x'], '--host'),
            (['list', '--server', WEB, '--follow'], '--follow'),
            (['stats'], 'statistics'),
            (['show', FAILED], '--server'),
            (['list', '--server', 'nobody'], 'nobody'),
        ):
            done = self.run_client(*words, code=outcome.NOT_ASKED)
            self.assertIn(named, done.stderr)
