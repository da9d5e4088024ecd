# SPDX-License-Identifier: Apache-2.0
"""What the ledger reads and writes: statements that are built once.

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

from nova_actions.db import rows as rows_module
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES

Row = dict[str, Any]
_LOCK = sa.select(ACTIONS).where(ACTIONS.c.id.in_(
    sa.bindparam('ids', expanding=True))).order_by(
        ACTIONS.c.id).with_for_update()


def lock(connection: Any, ids: Iterable[int]) -> list[Row]:
    """Lock actions, in the order of their ids, and return them oldest
    first."""
    return sorted(rows_module.found(connection, _LOCK, {
        'ids': sorted(ids)}), key=age)


def age(row: Row) -> tuple[Any, ...]:
    """Return what actions are sorted by, oldest first."""
    return row['created_at'], row['id']


_CHANGING = {
    ACTIONS: ('status', 'message', 'finish_time', 'evidence', 'updated_at'),
    EVENTS: ('finish_time', 'result', 'details', 'traceback', 'error_type',
             'reason', 'duration_us', 'redactions', 'rules', 'updated_at')}


def _new_values(table: sa.Table, prefix: str = 'new') -> Any:
    return {table.c[name]: sa.bindparam(f'{prefix}_{name}')
            for name in _CHANGING[table]}


_UPDATES = {table: sa.update(table).where(
    table.c.id == sa.bindparam('row_id')).values(_new_values(table))
    for table in _CHANGING}
_INSERTS = {table: sa.insert(table)
            for table in (INSTANCES, ACTIONS, EVENTS)}


@functools.cache
def _update_both(dialect: str) -> Any:
    """Return the statement that changes an event and its action, which are
    locked; None where nothing is gained by one."""
    action = sa.update(ACTIONS).where(
        ACTIONS.c.id == sa.bindparam('action_row_id'))
    is_event = EVENTS.c.id == sa.bindparam('event_row_id')
    if dialect in ('mysql', 'mariadb'):
        return action.where(is_event, EVENTS.c.action_id == ACTIONS.c.id,
                            ).values({
            **_new_values(ACTIONS, 'action'), **_new_values(EVENTS, 'event')})
    if dialect == 'postgresql':
        return action.values(_new_values(ACTIONS, 'action')).add_cte(
            sa.update(EVENTS).where(is_event).values(
                _new_values(EVENTS, 'event')).cte('event_changed'))
    return None


def update_steps(connection: Any, events: Sequence[Row],
                 actions: Sequence[Row]) -> None:
    """Store what may have changed of events and of actions: of one each, in
    one round trip where the database can."""
    both = _update_both(connection.dialect.name) if (
        len(events) == len(actions) == 1) else None
    if both is None:
        update(connection, EVENTS, events)
        update(connection, ACTIONS, actions)
        return
    connection.execute(both, {
        f'{prefix}_{name}': row.get(column)
        for prefix, table, row in (('event', EVENTS, events[0]),
                                   ('action', ACTIONS, actions[0]))
        for name, column in (('row_id', 'id'), *zip(
            _CHANGING[table], _CHANGING[table], strict=True))})


def update(connection: Any, table: sa.Table, rows: Sequence[Row]) -> None:
    """Store what may have changed of rows."""
    names = _CHANGING[table]
    if len(rows) == 1:
        connection.execute(_UPDATES[table], {
            'row_id': rows[0]['id'],
            **{f'new_{name}': rows[0].get(name) for name in names}})
    elif rows:
        # One statement: of several updates at once, drivers send one after
        # the other. Each row is there and locked, so none is inserted.
        connection.execute(
            _upsert(table, connection.dialect.name),
            [{column.name: row.get(column.name) for column in table.columns}
             for row in rows])


@functools.cache
def _upsert(table: sa.Table, dialect: str) -> Any:
    """Return the statement that stores what has changed of whole rows."""
    names = _CHANGING[table]
    if dialect in ('mysql', 'mariadb'):
        query = mysql.insert(table)
        return query.on_duplicate_key_update(
            {name: query.inserted[name] for name in names})
    insert = {'postgresql': postgresql, 'sqlite': sqlite}[dialect].insert
    query = insert(table)
    query = query.on_conflict_do_update(
        index_elements=[table.c.id],
        set_={name: query.excluded[name] for name in names})
    # SQLAlchemy makes one statement of many only where it returns something;
    # SQLite is asked without a round trip anyway.
    return (query.returning(table.c.id) if dialect == 'postgresql'
            else query)


def insert(connection: Any, table: sa.Table, rows: Sequence[Row]) -> None:
    """Store new whole rows; where there is one, it gets its id."""
    if len(rows) == 1:
        values = {name: value for name, value in rows[0].items()
                  if name != 'id' or value is not None}
        done = connection.execute(_INSERTS[table], values)
        rows[0]['id'] = done.inserted_primary_key[0]
    elif rows:
        connection.execute(_INSERTS[table], [
            {name: value for name, value in row.items() if name != 'id'}
            for row in rows])
