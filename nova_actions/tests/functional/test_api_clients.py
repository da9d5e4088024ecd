# SPDX-License-Identifier: Apache-2.0
"""Unmodified clients against our API: python-openstackclient, openstacksdk
and python-novaclient, with noauth2 and with a real Keystone.

The clients live in the environment of ``NOVA_ACTIONS_TEST_NOVA_PYTHON``,
Keystone in that of ``NOVA_ACTIONS_TEST_KEYSTONE_PYTHON``; .ci/run makes
both.
"""

import grp
import json
import os
import pathlib
import pwd
import subprocess
import textwrap
import uuid

import fixtures as base_fixtures
from keystoneauth1 import session
from keystoneauth1.identity import v3
from oslotest import base

from nova_actions import conf as config
from nova_actions import context
from nova_actions.api import server
from nova_actions.db import api as db_api
from nova_actions.objects import instance_action
from nova_actions.objects import instance_action_event
from nova_actions.tests import fixtures

CLIENTS = os.environ.get('NOVA_ACTIONS_TEST_NOVA_PYTHON')
KEYSTONE = os.environ.get('NOVA_ACTIONS_TEST_KEYSTONE_PYTHON')
PASSWORD = 'nothing-secret'

NOVACLIENT = textwrap.dedent("""
    import json, os, sys
    from keystoneauth1 import loading, session
    from novaclient import client
    options = json.loads(sys.argv[1])
    auth = loading.get_plugin_loader(options.pop('auth_type')
                                     ).load_from_options(**options)
    nova = client.Client(sys.argv[2], session=session.Session(auth=auth))
    server = sys.argv[3]
    actions = nova.instance_action.list(server)
    shown = nova.instance_action.get(server, actions[0].request_id)
    print(json.dumps([[action.action for action in actions],
                      len(shown.events)]))
""")
SDK = textwrap.dedent("""
    import json, sys
    import openstack
    cloud = openstack.connect(**json.loads(sys.argv[1]))
    server = cloud.compute.find_server(sys.argv[3], ignore_missing=False)
    actions = list(cloud.compute.server_actions(server, limit=1,
                                                paginated=True))
    shown = cloud.compute.get_server_action(actions[0].request_id, server)
    print(json.dumps([[action.action for action in actions],
                      len(shown.events)]))
""")


class Record(base_fixtures.Fixture):
    """A server ``web`` of a project, with two actions."""

    def __init__(self, project_id):
        self.project_id = project_id
        self.server = str(uuid.uuid4())

    def _setUp(self):
        self.database = self.useFixture(fixtures.Objects()).database
        event = instance_action_event.InstanceActionEvent
        for action in ('create', 'reboot'):
            caller = context.RequestContext(
                user_id='alice', project_id=self.project_id,
                roles=['member'])
            instance_action.InstanceAction.action_start(
                caller, self.server, action)
            event.event_start(caller, self.server, f'compute_{action}',
                              host='host1')
            event.event_finish(caller, self.server, f'compute_{action}')
        with db_api.engine().begin() as connection:
            connection.exec_driver_sql(
                "UPDATE instances SET display_name = 'web'")


class Api(base_fixtures.Fixture):
    """Our API on a port of its own; its ``url``."""

    def __init__(self, **groups):
        self._groups = {
            'api': {'bind_port': 0, 'threads': 4,
                    'auth_strategy': 'noauth2'},
            'oslo_policy': {'policy_file': 'none.yaml'}}
        for group, options in groups.items():
            self._groups.setdefault(group, {}).update(options)

    def _setUp(self):
        path = pathlib.Path(self.useFixture(
            base_fixtures.TempDir()).path, 'api.conf')
        path.write_text('\n'.join(
            line for group, options in self._groups.items()
            for line in (f'[{group}]', *(
                f'{name} = {value}' for name, value in options.items()))))
        service = server.Service(config.load(['--config-file', str(path)]))
        service.start()
        self.addCleanup(service.stop)
        self.url = 'http://{}:{}/v2.1'.format(*service.address)


