# SPDX-License-Identifier: Apache-2.0
"""The statements of the ledger, built once.

Locks are taken in one order, everywhere: the reporter, the actions by id,
then their events.
"""

import functools
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite

from nova_actions.db import deferred
from nova_actions.db import table as table_module
from nova_actions.db.change import queue
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES

Row = dict[str, Any]
_LOCK = (
    sa.select(ACTIONS)
    .where(ACTIONS.c.id.in_(sa.bindparam('ids', expanding=True)))
    .order_by(ACTIONS.c.id)
    .with_for_update()
)


def lock(connection: Any, ids: Iterable[int]) -> list[Row]:
    """Lock actions, in the order of their ids, and return them oldest
    first."""
    return sorted(
        table_module.found(connection, _LOCK, {'ids': sorted(ids)}), key=age
    )


def age(row: Row) -> tuple[Any, ...]:
    """Return the sort key of actions, oldest first."""
    return row['created_at'], row['id']


_CHANGING = {
    ACTIONS: ('status', 'message', 'finish_time', 'evidence', 'updated_at'),
    EVENTS: (
        'finish_time',
        'result',
        'details',
        'traceback',
        'error_type',
        'reason',
        'duration_us',
        'redactions',
        'rules',
        'updated_at',
    ),
}


def _new_values(table: sa.Table, prefix: str = 'new') -> Any:
    return {
        table.c[name]: sa.bindparam(f'{prefix}_{name}')
        for name in _CHANGING[table]
    }


_EVENT_NAMES = tuple(
    column.name for column in EVENTS.columns if column.name != 'id'
)
_UPDATES = {
    table: deferred.deferred(
        sa.update(table)
        .where(table.c.id == sa.bindparam('row_id'))
        .values(_new_values(table))
    )
    for table in _CHANGING
}
_INSERTS = {table: sa.insert(table) for table in (INSTANCES, ACTIONS, EVENTS)}


@functools.cache
def _insert_one(table: sa.Table, dialect: str, is_told: bool) -> Any:
    """Return the statement that stores a single row, which is deferred if its
    id is not needed."""
    query = _INSERTS[table]
    if not is_told:
        return deferred.deferred(query)
    # With what is queued as a CTE, SQLAlchemy does not return it by itself.
    return query.returning(table.c.id) if dialect == 'postgresql' else query


def _change_action() -> Any:
    return (
        sa.update(ACTIONS)
        .where(ACTIONS.c.id == sa.bindparam('action_row_id'))
        .values(_new_values(ACTIONS, 'action'))
    )


@functools.cache
def _store_both(is_new: bool, is_told: bool) -> Any:
    """Return PostgreSQL's statement that stores a locked event and changes
    its action.

    :param is_new: whether the event is
    :param is_told: whether the statement returns a new event's id
    """
    event = (
        sa.insert(EVENTS).values(
            {name: sa.bindparam(f'event_{name}') for name in _EVENT_NAMES}
        )
        if is_new
        else sa.update(EVENTS)
        .where(EVENTS.c.id == sa.bindparam('event_row_id'))
        .values(_new_values(EVENTS, 'event'))
    )
    if is_new and is_told:
        stored = event.returning(EVENTS.c.id).cte('event_stored')
        row_id = sa.select(stored.c.id).scalar_subquery()
        return _change_action().add_cte(stored).returning(row_id)
    return deferred.deferred(
        _change_action().add_cte(event.cte('event_stored'))
    )


def store_steps(
    connection: Any,
    new: Sequence[Row],
    events: Sequence[Row],
    actions: Sequence[Row],
    transitions: Sequence[Row],
    is_told: bool = False,
) -> None:
    """Store new events and the changes of other events and of actions, and
    queue the transitions.

    A single event and its action take one statement on PostgreSQL. MariaDB
    has one for two changed rows, too, but plans it longer than it takes to
    execute two that are deferred.

    :param is_told: whether a single new event gets its id
    """
    is_single = len(new) + len(events) == len(actions) == 1
    if not is_single or connection.dialect.name != 'postgresql':
        insert(connection, EVENTS, new, is_told=is_told)
        update(connection, EVENTS, events)
        update(connection, ACTIONS, actions, transitions)
        return
    event, names = (
        (new[0], _EVENT_NAMES)
        if new
        else (events[0], ('row_id', *_CHANGING[EVENTS]))
    )
    done = queue.execute(
        connection,
        _store_both(bool(new), is_told),
        {
            **_values('event', names, event),
            **_values('action', ('row_id', *_CHANGING[ACTIONS]), actions[0]),
        },
        transitions,
    )
    if new and is_told:
        event['id'] = done.scalar_one()


def _values(prefix: str, names: Iterable[str], row: Row) -> Row:
    return {
        f'{prefix}_{name}': row.get('id' if name == 'row_id' else name)
        for name in names
    }


def update(
    connection: Any,
    table: sa.Table,
    rows: Sequence[Row],
    transitions: Sequence[Row] = (),
) -> None:
    """Store the changes of rows, and queue the transitions."""
    names = _CHANGING[table]
    if len(rows) == 1:
        queue.execute(
            connection,
            _UPDATES[table],
            {
                'row_id': rows[0]['id'],
                **{f'new_{name}': rows[0].get(name) for name in names},
            },
            transitions,
        )
        return
    if rows:
        # One statement, since drivers send several updates one by one. Each
        # row exists and is locked, so none is inserted.
        connection.execute(
            _upsert(table, connection.dialect.name),
            [
                {column.name: row.get(column.name) for column in table.columns}
                for row in rows
            ],
        )
    queue.add(connection, transitions)


@functools.cache
def _upsert(table: sa.Table, dialect: str) -> Any:
    """Return the statement that stores the changes of whole rows."""
    names = _CHANGING[table]
    if dialect in ('mysql', 'mariadb'):
        query = mysql.insert(table)
        return query.on_duplicate_key_update(
            {name: query.inserted[name] for name in names}
        )
    insert = {'postgresql': postgresql, 'sqlite': sqlite}[dialect].insert
    query = insert(table)
    query = query.on_conflict_do_update(
        index_elements=[table.c.id],
        set_={name: query.excluded[name] for name in names},
    )
    # SQLAlchemy combines many rows into one statement only if it returns
    # something; SQLite needs no round trip anyway.
    return query.returning(table.c.id) if dialect == 'postgresql' else query


def insert(
    connection: Any,
    table: sa.Table,
    rows: Sequence[Row],
    transitions: Sequence[Row] = (),
    is_told: bool = False,
) -> None:
    """Store new whole rows, and queue the transitions.

    :param is_told: whether a single row gets its id, for which the statement
        cannot be deferred; it does anyway if that costs nothing
    """
    if len(rows) == 1:
        is_told = is_told or not deferred.is_possible(connection)
        done = queue.execute(
            connection,
            _insert_one(table, connection.dialect.name, is_told),
            _without_id(rows[0]),
            transitions,
        )
        if is_told:
            rows[0]['id'] = (
                done.scalar_one()
                if done.returns_rows
                else done.inserted_primary_key[0]
            )
        return
    if rows:
        connection.execute(
            _INSERTS[table], [_without_id(each) for each in rows]
        )
    queue.add(connection, transitions)


def _without_id(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != 'id'}
