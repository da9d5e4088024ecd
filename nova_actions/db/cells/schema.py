# SPDX-License-Identifier: Apache-2.0
"""What of Nova's tables a cell has: older releases lack columns, and an
operator may have added indexes."""

import dataclasses
from typing import Any

import sqlalchemy as sa

_ID: Any = sa.BigInteger()
_TEXT: Any = sa.String()
_TIME: Any = sa.DateTime()

_ROW = {'id': _ID, 'created_at': _TIME, 'updated_at': _TIME,
        'deleted_at': _TIME, 'deleted': _ID}

#: table -> the columns that are read; those that a cell lacks read as NULL
COLUMNS: dict[str, dict[str, Any]] = {
    'instances': {
        **_ROW, 'uuid': _TEXT, 'project_id': _TEXT, 'user_id': _TEXT,
        'display_name': _TEXT, 'hidden': sa.Boolean(), 'vm_state': _TEXT},
    'instance_actions': {
        **_ROW, **dict.fromkeys(
            ('action', 'instance_uuid', 'request_id', 'user_id',
             'project_id', 'message'), _TEXT),
        'start_time': _TIME, 'finish_time': _TIME},
    'instance_actions_events': {
        **_ROW, **dict.fromkeys(
            ('event', 'result', 'traceback', 'host', 'details'), _TEXT),
        'action_id': _ID, 'start_time': _TIME, 'finish_time': _TIME},
}


@dataclasses.dataclass(frozen=True)
class Schema:
    """The tables of one cell.

    :param finds_events: events can be found by their action without reading
        them all: Nova has no index for that, MySQL makes one
    """

    instances: sa.TableClause
    actions: sa.TableClause
    events: sa.TableClause
    finds_events: bool


def read(connection: sa.Connection) -> Schema:
    """Return what the cell has."""
    inspector = sa.inspect(connection)
    tables: list[sa.TableClause] = []
    for name, columns in COLUMNS.items():
        there = {column['name'] for column in inspector.get_columns(name)}
        tables.append(sa.table(name, *(
            sa.column(column, kind) for column, kind in columns.items()
            if column in there)))
    leading = {index['column_names'][0] for index in inspector.get_indexes(
        'instance_actions_events') if index['column_names']}
    # SQLite is for trials, whose tables are small.
    finds = 'action_id' in leading or connection.dialect.name == 'sqlite'
    return Schema(tables[0], tables[1], tables[2], finds)
