# SPDX-License-Identifier: Apache-2.0
"""What the ledger reads and writes: statements that are built once.

Locks are taken in one order, everywhere: the reporter, the actions by id,
then their events.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite

from nova_actions import vocabulary
from nova_actions.db import rows as rows_module
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES

Row = dict[str, Any]
#: Makes a condition on a table of actions; on a column of their ids.
Of = Callable[[Any], sa.ColumnElement[bool]]
OfId = Callable[[Any], sa.ColumnElement[bool]]

_BAD = (vocabulary.RESULT_ERROR, vocabulary.RESULT_INTERRUPTED)

#: What of an event the rules look at. Tracebacks are long, and an open event
#: has none.
EVENT_COLUMNS = [column for column in EVENTS.columns
                 if column.name != 'traceback']


_LOCK = sa.select(ACTIONS).where(ACTIONS.c.id.in_(
    sa.bindparam('ids', expanding=True))).order_by(
        ACTIONS.c.id).with_for_update()


def lock(connection: Any, ids: Iterable[int]) -> list[Row]:
    """Lock actions, in the order of their ids, and return them oldest
    first."""
    return sorted(rows_module.found(connection, _LOCK, {
        'ids': sorted(ids)}), key=_age)


def _age(row: Row) -> tuple[Any, ...]:
    return row['created_at'], row['id']


def _last_of_each(of: OfId, *by: str) -> Any:
    """Return the last event of each name in each action, as a table:
    ``last`` is its id, and ``latest`` the last end among those of that name
    that went well.

    Of an action with many new events PostgreSQL knows nothing yet, and would
    make this table again for each of them.

    :param of: makes the condition on the ids of actions
    :param by: columns that tell events apart besides their name
    """
    each = EVENTS.alias('each_event')
    return sa.select(
        sa.func.max(each.c.id).label('last'),
        sa.func.max(sa.case((each.c.result.in_(_BAD), None),
                            else_=each.c.finish_time)).label('latest'),
    ).where(of(each.c.action_id)).group_by(
        each.c.action_id, each.c.event,
        *(each.c[name] for name in by)).cte('names').prefix_with(
            'MATERIALIZED', dialect='postgresql')


def _counts(names: Any, *more: Any) -> sa.ColumnElement[bool]:
    """Whether the status of its action hangs on an event: it is the last one
    of its name, or open, or went wrong."""
    return sa.or_(names.c.last.is_not(None), EVENTS.c.finish_time.is_(None),
                  EVENTS.c.result.in_(_BAD), *more)


_IDS: sa.BindParameter[int] = sa.bindparam('ids', expanding=True)
_names = _last_of_each(lambda action_id: action_id.in_(_IDS))
_EVENTS = sa.select(*EVENT_COLUMNS, _names.c.latest).join(
    _names, _names.c.last == EVENTS.c.id, isouter=True).where(
        EVENTS.c.action_id.in_(_IDS), _counts(_names, EVENTS.c.uuid.in_(
            sa.bindparam('uuids', expanding=True)))).order_by(EVENTS.c.id)


def events(connection: Any, ids: Iterable[int],
           uuids: Iterable[str] = ()) -> list[Row]:
    """Return the events of locked actions that count, oldest first, and
    those of these uuids."""
    return rows_module.found(connection, _EVENTS, {
        'ids': sorted(ids), 'uuids': sorted(uuids)})


# -- where a single call belongs ---------------------------------------------

def by_request() -> Any:
    """Return the id of the newest action of a request, as a subquery."""
    newest = ACTIONS.alias('newest')
    return sa.select(newest.c.id).where(
        newest.c.instance_uuid == sa.bindparam('instance_uuid'),
        newest.c.request_id == sa.bindparam('request_id'),
    ).order_by(newest.c.created_at.desc(), newest.c.id.desc()).limit(
        1).scalar_subquery()


def begun_before() -> Any:
    """Return the id of the action that was the instance's newest at a time,
    as a subquery."""
    newest = ACTIONS.alias('newest')
    return sa.select(newest.c.id).where(
        newest.c.instance_uuid == sa.bindparam('instance_uuid'),
        sa.or_(newest.c.start_time.is_(None),
               newest.c.start_time <= sa.bindparam('start_time')),
    ).order_by(newest.c.created_at.desc(), newest.c.id.desc()).limit(
        1).scalar_subquery()


def _of_request(actions: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        actions.c.instance_uuid == sa.bindparam('instance_uuid'),
        actions.c.request_id == sa.bindparam('request_id'))


def _holder(of: Of) -> Any:
    """Return the id of the newest action that has a step of that name, on
    that host if one is given, an open step first, as a subquery."""
    action, event = ACTIONS.alias('holder'), EVENTS.alias('held')
    host = sa.bindparam('host', type_=EVENTS.c.host.type)
    return sa.select(event.c.action_id).join(
        action, action.c.id == event.c.action_id).where(
            of(action), event.c.event == sa.bindparam('event'),
            sa.or_(host.is_(None), event.c.host == host)).order_by(
        sa.case((event.c.finish_time.is_(None), 0), else_=1),
        action.c.created_at.desc(), action.c.id.desc(),
        event.c.id.desc()).limit(1).scalar_subquery()


def _locked_with_events(of: OfId, *more: Any,
                        where: sa.ColumnElement[bool] | None = None) -> Any:
    """Return the query that locks actions, in the order of their ids, and
    reads their events that count.

    The events are read as of before a wait for the lock; ``seen`` tells
    whether there was one: it is ``updated_at`` as of then.

    :param of: makes the condition on the ids of actions
    :param more: conditions for further events
    :param where: what finds the actions instead
    """
    # A finish may mean the last one on a host.
    names = _last_of_each(of, 'host')
    before = ACTIONS.alias('before')
    seen = sa.select(before.c.updated_at).where(
        before.c.id == ACTIONS.c.id).scalar_subquery()
    return sa.select(
        ACTIONS, seen.label('seen'), names.c.latest.label('event_latest'),
        *(column.label(f'event_{column.name}') for column in EVENT_COLUMNS),
    ).select_from(ACTIONS.outerjoin(
        EVENTS, EVENTS.c.action_id == ACTIONS.c.id).outerjoin(
            names, names.c.last == EVENTS.c.id)).where(
        of(ACTIONS.c.id) if where is None else where,
        sa.or_(EVENTS.c.id.is_(None), _counts(names, *more)),
    ).order_by(ACTIONS.c.id, EVENTS.c.id).with_for_update(of=ACTIONS)


_handle = EVENTS.alias('handle')
_handle_action = sa.select(_handle.c.action_id).where(
    _handle.c.uuid == sa.bindparam('uuid')).scalar_subquery()
_action_id = sa.bindparam('action_id', type_=ACTIONS.c.id.type)
_HANDLES: sa.BindParameter[str] = sa.bindparam('uuids', expanding=True)

BY_HANDLE = _locked_with_events(
    lambda action_id: action_id == _handle_action,
    EVENTS.c.uuid == sa.bindparam('uuid'))
BY_ID = _locked_with_events(
    lambda action_id: action_id == _action_id,
    EVENTS.c.id == sa.bindparam('id'))
_own = ACTIONS.alias('of_request')
_by_request = functools.partial(
    _locked_with_events,
    lambda action_id: action_id.in_(sa.select(_own.c.id).where(
        _of_request(_own))), where=_of_request(ACTIONS))
BY_REQUEST = _by_request()
#: The same for several calls, with the events that they have handles of.
BY_REQUEST_AND_HANDLES = _by_request(EVENTS.c.uuid.in_(_HANDLES))
#: The same for who has no project: where the request has no action, any that
#: has such a step.
BY_REQUEST_OR_STEP = _locked_with_events(
    lambda action_id: action_id == sa.func.coalesce(
        _holder(_of_request), by_request(), _holder(
            lambda held: held.c.instance_uuid == sa.bindparam(
                'instance_uuid'))))
BY_ACTION = _locked_with_events(
    lambda action_id: action_id == _action_id)


_host_names = _last_of_each(lambda action_id: action_id.in_(_IDS), 'host')
_AGAIN = sa.select(*EVENT_COLUMNS, _host_names.c.latest).join(
    _host_names, _host_names.c.last == EVENTS.c.id, isouter=True).where(
        EVENTS.c.action_id.in_(_IDS), _counts(
            _host_names, EVENTS.c.uuid.in_(_HANDLES),
            EVENTS.c.id == sa.bindparam('id'))).order_by(EVENTS.c.id)


def locked_with_events(connection: Any, query: Any, values: Row,
                       ) -> tuple[list[Row], list[Row]]:
    """Lock actions and return them, oldest first, with their events that
    count, oldest first."""
    while True:
        found = rows_module.found(connection, query, values)
        actions = {row['id']: row for row in found}
        is_current = all(row['seen'] == row['updated_at']
                         for row in actions.values())
        # What holds a step may be another action after a wait.
        if is_current or query is not BY_REQUEST_OR_STEP:
            break
    names = [*(column.name for column in EVENT_COLUMNS), 'latest']
    return sorted(({column.name: row[column.name]
                    for column in ACTIONS.columns}
                   for row in actions.values()), key=_age), [
        {name: row[f'event_{name}'] for name in names}
        for row in found if row['event_id'] is not None
    ] if is_current else rows_module.found(connection, _AGAIN, {
        'ids': sorted(actions), 'id': values.get('id'),
        'uuids': values.get('uuids') or [values.get('uuid')]})


# -- changes -----------------------------------------------------------------

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
