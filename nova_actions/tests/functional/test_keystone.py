# SPDX-License-Identifier: Apache-2.0
"""Our API behind a real Keystone, asked by Nova's real clients."""

import json
import pathlib
import sys
from typing import Any

import fixtures as base_fixtures
import requests
from oslotest import base

from nova_actions.tests import fixtures
from nova_actions.tests.functional import clients
from nova_actions.tests.functional import keystone
from nova_actions.tests.functional import processes
from nova_actions.tests.functional import record

#: user -> project and role
PERSONAS = {
    'root': ('ops', 'admin'), 'manager': ('shop', 'manager'),
    'member': ('shop', 'member'), 'reader': ('shop', 'reader'),
    'visitor': ('shop', 'visitor'), 'stranger': ('lab', 'member'),
    'nova': ('service', 'service'),
}
OWNERS = ('manager', 'member', 'reader')
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


class Cloud(base_fixtures.Fixture):
    """Keystone, people in projects, and our API as its compute service."""

    def _setUp(self) -> None:
        self.clients = self.useFixture(clients.Clients())
        self.keystone = self.useFixture(keystone.Keystone())
        self.keystone.role('visitor')
        self.projects = {name: self.keystone.project(name)
                         for name in ('ops', 'shop', 'lab', 'service')}
        self.users = {
            user: self.keystone.user(user, self.projects[project], role)
            for user, (project, role) in PERSONAS.items()}
        objects = self.useFixture(fixtures.Objects())
        self.record = record.Record(
            self.projects['shop'], self.projects['lab'],
            self.users['member'])
        self.url = self._start_api(objects.database.url)
        self.keystone.service('compute', f'{self.url}/v2.1')

    def _start_api(self, database: str) -> str:
        folder = pathlib.Path(self.useFixture(base_fixtures.TempDir()).path)
        conf = folder / 'nova-actions.conf'
        conf.write_text(CONF.format(
            database=database, auth=self.keystone.auth('nova', 'service')))
        process = self.useFixture(processes.Process(
            [sys.executable, '-m', 'nova_actions.cmd.api', '--config-file',
             conf]))
        port = process.await_line(r'listens on \S+ port (\d+)')[1]
        return f'http://127.0.0.1:{port}'

    def auth(self, user: str) -> dict[str, Any]:
        """Return how a persona logs in."""
        return {'type': 'password', 'options': self.keystone.auth(
            user, PERSONAS[user][0])}

    def token(self, user: str) -> str:
        """Return a fresh token of a persona."""
        return self.keystone.token(user, PERSONAS[user][0])


