# SPDX-License-Identifier: Apache-2.0
"""A conductor and an API as processes, with passwords of their own."""

import pathlib
import sys
import uuid
from typing import Any

import fixtures as base_fixtures
import sqlalchemy as sa

from nova_actions.db import api as db
from nova_actions.tests import fixtures
from nova_actions.tests import missing
from nova_actions.tests.functional import process

TOPIC = 'conductor'
CONF = """\
[DEFAULT]
debug = true
host = guarded
state_path = {folder}
transport_url = {transport_url}
[api]
auth_strategy = noauth2
bind_host = 127.0.0.1
bind_port = 0
[conductor]
topic = {topic}
[database]
connection = {connection}
[keystone_authtoken]
password = {passwords[identity]}
memcache_secret_key = {passwords[cache]}
"""


class Bus(fixtures.Rabbit):
    """A virtual host, and a user of it with a password."""

    def _setUp(self) -> None:
        super()._setUp()
        self.password = f'bus-{uuid.uuid4().hex}'
        fixtures.rabbitmqctl('add_user', self.name, self.password)
        self.addCleanup(fixtures.rabbitmqctl, 'delete_user', self.name)
        fixtures.rabbitmqctl(
            'set_permissions', '-p', self.name, self.name, '.*', '.*', '.*'
        )
        self.url = self.url.replace(
            'guest:guest', f'{self.name}:{self.password}'
        )


class Services(missing.Fixture):
    """A conductor and an API that log all they do.

    :param conf: of the test; given the URL of a bus
    """

    def __init__(self, conf: Any) -> None:
        self._conf = conf

    def _setUp(self) -> None:
        bus = self.useFixture(Bus())
        self.passwords = {
            'bus': bus.password,
            **{
                name: f'{name}-{uuid.uuid4().hex}'
                for name in ('identity', 'cache', 'database')
            },
        }
        self._conf.set_override('transport_url', bus.url)
        self._conf.set_override('topic', TOPIC, group='conductor')
        self._folder = pathlib.Path(
            self.useFixture(base_fixtures.TempDir()).path
        )
        self.conductor = self.start('conductor')
        self.api = self.start('api')
        port = self.api.await_line(r'is ready on \S+ port (\d+)')[1]
        self.url = f'http://127.0.0.1:{port}'
        process.await_conductor(
            bus.url, TOPIC, 'guarded', self.conductor.process
        )

    def start(self, name: str, **changes: str) -> process.Process:
        """Start a service, its configuration maybe changed."""
        path = self._folder / f'{name}-{uuid.uuid4().hex}.conf'
        path.write_text(
            CONF.format(
                **{
                    'folder': self._folder,
                    'topic': TOPIC,
                    'transport_url': self._conf.transport_url,
                    'connection': self._connection(),
                    'passwords': self.passwords,
                    **changes,
                }
            )
        )
        return self.useFixture(
            process.Process(
                [
                    sys.executable,
                    '-m',
                    f'nova_actions.cmd.{name}',
                    '--config-file',
                    path,
                ]
            )
        )

    def _connection(self) -> str:
        url = sa.make_url(self._conf.database.connection)
        if url.drivername.startswith('postgresql'):
            # The server trusts everyone, with or without a password.
            url = url.set(password=self.passwords['database'])
        return url.render_as_string(hide_password=False)

    @property
    def logs(self) -> str:
        return f'{self.conductor.log}\n{self.api.log}'


def dump() -> str:
    """Return every value of every table of the process's database."""
    engine = db.engine()
    lines = []
    with engine.connect() as connection:
        for table in sa.inspect(engine).get_table_names():
            lines += [
                f'{table}: {value}'
                for row in connection.execute(
                    sa.text(f'SELECT * FROM {table}')
                )
                for value in row
            ]
    return '\n'.join(lines)