class Keystone(base_fixtures.Fixture):
    """A Keystone of the test's own over SQLite; its ``url``."""

    SERVER = textwrap.dedent("""
        import sys
        from wsgiref import simple_server
        from keystone.server import wsgi
        sys.argv = ['keystone']
        application = wsgi.initialize_public_application()
        with simple_server.make_server('127.0.0.1', 0, application) as server:
            print(server.server_port, flush=True)
            server.serve_forever()
    """)

    def _setUp(self):
        folder = pathlib.Path(self.useFixture(base_fixtures.TempDir()).path)
        self._config = folder / 'keystone.conf'
        self._config.write_text(textwrap.dedent(f"""
            [database]
            connection = sqlite:///{folder}/keystone.sqlite
            [fernet_tokens]
            key_repository = {folder}/fernet
            [credential]
            key_repository = {folder}/credential
            [identity]
            password_hash_rounds = 4
        """))
        self._manage('db_sync')
        user = pwd.getpwuid(os.getuid())
        for what in ('fernet_setup', 'credential_setup'):
            (folder / what.removesuffix('_setup')).mkdir(mode=0o700)
            self._manage(what, '--keystone-user', user.pw_name,
                         '--keystone-group', grp.getgrgid(user.pw_gid)[0])
        log = open(folder / 'log', 'w', encoding='utf-8')  # noqa: SIM115
        self.addCleanup(log.close)
        process = subprocess.Popen(
            [str(KEYSTONE), '-c', self.SERVER], stdout=subprocess.PIPE,
            stderr=log, text=True,
            env={**os.environ, 'OS_KEYSTONE_CONFIG_FILES':
                 str(self._config)})
        self.addCleanup(process.communicate)
        self.addCleanup(process.terminate)
        port = process.stdout.readline().strip()
        if not port:
            raise AssertionError((folder / 'log').read_text()[-5000:])
        self.url = f'http://127.0.0.1:{port}/v3'
        self._manage('bootstrap', '--bootstrap-password', PASSWORD,
                     '--bootstrap-public-url', self.url,
                     '--bootstrap-internal-url', self.url,
                     '--bootstrap-region-id', 'here')
        self.admin = self.session('admin', 'admin')

    def _manage(self, *arguments):
        command = os.path.join(os.path.dirname(str(KEYSTONE)),
                               'keystone-manage')
        done = subprocess.run(
            [command, '--config-file', str(self._config), *arguments],
            capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            raise AssertionError(done.stderr[-5000:])

    def options(self, user, project):
        """Return what a client is told to log in."""
        return {'auth_url': self.url, 'username': user,
                'password': PASSWORD, 'project_name': project,
                'user_domain_id': 'default', 'project_domain_id': 'default'}

    def session(self, user, project):
        return session.Session(auth=v3.Password(
            **self.options(user, project)))

    def create(self, kind, **values):
        """Create a thing; return its id."""
        answer = self.admin.post(f'{self.url}/{kind}s', json={kind: values})
        return answer.json()[kind]['id']

    def add_user(self, name, project_id, *roles):
        """Create a user with these roles on a project."""
        user = self.create('user', name=name, password=PASSWORD,
                           domain_id='default')
        known = {role['name']: role['id'] for role in self.admin.get(
            f'{self.url}/roles').json()['roles']}
        for role in roles:
            self.admin.put(f'{self.url}/projects/{project_id}/users/{user}'
                           f'/roles/{known[role]}')

    def add_endpoint(self, url):
        """Register our API as the cloud's compute service."""
        service = self.create('service', name='nova', type='compute')
        self.create('endpoint', service_id=service, interface='public',
                    region_id='here', url=url)


class ClientsTestCase(base.BaseTestCase):

    def setUp(self):
        super().setUp()
        if CLIENTS is None:
            self.skipTest('NOVA_ACTIONS_TEST_NOVA_PYTHON names no Python '
                          'that has the clients')
        # Nothing of the caller's own cloud.
        self.home = self.useFixture(base_fixtures.TempDir()).path

    def _run(self, *command, expected=0):
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=300,
            check=False, env={'HOME': self.home, 'PATH': os.environ['PATH'],
                              'LANG': 'C.UTF-8'})
        self.assertEqual(expected, done.returncode, done.stderr)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def _python(self, script, options, *arguments):
        return self._run(str(CLIENTS), '-W', 'ignore', '-c', script,
                         json.dumps(options), *arguments)

    def _openstack(self, options, *arguments, expected=0):
        command = os.path.join(os.path.dirname(str(CLIENTS)), 'openstack')
        flags = [f'--os-{name.replace("_", "-")}={value}'
                 for name, value in options.items()]
        return self._run(command, *flags, 'server', 'event', *arguments,
                         expected=expected)


