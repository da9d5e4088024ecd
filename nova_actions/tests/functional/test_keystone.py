# SPDX-License-Identifier: Apache-2.0
"""Our API behind a real Keystone, asked by Nova's real clients."""

import json
import pathlib
import sys
from typing import Any

import fixtures as base_fixtures
import requests
from falcon import testing
from oslotest import base

from nova_actions import conf
from nova_actions.api import app
from nova_actions.tests import fixtures
from nova_actions.tests import missing
from nova_actions.tests import patience
from nova_actions.tests.functional import catalog
from nova_actions.tests.functional import client
from nova_actions.tests.functional import keystone
from nova_actions.tests.functional import process
from nova_actions.tests.functional import record

#: user -> project and role
PERSONAS = {
    'root': ('ops', 'admin'),
    'manager': ('shop', 'manager'),
    'member': ('shop', 'member'),
    'reader': ('shop', 'reader'),
    'visitor': ('shop', 'visitor'),
    'stranger': ('lab', 'member'),
    'nova': ('service', 'service'),
}
OWNERS = ('manager', 'member', 'reader')
#: what who sees an event sees of it
AT_ALL = {'event', 'start_time', 'finish_time', 'result'}
CONF = """\
[api]
auth_strategy = keystone
bind_port = 0
[database]
connection = {database}
[keystone_authtoken]
www_authenticate_uri = {auth[auth_url]}
auth_url = {auth[auth_url]}
auth_type = password
username = {auth[username]}
password = {auth[password]}
project_name = {auth[project_name]}
user_domain_id = default
project_domain_id = default
service_token_roles = service
service_token_roles_required = true
"""


class Cloud(missing.Fixture):
    """Keystone, people in projects, and our API as its compute service."""

    def _setUp(self) -> None:
        self.clients = self.useFixture(client.Clients())
        self.keystone = self.useFixture(keystone.Keystone())
        self.keystone.role('visitor')
        self.projects = {
            name: self.keystone.project(name)
            for name in ('ops', 'shop', 'lab', 'service')
        }
        self.users = {
            user: self.keystone.user(user, self.projects[project], role)
            for user, (project, role) in PERSONAS.items()
        }
        objects = self.useFixture(fixtures.Objects())
        self.record = record.Record(
            self.projects['shop'], self.projects['lab'], self.users['member']
        )
        self.url = self._start_api(objects.database.url)
        self.keystone.service('compute', f'{self.url}/v2.1')

    def _start_api(self, database: str) -> str:
        folder = pathlib.Path(self.useFixture(base_fixtures.TempDir()).path)
        path = folder / 'nova-actions.conf'
        path.write_text(
            CONF.format(
                database=database, auth=self.keystone.auth('nova', 'service')
            )
        )
        running = self.useFixture(
            process.Process(
                [
                    sys.executable,
                    '-m',
                    'nova_actions.cmd.api',
                    '--config-file',
                    path,
                ]
            )
        )
        port = running.await_line(r'is ready on \S+ port (\d+)')[1]
        return f'http://127.0.0.1:{port}'

    def auth(self, user: str) -> dict[str, Any]:
        """Return how a persona logs in."""
        return {
            'type': 'password',
            'options': self.keystone.auth(user, PERSONAS[user][0]),
        }

    def token(self, user: str) -> str:
        """Return a fresh token of a persona."""
        return self.keystone.token(user, PERSONAS[user][0])


def outcome(answer: dict[str, Any]) -> Any:
    """Return what a client returned, or what it failed with."""
    return answer.get('result', answer.get('status') or answer.get('message'))


