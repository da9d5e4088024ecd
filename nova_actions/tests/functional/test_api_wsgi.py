# SPDX-License-Identifier: Apache-2.0
"""The entry for WSGI servers, as a server uses it: in a process that knows
nothing but the environment."""

import http.client
import json
import os
import subprocess
import sys
import textwrap

import fixtures as base_fixtures
from oslotest import base

from nova_actions.tests import fixtures
from nova_actions.tests import patience

SERVER = textwrap.dedent("""
    import sys
    from wsgiref import simple_server

    # What a server's own command line looks like must not matter.
    sys.argv = ['server', '--workers', '2', 'nova_actions.wsgi.api']
    from nova_actions.wsgi.api import application

    with simple_server.make_server('127.0.0.1', 0, application) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
""")

BROKEN = textwrap.dedent("""
    from nova_actions.sanitize import keys
    from nova_actions.wsgi.api import application

    keys.spans = lambda *_: ([], [])
    application({}, None)
""")


class WsgiTestCase(base.BaseTestCase):
    BACKEND = 'sqlite'

    def setUp(self):
        super().setUp()
        database = self.useFixture(fixtures.Objects(self.BACKEND)).database
        folder = self.useFixture(base_fixtures.TempDir()).path
        path = os.path.join(folder, 'nova-actions.conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(
                '[api]\nauth_strategy = noauth2\n'
                f'[database]\nconnection = {database.url}\n'
            )
        self.environment = {**os.environ, 'NOVA_ACTIONS_CONFIG_FILE': path}


class WsgiTest(WsgiTestCase):
    def setUp(self):
        super().setUp()
        process = subprocess.Popen(
            [sys.executable, '-c', SERVER],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self.environment,
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.terminate)
        self.port = int(process.stdout.readline())

    def _get(self, path, token=None):
        connection = http.client.HTTPConnection(
            '127.0.0.1', self.port, timeout=patience.PATIENCE
        )
        self.addCleanup(connection.close)
        connection.request(
            'GET', path, headers={'X-Auth-Token': token} if token else {}
        )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def test_application(self):
        status, body = self._get('/v2.1/')
        self.assertEqual(200, status)
        self.assertEqual(
            f'http://127.0.0.1:{self.port}/v2.1/',
            body['version']['links'][0]['href'],
        )
        self.assertEqual(401, self._get('/v2.1/servers/x')[0])
        self.assertEqual(
            404, self._get('/v2.1/servers/x', 'alice:demo:reader')[0]
        )


class BrokenTest(WsgiTestCase):
    def test_rules_that_do_not_work_here(self):
        done = subprocess.run(
            [sys.executable, '-c', BROKEN],
            check=False,
            capture_output=True,
            text=True,
            env=self.environment,
        )
        self.assertNotEqual(0, done.returncode)
        self.assertIn(
            'The API cannot start: the rules', done.stdout + done.stderr
        )
