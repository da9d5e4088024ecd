# SPDX-License-Identifier: Apache-2.0
"""The bare drivers: ``python -m bench.sides.bare URL FOLDER SERVERS ACTIONS
[BUS TOPIC [--conductor]]``.

What the least code would do that keeps a record as Nova does: an action is
looked up and locked, its event written, the action brought up to date. No
rules, no texts to make safe, no objects.
"""

import datetime
import itertools
import sys
import threading
import uuid
from collections.abc import Callable
from typing import Any

import oslo_messaging as messaging
from oslo_config import cfg
from oslo_messaging import server

from bench import databases
from bench import dataset
from bench import side

COUNTER = side.Counter()

#: Events that a batch has.
BATCH = 100

TABLES = """
CREATE TABLE instances (
    id {key}, uuid VARCHAR(36) NOT NULL UNIQUE, project_id VARCHAR(255),
    user_id VARCHAR(255), display_name VARCHAR(255), created_at {time},
    deleted BIGINT);
CREATE TABLE instance_actions (
    id {key}, uuid VARCHAR(36) NOT NULL UNIQUE, action VARCHAR(255),
    instance_uuid VARCHAR(36) NOT NULL REFERENCES instances (uuid),
    request_id VARCHAR(255), user_id VARCHAR(255), project_id VARCHAR(255),
    created_at {time}, updated_at {time}, start_time {time},
    finish_time {time}, deleted BIGINT, status VARCHAR(32),
    message VARCHAR(255));
CREATE INDEX of_server ON instance_actions (instance_uuid, created_at, id);
CREATE INDEX of_request ON instance_actions (instance_uuid, request_id,
    created_at, id);
CREATE TABLE instance_actions_events (
    id {key}, uuid VARCHAR(36) NOT NULL UNIQUE, event VARCHAR(255),
    action_id BIGINT NOT NULL REFERENCES instance_actions (id),
    created_at {time}, updated_at {time}, start_time {time},
    finish_time {time}, deleted BIGINT, result VARCHAR(255),
    host VARCHAR(255), duration_us BIGINT, redactions INTEGER, details TEXT,
    traceback TEXT);
CREATE INDEX of_action ON instance_actions_events (action_id, event, id)
"""

_TYPES = {
    'sqlite': {'key': 'INTEGER PRIMARY KEY', 'time': 'DATETIME'},
    'mariadb': {
        'key': 'BIGINT PRIMARY KEY AUTO_INCREMENT',
        'time': 'DATETIME(6)',
    },
    'postgresql': {'key': 'BIGSERIAL PRIMARY KEY', 'time': 'TIMESTAMP'},
}

_NEWEST = (
    'SELECT id FROM instance_actions WHERE instance_uuid = %s AND '
    'request_id = %s ORDER BY created_at DESC, id DESC LIMIT 1'
)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


def make_tables(url: str) -> None:
    connection = databases.connect(url)
    cursor = connection.cursor()
    for statement in TABLES.format(**_TYPES[databases.dialect(url)]).split(
        ';'
    ):
        cursor.execute(statement)
    connection.commit()
    connection.close()


class Record:
    """Reads and writes rows on a connection of its own."""

    def __init__(self, url: str) -> None:
        self._dialect = databases.dialect(url)
        self._connection = databases.connect(url)
        self._cursor = self._connection.cursor()
        if self._dialect == 'sqlite':
            self._cursor.execute('PRAGMA journal_mode=WAL')

    def _do(self, statement: str, *values: Any) -> Any:
        if self._dialect == 'sqlite':
            statement = statement.replace('%s', '?')
        self._cursor.execute(statement, values)
        COUNTER.add('statements')
        return self._cursor

    def _locked(self, server: str, request: str) -> int:
        """Return the id of an action that nobody else changes now."""
        if self._dialect == 'sqlite':
            self._cursor.execute('BEGIN IMMEDIATE')
            lock = ''
        else:
            lock = ' FOR UPDATE'
        found: int = self._do(_NEWEST + lock, server, request).fetchone()[0]
        return found

    def _done(self) -> None:
        self._connection.commit()
        COUNTER.add('commits')

    def start(self, server: str, request: str) -> None:
        now = _now()
        self._do(
            'INSERT INTO instance_actions (uuid, action, instance_uuid, '
            'request_id, user_id, project_id, created_at, updated_at, '
            'start_time, deleted, status) VALUES (%s, %s, %s, %s, %s, %s, '
            '%s, %s, %s, 0, %s)',
            str(uuid.uuid4()),
            'reboot',
            server,
            request,
            dataset.USER,
            dataset.PROJECT,
            now,
            now,
            now,
            'running',
        )
        self._done()

    def event_start(self, server: str, request: str, name: str) -> None:
        now = _now()
        action = self._locked(server, request)
        self._do(
            'INSERT INTO instance_actions_events (uuid, event, action_id, '
            'created_at, start_time, host, deleted, redactions) VALUES '
            '(%s, %s, %s, %s, %s, %s, 0, 0)',
            str(uuid.uuid4()),
            name,
            action,
            now,
            now,
            dataset.HOST,
        )
        self._do(
            'UPDATE instance_actions SET updated_at = %s, status = %s, '
            'finish_time = NULL WHERE id = %s',
            now,
            'running',
            action,
        )
        self._done()

    def event_finish(self, server: str, request: str, name: str) -> None:
        now = _now()
        action = self._locked(server, request)
        (event,) = self._do(
            'SELECT id FROM instance_actions_events WHERE action_id = %s AND '
            'event = %s AND finish_time IS NULL ORDER BY id DESC LIMIT 1',
            action,
            name,
        ).fetchone()
        self._do(
            'UPDATE instance_actions_events SET updated_at = %s, '
            'finish_time = %s, result = %s WHERE id = %s',
            now,
            now,
            'Success',
            event,
        )
        self._do(
            'UPDATE instance_actions SET updated_at = %s, status = %s, '
            'finish_time = %s WHERE id = %s',
            now,
            'succeeded',
            now,
            action,
        )
        self._done()

    def step(self, server: str, request: str, name: str) -> None:
        self.event_start(server, request, name)
        self.event_finish(server, request, name)

    def batch(self, server: str, request: str, name: str) -> int:
        """Store whole events in one transaction, and tell how many."""
        now = _now()
        action = self._locked(server, request)
        rows = [
            (
                str(uuid.uuid4()),
                name,
                action,
                now,
                now,
                now,
                dataset.HOST,
                'Success',
            )
            for _ in range(BATCH)
        ]
        marks = ', '.join(['(%s, %s, %s, %s, %s, %s, %s, %s, 0, 0)'] * BATCH)
        self._do(
            'INSERT INTO instance_actions_events (uuid, event, action_id, '
            'created_at, start_time, finish_time, host, result, deleted, '
            f'redactions) VALUES {marks}',
            *(value for row in rows for value in row),
        )
        self._do(
            'UPDATE instance_actions SET updated_at = %s, status = %s '
            'WHERE id = %s',
            now,
            'succeeded',
            action,
        )
        self._done()
        return BATCH

    def list(self, server: str, marker: str | None = None) -> None:
        after: tuple[Any, ...] = ()
        if marker is not None:
            after = self._do(
                'SELECT created_at, id FROM instance_actions WHERE '
                'instance_uuid = %s AND request_id = %s',
                server,
                marker,
            ).fetchone()
        rows = self._do(
            'SELECT * FROM instance_actions WHERE instance_uuid = %s '
            + ('AND (created_at, id) < (%s, %s) ' if after else '')
            + 'ORDER BY created_at DESC, id DESC LIMIT 50',
            server,
            *after,
        ).fetchall()
        assert len(rows) == dataset.PAGE
        self._connection.rollback()

    def show(self, server: str, request: str) -> None:
        action = self._do(
            'SELECT * FROM instance_actions WHERE instance_uuid = %s AND '
            'request_id = %s',
            server,
            request,
        ).fetchone()
        rows = self._do(
            'SELECT * FROM instance_actions_events WHERE action_id = %s',
            action[0],
        ).fetchall()
        assert len(rows) == 3
        self._connection.rollback()