class KeystoneTestCase(base.BaseTestCase):
    """Each method asks many questions at once: a client is slow to
    start, and a Keystone slower."""

    cloud: Cloud

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.cloud = Cloud()
        cls.cloud.setUp()
        cls.addClassCleanup(cls.cloud.cleanUp)

    def setUp(self) -> None:
        super().setUp()
        self.record = self.cloud.record

    def ask_as(
        self,
        users: tuple[str, ...],
        *questions: dict[str, Any],
    ) -> list[dict[str, Any]]:
        """Ask the same as several personas, all in one process; return, for
        each question, results (or what it failed with) by persona."""
        answers = iter(
            self.cloud.clients.ask(
                *(
                    {'auth': self.cloud.auth(user), **question}
                    for question in questions
                    for user in users
                )
            )
        )
        return [
            {user: outcome(next(answers)) for user in users}
            for _question in questions
        ]

    def test_who_may_list(self) -> None:
        (seen,) = self.ask_as(
            tuple(PERSONAS),
            {
                'client': 'novaclient',
                'version': '2.84',
                'server': self.record.web,
            },
        )
        counts = {
            user: len(each) if isinstance(each, list) else each
            for user, each in seen.items()
        }
        self.assertEqual(
            {
                **dict.fromkeys((*OWNERS, 'root'), record.ACTIONS),
                'visitor': 403,
                'stranger': 404,
                'nova': 404,
            },
            counts,
        )
        newest = seen['reader'][0]
        self.assertEqual(
            (self.cloud.users['member'], self.cloud.projects['shop']),
            (newest['user_id'], newest['project_id']),
        )

    def test_who_sees_what_of_events(self) -> None:
        versions = {
            '2.50': (None, AT_ALL | {'traceback'}),
            '2.51': (AT_ALL, AT_ALL | {'traceback'}),
            '2.62': (
                AT_ALL | {'hostId'},
                AT_ALL | {'hostId', 'host', 'traceback'},
            ),
            '2.84': (
                AT_ALL | {'hostId'},
                AT_ALL | {'hostId', 'host', 'traceback', 'details'},
            ),
        }
        answers = self.ask_as(
            ('root', *OWNERS),
            *(
                {
                    'client': 'novaclient',
                    'version': version,
                    'server': self.record.web,
                    'request': self.record.failed,
                }
                for version in versions
            ),
        )
        for seen, (version, (of_owner, of_admin)) in zip(
            answers, versions.items(), strict=True
        ):
            self.assertEqual(
                {'root': of_admin, **dict.fromkeys(OWNERS, of_owner)},
                {
                    user: set(action['events'][0])
                    if 'events' in action
                    else None
                    for user, action in seen.items()
                },
                version,
            )
        event = answers[-1]['root']['events'][0]
        self.assertEqual(
            (record.TRACEBACK, 'host1', 'no such disk'),
            (event['traceback'], event['host'], event['details']),
        )

    def test_sdk_and_openstackclient(self) -> None:
        lines = [
            {
                'client': 'openstack',
                'argv': [
                    '--os-compute-api-version',
                    '2.104',
                    'server',
                    'event',
                    'list',
                    server,
                ],
            }
            for server in ('web', 'twin', self.record.gone)
        ]
        users = ('root', 'reader', 'stranger')
        sdk, web, twin, gone = self.ask_as(
            users,
            {
                'client': 'sdk',
                'version': '2.84',
                'limit': 2,
                'server': self.record.web,
            },
            *lines,
        )
        self.assertEqual(record.ACTIONS, len(sdk['root']))
        self.assertEqual(sdk['root'], sdk['reader'])
        self.assertIn('No Server found', sdk['stranger'])
        self.assertEqual(record.ACTIONS, len(web['reader']))
        # An administrator's names are those of his own project, too.
        for user in ('root', 'stranger'):
            self.assertIn('No Server found for web', web[user])
        self.assertEqual(
            [self.record.twin, self.record.other_twin],
            [twin[user][0]['Server ID'] for user in ('reader', 'stranger')],
        )
        self.assertEqual([2, 2], [len(gone['root']), len(gone['reader'])])
        self.assertIn('404', gone['stranger'])

    def test_their_own_commands(self) -> None:
        """With nothing of ours between a person and the API."""
        shown = json.loads(
            self.cloud.clients.run(
                'openstack',
                *client.options_of(self.cloud.auth('root')),
                '--os-compute-api-version',
                '2.84',
                'server',
                'event',
                'show',
                self.record.web,
                self.record.failed,
                '-f',
                'json',
            )
        )
        self.assertEqual(
            ('reboot', 'Error'), (shown['action'], shown['message'])
        )
        self.assertEqual('no such disk', shown['events'][0]['details'])
        listed = self.cloud.clients.run(
            'nova',
            *client.options_of(self.cloud.auth('reader')),
            'instance-action-list',
            self.record.web,
        )
        self.assertIn(self.record.failed, listed)

    def get(
        self, token: str | None, service_token: str | None = None
    ) -> requests.Response:
        return requests.get(
            f'{self.cloud.url}/v2.1/servers/{self.record.web}'
            '/os-instance-actions',
            timeout=patience.PATIENCE,
            headers={'X-Auth-Token': token, 'X-Service-Token': service_token},
        )

    def test_tokens_that_are_worth_nothing(self) -> None:
        revoked = self.cloud.token('reader')
        self.cloud.keystone.revoke(revoked)
        for token in (
            None,
            '',
            'x',
            'user:project:admin',
            300 * 'A',
            revoked,
            self.expired(),
        ):
            answer = self.get(token)
            self.assertEqual(401, answer.status_code, token)
            self.assertEqual(
                f'Keystone uri="{self.cloud.keystone.url}"',
                answer.headers['WWW-Authenticate'],
            )
            self.assertIn('x-compute-request-id', answer.headers)

    def test_service_tokens(self) -> None:
        """Nova sends its own token beside the user's: it may then be one
        that expired on the way."""
        fresh, service = self.cloud.token('reader'), self.cloud.token('nova')
        self.assertEqual(200, self.get(fresh, service).status_code)
        self.assertEqual(200, self.get(self.expired(), service).status_code)
        for bad in ('x', self.cloud.token('reader')):
            self.assertEqual(401, self.get(fresh, bad).status_code)
            self.assertEqual(401, self.get(self.expired(), bad).status_code)
        # It gives no rights to who has none.
        self.assertEqual(
            404, self.get(self.cloud.token('stranger'), service).status_code
        )

    def expired(self) -> str:
        return self.cloud.keystone.expired_token(
            self.cloud.users['reader'], self.cloud.projects['shop']
        )


