# SPDX-License-Identifier: Apache-2.0
"""What of Nova's tables a cell has: older releases lack columns, a migration
may run while we read, and an operator may have added indexes."""

import dataclasses
import re
import time
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc as sa_exc

#: Seconds for which what is known of a cell's indexes is used.
INDEXES_FOR = 60.0

_ID: Any = sa.BigInteger()
_TEXT: Any = sa.String()
_TIME: Any = sa.DateTime()

_ROW = {
    'id': _ID,
    'created_at': _TIME,
    'updated_at': _TIME,
    'deleted_at': _TIME,
    'deleted': _ID,
}

#: table -> the columns that are read; those that a cell lacks read as NULL
COLUMNS: dict[str, dict[str, Any]] = {
    'instances': {
        **_ROW,
        'uuid': _TEXT,
        'project_id': _TEXT,
        'user_id': _TEXT,
        'display_name': _TEXT,
        'hidden': sa.Boolean(),
        'vm_state': _TEXT,
    },
    'instance_actions': {
        **_ROW,
        **dict.fromkeys(
            (
                'action',
                'instance_uuid',
                'request_id',
                'user_id',
                'project_id',
                'message',
            ),
            _TEXT,
        ),
        'start_time': _TIME,
        'finish_time': _TIME,
    },
    'instance_actions_events': {
        **_ROW,
        **dict.fromkeys(
            ('event', 'result', 'traceback', 'host', 'details'), _TEXT
        ),
        'action_id': _ID,
        'start_time': _TIME,
        'finish_time': _TIME,
    },
}

#: Columns without which a row cannot be read: NULL would be wrong.
_NEEDED = {'id', 'uuid', 'instance_uuid', 'action_id'}

#: What columns mean that a release lacks; any other reads as NULL.
_ABSENT: dict[str, Any] = {
    'deleted': sa.literal_column('0'),
    'hidden': sa.false(),
}

#: How databases refuse a user who may not read the whole table.
_DENIED = re.compile('denied', re.IGNORECASE)

_BETWEEN = 'nova_actions_between'
#: Returns no row; its columns are those of the tables, one after another.
_ASK = sa.text(
    f'SELECT {", ".join(f"{name}.*, 0 AS {_BETWEEN}" for name in COLUMNS)} '  # noqa: S608
    f'FROM {", ".join(COLUMNS)} LIMIT 0'
)

#: Shows a user only the columns that the user may read.
_LISTED = sa.table(
    'columns',
    *map(sa.column, ('table_schema', 'table_name', 'column_name')),
    schema='information_schema',
)

Columns = tuple[frozenset[str], ...]


@dataclasses.dataclass(frozen=True)
class Schema:
    """The tables of one cell, each with all columns that are read.

    :param finds_events: events can be found by their action without reading
        them all: Nova has no index for that, MySQL makes one
    :param is_partial: only some columns of the tables may be read
    """

    instances: sa.FromClause
    actions: sa.FromClause
    events: sa.FromClause
    finds_events: bool
    columns: Columns
    read_at: float
    is_partial: bool = False


def read(connection: sa.Connection, last: Schema | None) -> Schema:
    """Return what the cell has now: the last answer where it still holds.

    :raises LookupError: a table, or what no row can do without, is not there
    """
    columns, is_partial = _columns(
        connection, last is not None and last.is_partial
    )
    now = time.monotonic()
    if last and last.columns == columns and now < last.read_at + INDEXES_FOR:
        return last
    instances, actions, events = (
        _table(name, there)
        for name, there in zip(COLUMNS, columns, strict=True)
    )
    return Schema(
        instances,
        actions,
        events,
        _finds_events(connection),
        columns,
        now,
        is_partial,
    )


def readable(
    connection: sa.Connection, names: Iterable[str]
) -> dict[str, frozenset[str]]:
    """Return the columns that this user may read of each of those tables
    that are there."""
    if connection.dialect.name == 'sqlite':
        inspector = sa.inspect(connection)
        return {
            name: frozenset(
                each['name'] for each in inspector.get_columns(name)
            )
            for name in names
            if inspector.has_table(name)
        }
    here = (
        sa.func.current_schema()
        if connection.dialect.name == 'postgresql'
        else sa.func.database()
    )
    columns: dict[str, set[str]] = {}
    for name, column in connection.execute(
        sa.select(_LISTED.c.table_name, _LISTED.c.column_name).where(
            _LISTED.c.table_schema == here,
            _LISTED.c.table_name.in_(list(names)),
        )
    ):
        columns.setdefault(name, set()).add(column)
    return {name: frozenset(found) for name, found in columns.items()}


def _columns(
    connection: sa.Connection, is_partial: bool
) -> tuple[Columns, bool]:
    """Return the columns of each table, and whether only some may be read.

    :param is_partial: whether that was so before
    """
    if not is_partial:
        try:
            return _all_columns(connection), False
        except sa_exc.DBAPIError as error:
            if not _DENIED.search(str(error.orig)):
                raise
            connection.rollback()
    found = readable(connection, COLUMNS)
    return tuple(found.get(name, frozenset()) for name in COLUMNS), True


def _all_columns(connection: sa.Connection) -> Columns:
    """Return the columns of each table, in one statement that costs next to
    nothing."""
    found: list[set[str]] = [set()]
    try:
        result = connection.execute(_ASK)
    except sa_exc.OperationalError as error:
        # SQLite says this as it says that there is no file.
        if 'no such table' not in str(error.orig):
            raise
        raise LookupError(str(error.orig)) from error
    with result:
        for name, *_rest in result.cursor.description:
            if name == _BETWEEN:
                found.append(set())
            else:
                found[-1].add(name)
    return tuple(map(frozenset, found[:-1]))


def _table(name: str, there: frozenset[str]) -> sa.FromClause:
    if needed := lacking(name, there):
        raise LookupError(f'{name} has no column {", ".join(sorted(needed))}')
    return table(name, COLUMNS[name], there)


def lacking(name: str, there: frozenset[str]) -> set[str]:
    """Return the columns that no row of a table can do without and that are
    not there."""
    return (COLUMNS[name].keys() - there) & _NEEDED


def table(
    name: str, wanted: Mapping[str, Any], there: frozenset[str]
) -> sa.FromClause:
    """Return a table with all wanted columns, whatever it lacks."""
    found = sa.table(
        name,
        *(
            sa.column(each, kind)
            for each, kind in wanted.items()
            if each in there
        ),
    )
    absent = sorted(wanted.keys() - there)
    if not absent:
        return found
    # Databases read through this; an index serves as before.
    return sa.select(
        found,
        *(
            _ABSENT.get(each, sa.cast(sa.null(), wanted[each])).label(each)
            for each in absent
        ),
    ).subquery(name)


def _finds_events(connection: sa.Connection) -> bool:
    if connection.dialect.name == 'sqlite':
        # It is for trials, whose tables are small.
        return True
    try:
        indexes = sa.inspect(connection).get_indexes('instance_actions_events')
    except sa_exc.DBAPIError as error:
        if not _DENIED.search(str(error.orig)):
            raise
        # MySQL shows nothing to who may read some columns only; it makes one
        # for the foreign key.
        return True
    return 'action_id' in {
        index['column_names'][0] for index in indexes if index['column_names']
    }
