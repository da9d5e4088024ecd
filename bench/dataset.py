# SPDX-License-Identifier: Apache-2.0
"""The record that a comparison begins with: the same on each side.

Servers have numbers from 1, and each has the same number of actions, one a
second; each action has three events. Everything is written by the database
itself, from a series of numbers.
"""

import dataclasses
from typing import Any

PROJECT = 'a3b5c7d9e1f2a3b5c7d9e1f2a3b5c7d9'
USER = 'f1e2d3c4b5a69788f1e2d3c4b5a69788'
HOST = 'compute-1.example.org'
EVENTS = (
    'conductor_migrate_server',
    'compute_reboot_instance',
    'compute__do_finish',
)

_ID = '00000000-0000-4000-8000-'


@dataclasses.dataclass(frozen=True)
class Size:
    """How much there is."""

    servers: int
    actions: int

    @property
    def total(self) -> int:
        return self.servers * self.actions


def server(number: int) -> str:
    """Return the UUID of a server."""
    return f'{_ID}{number:012d}'


#: The server whose record is read.
READ = 50

#: How many actions a page has.
PAGE = 50


def deep(size: Size) -> str:
    """Return the request id of an action that one page and a little more lie
    behind."""
    return request(size, READ, PAGE + size.actions // 10)


def request(size: Size, number: int, action: int) -> str:
    """Return the request id of a server's action; 1 is the oldest."""
    return f'req-{_ID}{(number - 1) * size.actions + action:012d}'


class _Dialect:
    """What databases write differently."""

    def __init__(self, name: str) -> None:
        self.name = name

    def series(self, count: int) -> str:
        """Return a table of the numbers from 1, its column ``n``."""
        if self.name == 'postgresql':
            return f'(SELECT generate_series(1, {count}) AS n) AS numbers'
        if self.name == 'mariadb':
            return f'(SELECT seq AS n FROM seq_1_to_{count}) AS numbers'
        return (
            '(WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT '
            f'n + 1 FROM counted WHERE n < {count}) SELECT n FROM '
            'counted) AS numbers'
        )

    def uuid(self, number: str, variant: str = '0') -> str:
        """Return the UUID of a number, as an expression."""
        prefix = f"'{variant}{_ID[1:]}'"
        digits = {
            'postgresql': f"lpad(({number})::text, 12, '0')",
            'mariadb': f"lpad({number}, 12, '0')",
            'sqlite': f"printf('%012d', {number})",
        }[self.name]
        return self.join(prefix, digits)

    def join(self, *parts: str) -> str:
        if self.name == 'mariadb':
            return f'concat({", ".join(parts)})'
        return f'({" || ".join(parts)})'

    def whole(self, expression: str) -> str:
        """Return an integer division, as an expression."""
        return (
            f'({expression.replace("/", "DIV")})'
            if self.name == 'mariadb'
            else f'({expression})'
        )

    def time(self, seconds: str) -> str:
        """Return a time of so many seconds after the first one."""
        return {
            'postgresql': "timestamp '2026-01-01' + "
            f"({seconds}) * interval '1 second'",
            'mariadb': 'timestampadd(SECOND, '
            f"{seconds}, '2026-01-01 00:00:00')",
            'sqlite': "strftime('%Y-%m-%d %H:%M:%f000', '2026-01-01', "
            f"({seconds}) || ' seconds')",
        }[self.name]


def statements(dialect: str, size: Size, has_more: bool) -> list[str]:
    """Return the SQL that fills empty tables.

    :param dialect: ``sqlite``, ``mariadb`` or ``postgresql``
    :param has_more: whether the tables have our columns beside Nova's
    """
    to = _Dialect(dialect)
    began = to.time('n')
    instances = {
        'uuid': to.uuid('n'),
        'project_id': f"'{PROJECT}'",
        'user_id': f"'{USER}'",
        'display_name': "'web'",
        'created_at': began,
        'deleted': '0',
    }
    server_of = to.whole(f'(n - 1) / {size.actions}') + ' + 1'
    actions = {
        'id': 'n',
        'action': "'reboot'",
        'instance_uuid': to.uuid(server_of),
        'request_id': to.join("'req-'", to.uuid('n')),
        'user_id': f"'{USER}'",
        'project_id': f"'{PROJECT}'",
        'created_at': began,
        'updated_at': began,
        'start_time': began,
        'finish_time': began,
        'deleted': '0',
    }
    number = to.whole('(n - 1) / 3') + ' + 1'
    time = to.time(number)
    events = {
        'event': f"CASE n % 3 WHEN 1 THEN '{EVENTS[0]}' WHEN 2 THEN "
        f"'{EVENTS[1]}' ELSE '{EVENTS[2]}' END",
        'action_id': number,
        'created_at': time,
        'updated_at': time,
        'start_time': time,
        'finish_time': time,
        'result': "'Success'",
        'host': f"'{HOST}'",
        'deleted': '0',
    }
    if has_more:
        actions.update(uuid=to.uuid('n', '1'), status="'succeeded'")
        events.update(
            uuid=to.uuid('n', '2'), duration_us='1000', redactions='0'
        )
    result = [
        f'INSERT INTO {table} ({", ".join(values)}) SELECT '
        f'{", ".join(values.values())} FROM {to.series(count)}'
        for table, values, count in (
            ('instances', instances, size.servers),
            ('instance_actions', actions, size.total),
            ('instance_actions_events', events, 3 * size.total),
        )
    ]
    if dialect == 'postgresql':
        result.append(
            f"SELECT setval('instance_actions_id_seq', {max(1, size.total)})"
        )
    return result


def fill(connection: Any, dialect: str, size: Size, has_more: bool) -> None:
    """Fill empty tables.

    :param connection: of the DB-API
    """
    cursor = connection.cursor()
    for statement in statements(dialect, size, has_more):
        cursor.execute(statement)
    connection.commit()
    if dialect == 'postgresql':
        connection.autocommit = True
        cursor.execute('VACUUM ANALYZE')
        connection.autocommit = False
    elif dialect == 'mariadb':
        cursor.execute(
            'ANALYZE TABLE instances, instance_actions, '
            'instance_actions_events'
        )
        cursor.fetchall()
    cursor.close()