class NoKeystoneTest(base.BaseTestCase):
    """What a client reads while Keystone is down, or cannot be found."""

    def setUp(self) -> None:
        super().setUp()
        self.useFixture(fixtures.Objects())
        self.log = self.useFixture(base_fixtures.FakeLogger())

    def ask(self, url: str) -> Any:
        auth = {
            'auth_url': url,
            'username': 'nova',
            'password': 'a password',
            'project_name': 'service',
        }
        path = pathlib.Path(
            self.useFixture(base_fixtures.TempDir()).path, 'nova-actions.conf'
        )
        path.write_text(
            CONF.format(database='sqlite://', auth=auth)
            + 'http_request_max_retries = 0\n'
        )
        application = app.create(conf.load(['--config-file', str(path)]))
        # Falcon's client wants a function to look at.
        answer = testing.TestClient(
            lambda environ, start_response: application(
                environ, start_response
            )
        ).simulate_get('/v2.1/servers', headers={'X-Auth-Token': 'a token'})
        self.assertIn('x-compute-request-id', answer.headers)
        for secret in ('a token', 'a password', 'Traceback', '127.0.0.1'):
            self.assertNotIn(secret, answer.text)
        return answer

    def test_it_is_told_so(self) -> None:
        answer = self.ask(f'http://127.0.0.1:{process.free_port()}/v3')
        self.assertEqual(503, answer.status_code)

    def test_a_catalog_without_keystone(self) -> None:
        endpoint = {
            'id': 'x',
            'interface': 'internal',
            'region': 'R',
            'region_id': 'R',
            'url': 'http://127.0.0.1:1',
        }
        for services in (
            [],
            [{'type': 'identity', 'id': 'x', 'endpoints': []}],
            [{'type': 'compute', 'id': 'x', 'endpoints': [endpoint]}],
        ):
            keystone = self.useFixture(catalog.Keystone(services))
            answer = self.ask(keystone.url)
            self.assertEqual(503, answer.status_code)
            self.assertEqual(['serviceUnavailable'], list(answer.json))
            self.assertIn('retry-after', answer.headers)
            self.assertIn('Tokens cannot be checked', self.log.output)
            self.assertNotIn('Traceback', self.log.output)

    def test_a_catalog_with_keystone_only(self) -> None:
        """There need be no service of ours in it."""
        services: list[dict[str, Any]] = []
        keystone = self.useFixture(catalog.Keystone(services))
        services.append(
            {
                'type': 'identity',
                'id': 'x',
                'endpoints': [
                    {
                        'id': 'x',
                        'interface': 'internal',
                        'region': 'R',
                        'region_id': 'R',
                        'url': keystone.url,
                    }
                ],
            }
        )
        self.assertEqual(200, self.ask(keystone.url).status_code)