class KeystoneTestCase(base.BaseTestCase):
    """Each method asks many questions at once: a client is slow to
    start, and a Keystone slower."""

    cloud: Cloud

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        keystone.require()
        clients.require()
        cls.cloud = Cloud()
        cls.cloud.setUp()
        cls.addClassCleanup(cls.cloud.cleanUp)

    def setUp(self) -> None:
        super().setUp()
        self.record = self.cloud.record

    def ask_as(self, client: str, users: tuple[str, ...],
               **question: Any) -> dict[str, Any]:
        """Ask the same as several personas; return results or statuses."""
        answers = self.cloud.clients.ask(*(
            {'client': client, 'auth': self.cloud.auth(user), **question}
            for user in users))
        return {user: each.get('result', each.get('status')
                               or each.get('message'))
                for user, each in zip(users, answers, strict=True)}

    def test_who_may_list(self) -> None:
        seen = self.ask_as('novaclient', tuple(PERSONAS), version='2.84',
                           server=self.record.web)
        counts = {user: len(each) if isinstance(each, list) else each
                  for user, each in seen.items()}
        self.assertEqual(
            {**dict.fromkeys((*OWNERS, 'root'), record.ACTIONS),
             'visitor': 403, 'stranger': 404, 'nova': 404}, counts)
        newest = seen['reader'][0]
        self.assertEqual(
            (self.cloud.users['member'], self.cloud.projects['shop']),
            (newest['user_id'], newest['project_id']))

    def test_who_sees_what_of_events(self) -> None:
        show = {'server': self.record.web, 'request': self.record.failed}
        users = ('root', *OWNERS)
        at_all = {'event', 'start_time', 'finish_time', 'result'}
        for version, of_owner, of_admin in (
                ('2.50', None, at_all | {'traceback'}),
                ('2.51', at_all, at_all | {'traceback'}),
                ('2.62', at_all | {'hostId'},
                 at_all | {'hostId', 'host', 'traceback'}),
                ('2.84', at_all | {'hostId'},
                 at_all | {'hostId', 'host', 'traceback', 'details'})):
            seen = self.ask_as('novaclient', users, version=version, **show)
            self.assertEqual(
                {'root': of_admin, **dict.fromkeys(OWNERS, of_owner)},
                {user: set(action['events'][0]) if 'events' in action
                 else None for user, action in seen.items()}, version)
        event = seen['root']['events'][0]
        self.assertEqual(
            (record.TRACEBACK, 'host1', 'no such disk'),
            (event['traceback'], event['host'], event['details']))

    def test_sdk(self) -> None:
        seen = self.ask_as('sdk', ('root', 'reader', 'stranger'),
                           version='2.84', server=self.record.web, limit=2)
        self.assertEqual(record.ACTIONS, len(seen['root']))
        self.assertEqual(seen['root'], seen['reader'])
        self.assertIn('No Server found', seen['stranger'])

    def test_openstackclient(self) -> None:
        latest = ['--os-compute-api-version', '2.104', 'server', 'event']
        by_name = self.ask_as(
            'openstack', ('reader', 'stranger', 'root'),
            argv=[*latest, 'list', 'web'])
        self.assertEqual(record.ACTIONS, len(by_name['reader']))
        for user in ('stranger', 'root'):
            # An admin's names are those of the admin's own project, too.
            self.assertIn('No Server found for web', by_name[user])
        twins = self.ask_as('openstack', ('reader', 'stranger'),
                            argv=[*latest, 'list', 'twin'])
        self.assertEqual(
            {'reader': [self.record.twin],
             'stranger': [self.record.other_twin]},
            {user: [row['Server ID'] for row in rows]
             for user, rows in twins.items()})
        gone = self.ask_as('openstack', ('reader', 'root'),
                           argv=[*latest, 'list', self.record.gone])
        self.assertEqual([2, 2], [len(rows) for rows in gone.values()])

    def test_their_own_commands(self) -> None:
        """With nothing of ours between a person and the API."""
        shown = json.loads(self.cloud.clients.run(
            'openstack', *clients.options_of(self.cloud.auth('root')),
            '--os-compute-api-version', '2.84', 'server', 'event', 'show',
            self.record.web, self.record.failed, '-f', 'json'))
        self.assertEqual(('reboot', 'Error'),
                         (shown['action'], shown['message']))
        self.assertEqual('no such disk', shown['events'][0]['details'])
        listed = self.cloud.clients.run(
            'nova', *clients.options_of(self.cloud.auth('reader')),
            'instance-action-list', self.record.web)
        self.assertIn(self.record.failed, listed)

    def get(self, token: str | None,
            service_token: str | None = None) -> requests.Response:
        return requests.get(
            f'{self.cloud.url}/v2.1/servers/{self.record.web}'
            '/os-instance-actions', timeout=processes.PATIENCE,
            headers={'X-Auth-Token': token, 'X-Service-Token': service_token})

    def test_tokens_that_are_worth_nothing(self) -> None:
        revoked = self.cloud.token('reader')
        self.cloud.keystone.revoke(revoked)
        for token in (None, '', 'x', 'user:project:admin', 300 * 'A',
                      revoked, self.expired()):
            answer = self.get(token)
            self.assertEqual(401, answer.status_code, token)
            self.assertEqual(f'Keystone uri="{self.cloud.keystone.url}"',
                             answer.headers['WWW-Authenticate'])
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
        self.assertEqual(404, self.get(
            self.cloud.token('stranger'), service).status_code)

    def expired(self) -> str:
        return self.cloud.keystone.expired_token(
            self.cloud.users['reader'], self.cloud.projects['shop'])