def make(size: dataset.Size, record: Callable[[], Any]) -> Any:
    """Return what makes a client's work.

    :param record: what the client works with
    """
    shared = f'req-{uuid.uuid4()}'
    record().start(dataset.server(1), shared)

    def client(number: int) -> side.Work:
        mine, server = record(), dataset.server(number + 2)
        own = f'req-{uuid.uuid4()}'
        mine.start(server, own)
        turns = itertools.count()

        def whole() -> None:
            request = f'req-{uuid.uuid4()}'
            mine.start(server, request)
            for name in dataset.EVENTS:
                mine.step(server, request, name)

        def show() -> None:
            mine.show(
                dataset.server(dataset.READ),
                dataset.request(
                    size, dataset.READ, 1 + next(turns) % size.actions
                ),
            )

        deep = dataset.deep(size)
        return {
            'record': whole,
            'show': show,
            'durable': lambda: mine.batch(server, own, dataset.EVENTS[1]),
            'event': lambda: mine.step(server, own, dataset.EVENTS[1]),
            'shared event': lambda: mine.step(
                dataset.server(1), shared, f'step_{number}'
            ),
            'list': lambda: mine.list(dataset.server(dataset.READ)),
            'deep': lambda: mine.list(dataset.server(dataset.READ), deep),
            # There is no REST API below these: the rows are all there is.
            'REST list': lambda: mine.list(dataset.server(dataset.READ)),
            'REST deep': lambda: mine.list(dataset.server(dataset.READ), deep),
            'REST show': show,
        }

    return client


class _Endpoint:
    """Does on a record what it is asked by RPC."""

    target = messaging.Target()

    def __init__(self, url: str) -> None:
        self._url = url
        self._own = threading.local()

    def do(self, _context: Any, what: str, arguments: list[str]) -> None:
        if not hasattr(self._own, 'record'):
            self._own.record = Record(self._url)
        getattr(self._own.record, what)(*arguments)


class _Remote:
    """A record at the other end of a bus; a batch goes past it."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self.batch = Record(url).batch

    def start(self, *arguments: str) -> None:
        self._client.call({}, 'do', what='start', arguments=arguments)

    def step(self, *arguments: str) -> None:
        for what in ('event_start', 'event_finish'):
            self._client.call({}, 'do', what=what, arguments=arguments)


def main() -> None:
    url, _folder, servers, actions, *bus = sys.argv[1:]
    size = dataset.Size(int(servers), int(actions))
    if not bus:
        side.serve(make(size, lambda: Record(url)), COUNTER)
        return
    # As the other sides' conductors.
    cfg.set_defaults(server._pool_opts, executor_thread_pool_size=16)
    cfg.CONF([], default_config_files=[])
    transport = messaging.get_rpc_transport(cfg.CONF, url=bus[0])
    target = messaging.Target(topic=bus[1], server=dataset.HOST)
    if '--conductor' in bus:
        messaging.get_rpc_server(
            transport,
            target,
            [_Endpoint(url)],
            executor='threading',
            access_policy=messaging.DefaultRPCAccessPolicy,
        ).start()
        side.serve(lambda _number: {}, COUNTER)
        return
    client = messaging.get_rpc_client(
        transport, messaging.Target(topic=bus[1])
    )
    side.serve(make(size, lambda: _Remote(client, url)), COUNTER)


if __name__ == '__main__':
    main()
