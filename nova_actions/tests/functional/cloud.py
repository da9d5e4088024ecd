# SPDX-License-Identifier: Apache-2.0
"""A small cloud of Nova's own processes, with the bridge loaded by nova.conf
alone: nova-api, nova-conductor, two nova-compute and placement."""

import configparser
import json
import os
import pathlib
import re
import signal
import subprocess
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

import fixtures
import sqlalchemy as sa

from nova_actions.tests import database
from nova_actions.tests import missing
from nova_actions.tests import patience
from nova_actions.tests.functional import nova_api
from nova_actions.tests.functional import process

HERE = pathlib.Path(__file__).parent / 'nova_world'
HOSTS = ('compute1', 'compute2')
WORKERS = 2


class Cloud(missing.Fixture):
    """Nova's processes; a server is on each host.

    :param environment: the fixture of an environment of Nova and the bridge
    :param ours: the configuration that the bridge reads
    :param transport_url: of Nova's bus
    :param backend: how nova-conductor and nova-compute run: Nova's
        ``concurrency_backend``
    :param serve: returns the command of what nova-api runs in
    """

    def __init__(
        self,
        environment: Any,
        ours: str,
        transport_url: str,
        backend: str = 'threading',
        serve: Callable[..., list[str]] = nova_api.uwsgi,
    ) -> None:
        self._venv = environment
        self._ours = ours
        self._transport_url = transport_url
        self._backend = backend
        self._serve = serve
        self.servers = {host: str(uuid.uuid4()) for host in HOSTS}
        self.services: dict[str, process.Process] = {}

    def _setUp(self) -> None:
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.url, self._api_url, self._placement_url = (
            database.create(self, 'mysql') for _number in range(3)
        )
        self._ports = {
            name: process.free_port() for name in ('placement', 'api')
        }
        self._environ = process.clean_environ(
            NOVA_ACTIONS_CONFIG=self._write('bridge.conf', self._ours),
            OS_NOVA_CONFIG_DIR=str(self.folder),
            OS_PLACEMENT_CONFIG_DIR=str(self.folder),
            PYTHONPATH=str(HERE),
            GUESTS=str(self.folder),
        )
        self._configure()
        self._make()
        self._start(
            'placement',
            self._venv.python,
            HERE / 'serve.py',
            'placement.wsgi.api',
            self._ports['placement'],
        )
        self.start('conductor')
        self._start_api()
        for host in HOSTS:
            self.start(host)
        for name, port in self._ports.items():
            self.services[name].await_port(port)
        for name in ('conductor', *HOSTS):
            self.await_service(name)

    def _write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, encoding='utf-8')
        return str(path)

    def _configure(self) -> None:
        self._write(
            'placement.conf',
            (
                '[api]\nauth_strategy = noauth2\n'
                f'[placement_database]\nconnection = {self._placement_url}\n'
                'sync_on_startup = true\n'
            ),
        )
        for name in ('conductor', 'api', *HOSTS):
            folder = self.folder / name
            folder.mkdir()
            # nova-api may run as another user.
            folder.chmod(0o777)
            self._write(f'{name}.conf', self._nova_conf(name))
        self._write('nova.conf', self._nova_conf('api'))
        # Who asks is believed: there is no Keystone.
        paste = self._venv.nova.parents[1] / 'etc/nova/api-paste.ini'
        self._write(
            'api-paste.ini',
            re.sub(r'authtoken (?=keystonecontext)', '', paste.read_text()),
        )

    def _nova_conf(self, name: str) -> str:
        placement = f'http://127.0.0.1:{self._ports["placement"]}'
        parser = configparser.RawConfigParser()
        parser.read_dict(
            {
                'DEFAULT': {
                    'host': name,
                    'state_path': self.folder / name,
                    'transport_url': self._transport_url,
                    'compute_driver': 'guests.Driver',
                    'concurrency_backend': (
                        'threading' if name == 'api' else self._backend
                    ),
                    'debug': 'false',
                    # Few rounds in the background, and an end that is soon.
                    'sync_power_state_interval': -1,
                    'graceful_shutdown_timeout': 10,
                    'manager_shutdown_timeout': 5,
                },
                'api_database': {'connection': self._api_url},
                'database': {'connection': self.url},
                'conductor': {'workers': WORKERS},
                'oslo_concurrency': {'lock_path': self.folder / name},
                'oslo_messaging_notifications': {'driver': 'nova_actions'},
                'placement': {
                    'auth_type': 'admin_token',
                    'token': 'admin',
                    'endpoint': placement,
                    'endpoint_override': placement,
                },
            }
        )
        with (self.folder / 'written').open('w+') as file:
            parser.write(file)
            file.seek(0)
            return file.read()

    def _make(self) -> None:
        done = subprocess.run(
            [
                self._venv.python,
                HERE / 'cloud.py',
                self.folder / 'nova.conf',
                self._transport_url,
                self.url,
                *(f'{host}={server}' for host, server in self.servers.items()),
            ],
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
        )
        if done.returncode:
            raise AssertionError(done.stderr[-4000:])

    # -- processes ----------------------------------------------------------

    def _start(self, name: str, *command: Any, **environ: str) -> None:
        self.services[name] = self.useFixture(
            process.Process(
                command, {**self._environ, **environ}, own_group=True
            )
        )

    def start(self, name: str) -> None:
        """Start nova-conductor, or the nova-compute of a host."""
        program = (
            self._venv.nova.parent / 'nova-conductor'
            if name == 'conductor'
            else HERE / 'compute.py'
        )
        self._start(
            name,
            self._venv.python,
            program,
            '--config-file',
            self.folder / f'{name}.conf',
        )

    def kill(self, name: str) -> None:
        """Kill a service and its workers at once."""
        os.killpg(self.services[name].process.pid, signal.SIGKILL)
        self.services[name].process.wait()

    def await_service(self, name: str) -> None:
        """Wait until it takes calls."""
        topic = 'conductor' if name == 'conductor' else 'compute'
        try:
            process.await_conductor(
                self._transport_url, topic, name, self.services[name].process
            )
        except AssertionError as error:
            raise AssertionError(self.services[name].log[-4000:]) from error

    def _start_api(self) -> None:
        self._start(
            'api',
            *self._serve(
                self.folder / 'api', self._ports['api'], self._venv.folders
            ),
            PYTHONPATH=':'.join(map(str, self._venv.folders)),
        )

    # -- what is asked of it ------------------------------------------------

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask nova-api, as an administrator of the server's project."""
        request = urllib.request.Request(
            f'http://127.0.0.1:{self._ports["api"]}/v2.1{path}',
            json.dumps(body).encode() if body else None,
            {
                'Content-Type': 'application/json',
                'X-User-Id': 'user',
                'X-Project-Id': 'owner',
                'X-Roles': 'admin,member,reader',
                'OpenStack-API-Version': 'compute 2.90',
            },
            method=method,
        )
        try:
            with urllib.request.urlopen(
                request, timeout=patience.PATIENCE
            ) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(
                f'{method} {path}: {error.code} {error.read()!r}\n'
                f'{self.services["api"].log[-4000:]}'
            ) from error
        return json.loads(text) if text else None

    def act(
        self, host: str, action: str, value: Any = None, state: str = ''
    ) -> None:
        """Do something to the server of a host, and wait until it is in a
        state."""
        server = self.servers[host]
        self.ask('POST', f'/servers/{server}/action', {action: value})
        if state:
            patience.wait_until(
                f'{action}: {state}', lambda: self._is(server, state)
            )

    def _is(self, server: str, state: str) -> bool:
        # To show one, nova-api would ask Neutron.
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            return connection.execute(
                sa.text(
                    'SELECT vm_state, task_state FROM instances '
                    'WHERE uuid = :server'
                ),
                {'server': server},
            ).one() == (state, None)