class NoAuth2Test(ClientsTestCase):

    def setUp(self):
        super().setUp()
        self.record = self.useFixture(Record('demo'))
        self.url = self.useFixture(Api()).url
        self.options = {'auth_type': 'admin_token', 'endpoint': self.url,
                        'token': 'alice:demo:reader'}

    def test_openstackclient(self):
        listed = self._openstack(self.options, 'list', 'web', '-f', 'json')
        self.assertEqual(['reboot', 'create'],
                         [action['Action'] for action in listed])
        shown = self._openstack(self.options, 'show', self.record.server,
                                listed[1]['Request ID'], '-f', 'json')
        self.assertEqual('create', shown['action'])
        self.assertEqual(1, len(shown['events']))

    def test_openstackclient_refused(self):
        for token, name in (('bob:other:reader', self.record.server),
                            ('carol:demo:', self.record.server)):
            self._openstack({**self.options, 'token': token}, 'list', name,
                            expected=1)

    def test_novaclient(self):
        for version in ('2.1', '2.26', '2.58', '2.96'):
            self.assertEqual([['reboot', 'create'], 1], self._python(
                NOVACLIENT, {**self.options,
                             'token': 'root:demo:admin'},
                version, self.record.server))

    def test_sdk(self):
        self.assertEqual([['reboot', 'create'], 1], self._python(
            SDK, {'auth_type': 'admin_token', 'auth': {
                'endpoint': self.url, 'token': 'alice:demo:reader'}},
            '', 'web'))


class KeystoneTest(ClientsTestCase):

    def setUp(self):
        super().setUp()
        if KEYSTONE is None:
            self.skipTest('NOVA_ACTIONS_TEST_KEYSTONE_PYTHON names no '
                          'Python that has Keystone')
        self.keystone = self.useFixture(Keystone())
        self.project = self.keystone.create(
            'project', name='demo', domain_id='default')
        other = self.keystone.create(
            'project', name='other', domain_id='default')
        for role in ('manager', 'member', 'reader', 'service'):
            self.keystone.add_user(role, self.project, role)
        self.keystone.add_user('stranger', other, 'member', 'reader')
        self.keystone.add_user('nova', other, 'service', 'admin')
        self.record = self.useFixture(Record(self.project))
        self.url = self.useFixture(Api(
            api={'auth_strategy': 'keystone'}, keystone_authtoken={
                'auth_type': 'password', 'www_authenticate_uri':
                self.keystone.url, **self.keystone.options('nova', 'other'),
                'service_token_roles_required': True})).url
        self.keystone.add_endpoint(self.url)

    def _status(self, user, project, **headers):
        return self.keystone.session(user, project).get(
            f'{self.url}/servers/{self.record.server}/os-instance-actions',
            headers=headers, raise_exc=False).status_code

    def test_tokens(self):
        for user, project, status in (
                ('manager', 'demo', 200), ('member', 'demo', 200),
                ('reader', 'demo', 200), ('service', 'demo', 403),
                ('stranger', 'other', 404), ('admin', 'admin', 200)):
            self.assertEqual(status, self._status(user, project), user)
        token = self.keystone.session('nova', 'other').get_token()
        self.assertEqual(200, self._status('reader', 'demo', **{
            'X-Service-Token': token}))
        self.assertEqual(401, self._status('reader', 'demo', **{
            'X-Service-Token': 'forged'}))
        answer = session.Session().get(
            f'{self.url}/servers/{self.record.server}', raise_exc=False,
            headers={'X-Auth-Token': 'forged', 'X-Roles': 'admin'})
        self.assertEqual(401, answer.status_code)
        self.assertIn('x-compute-request-id', answer.headers)

    def test_clients(self):
        options = self.keystone.options('reader', 'demo')
        listed = self._openstack(options, 'list', 'web', '-f', 'json')
        self.assertEqual(['reboot', 'create'],
                         [action['Action'] for action in listed])
        shown = self._openstack(options, 'show', 'web',
                                listed[0]['Request ID'], '-f', 'json')
        self.assertEqual('reboot', shown['action'])
        self.assertEqual([['reboot', 'create'], 1], self._python(
            NOVACLIENT, {'auth_type': 'password', **options}, '2.58',
            self.record.server))
        self.assertEqual([['reboot', 'create'], 1], self._python(
            SDK, {'auth': options}, '', 'web'))
        stranger = self.keystone.options('stranger', 'other')
        self._openstack(stranger, 'list', self.record.server, expected=1)
