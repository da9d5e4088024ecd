# SPDX-License-Identifier: Apache-2.0
"""A real Keystone of a test's own."""

import grp
import json
import os
import pathlib
import pwd
import subprocess
from typing import Any

import fixtures as base_fixtures
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3

from nova_actions.tests import missing
from nova_actions.tests import patience
from nova_actions.tests.functional import peer
from nova_actions.tests.functional import process

SERVE = pathlib.Path(__file__).parent / 'keystone_peer' / 'serve.py'
REGION = 'RegionOne'
PASSWORD = 'a password'
CONF = """\
[DEFAULT]
log_file = {folder}/keystone.log
[database]
connection = sqlite:///{folder}/keystone.sqlite
[token]
provider = fernet
[fernet_tokens]
key_repository = {folder}/keys
[fernet_receipts]
key_repository = {folder}/keys
[identity]
# Fewer rounds: nobody attacks these passwords.
password_hash_rounds = 4
"""


class Keystone(missing.Fixture):
    """Keystone on a loopback port, bootstrapped; its ``url``.

    :param origin: of pages that may ask it
    """

    def __init__(self, origin: str = '') -> None:
        self._origin = origin

    def _setUp(self) -> None:
        self._python = peer.keystone()
        folder = pathlib.Path(self.useFixture(base_fixtures.TempDir()).path)
        (folder / 'keys').mkdir(mode=0o700)
        self._conf = folder / 'keystone.conf'
        self._conf.write_text(
            CONF.format(folder=folder)
            + (
                f'[cors]\nallowed_origin = {self._origin}\n'
                if self._origin
                else ''
            )
        )
        self._manage('db_sync')
        self._manage(
            'fernet_setup',
            '--keystone-user',
            pwd.getpwuid(os.getuid()).pw_name,
            '--keystone-group',
            grp.getgrgid(os.getgid()).gr_name,
        )
        self._manage(
            'bootstrap',
            '--bootstrap-password',
            PASSWORD,
            '--bootstrap-region-id',
            REGION,
        )
        self._process = self.useFixture(
            process.Process(
                [self._python, SERVE],
                process.clean_environ(
                    OS_KEYSTONE_CONFIG_FILES=str(self._conf),
                    # Its CORS middleware looks only where oslo.config does.
                    HOME=str(folder),
                ),
                speaks=True,
            )
        )
        self.url = self._heard()['url']
        self._session = self.session('admin', 'admin')
        self._roles = {
            role['name']: role['id'] for role in self._get('/roles')['roles']
        }
        self.service('identity', self.url)

    def _manage(self, *words: str) -> None:
        done = subprocess.run(
            [
                self._python.parent / 'keystone-manage',
                '--config-file',
                self._conf,
                *words,
            ],
            capture_output=True,
            text=True,
            timeout=patience.PATIENCE,
            check=False,
            env=process.clean_environ(),
        )
        if done.returncode:
            raise AssertionError(f'{words}: {done.stderr[-4000:]}')

    def _heard(self) -> dict[str, Any]:
        line = self._process.process.stdout.readline()
        if not line:
            raise AssertionError(f'Keystone ended: {self._process.log}')
        heard: dict[str, Any] = json.loads(line)
        return heard

    def auth(self, user: str, project: str) -> dict[str, str]:
        """Return what keystoneauth's plugin ``password`` wants to know."""
        return {
            'auth_url': self.url,
            'username': user,
            'password': PASSWORD,
            'project_name': project,
            'user_domain_id': 'default',
            'project_domain_id': 'default',
        }

    def session(self, user: str, project: str) -> Any:
        """Return a session of a user in a project."""
        return keystone_session.Session(
            v3.Password(**self.auth(user, project))
        )

    def token(self, user: str, project: str) -> str:
        """Return a fresh token."""
        return str(self.session(user, project).get_token())

    def expired_token(self, user_id: str, project_id: str) -> str:
        """Return a token that has expired."""
        self._process.process.stdin.write(
            json.dumps({'user_id': user_id, 'project_id': project_id}) + '\n'
        )
        self._process.process.stdin.flush()
        return str(self._heard()['token'])

    def revoke(self, token: str) -> None:
        """Make a token worthless."""
        self._session.delete(
            f'{self.url}/auth/tokens', headers={'X-Subject-Token': token}
        )

    def project(self, name: str) -> str:
        """Create a project; return its id."""
        return self._new('project', name=name, domain_id='default')

    def role(self, name: str) -> None:
        """Create a role that no rule knows."""
        self._roles[name] = self._new('role', name=name)

    def user(self, name: str, project_id: str, role: str) -> str:
        """Create a user with a role in a project; return its id."""
        user_id = self._new(
            'user', name=name, password=PASSWORD, domain_id='default'
        )
        self.grant(user_id, project_id, role)
        return user_id

    def grant(self, user_id: str, project_id: str, role: str) -> None:
        """Give a user a role in a project."""
        self._session.put(
            f'{self.url}/projects/{project_id}/users/{user_id}'
            f'/roles/{self._roles[role]}'
        )

    def service(self, kind: str, url: str) -> None:
        """Create a service and its endpoints.

        keystonemiddleware looks for Keystone at the internal one.
        """
        service_id = self._new('service', name=kind, type=kind)
        for interface in ('public', 'internal'):
            self._new(
                'endpoint',
                service_id=service_id,
                region_id=REGION,
                interface=interface,
                url=url,
            )

    def _get(self, path: str) -> Any:
        return self._session.get(self.url + path).json()

    def _new(self, kind: str, **values: Any) -> str:
        answer = self._session.post(
            f'{self.url}/{kind}s', json={kind: values}
        ).json()
        return str(answer[kind]['id'])
