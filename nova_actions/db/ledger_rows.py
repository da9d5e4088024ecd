# SPDX-License-Identifier: Apache-2.0
"""What the ledger reads and writes: statements that are built once.

Locks are taken in one order, everywhere: the reporter, the actions by id,
then their events.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions import vocabulary
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES

Row = dict[str, Any]
Of = Callable[[sa.ColumnElement[int]], sa.ColumnElement[bool]]

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
    found = connection.execute(_LOCK, {'ids': sorted(ids)}).mappings()
    return sorted((dict(row) for row in found),
                  key=lambda row: (row['created_at'], row['id']))


def events_that_count(of: Of, *more: Any) -> Any:
    """Return the query for those events of actions that their status hangs
    on: the last one of each name, what is open, and what went wrong.

    Their column ``latest`` is the end of the last of that name that went
    well.

    :param of: makes the condition on a column with an action's id
    :param more: makes conditions for further events, from the table
    """
    each = EVENTS.alias('each_event')
    names = sa.select(
        each.c.action_id, each.c.event, sa.func.max(each.c.id).label('last'),
        sa.func.max(sa.case((each.c.result.in_(_BAD), None),
                            else_=each.c.finish_time)).label('latest'),
    ).where(of(each.c.action_id)).group_by(
        each.c.action_id, each.c.event).subquery('names')
    return sa.select(*EVENT_COLUMNS, names.c.latest).join(names, sa.and_(
        names.c.action_id == EVENTS.c.action_id,
        names.c.event == EVENTS.c.event)).where(
            of(EVENTS.c.action_id), sa.or_(
                EVENTS.c.id == names.c.last, EVENTS.c.finish_time.is_(None),
                EVENTS.c.result.in_(_BAD),
                *(condition(EVENTS) for condition in more)))


_EVENTS = events_that_count(
    lambda column: column.in_(sa.bindparam('ids', expanding=True)),
    lambda table: table.c.uuid.in_(sa.bindparam('uuids', expanding=True)),
).order_by(EVENTS.c.id)


def events(connection: Any, ids: Iterable[int],
           uuids: Iterable[str] = ()) -> list[Row]:
    """Return the events of locked actions that count, oldest first, and
    those of these uuids."""
    found = connection.execute(_EVENTS, {
        'ids': sorted(ids), 'uuids': sorted(uuids)}).mappings()
    return [dict(row) for row in found]


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


def _open_first(event: Any) -> Any:
    return sa.case((event.c.finish_time.is_(None), 0), else_=1)


def _holder(of_request: bool, has_host: bool) -> Any:
    """Return the id of the newest action that has a step as is meant, an
    open one first, as a subquery: one of that request, or any."""
    action, event = ACTIONS.alias('holder'), EVENTS.alias('held')
    query = sa.select(event.c.action_id).join(
        action, action.c.id == event.c.action_id).where(
            action.c.instance_uuid == sa.bindparam('instance_uuid'),
            event.c.event == sa.bindparam('event'))
    if of_request:
        query = query.where(
            action.c.request_id == sa.bindparam('request_id'))
    if has_host:
        query = query.where(event.c.host == sa.bindparam('host'))
    return query.order_by(
        _open_first(event), action.c.created_at.desc(), action.c.id.desc(),
        event.c.id.desc()).limit(1).scalar_subquery()


@functools.cache
def by_name(is_system: bool, has_host: bool) -> Any:
    """Return the query for a finish that tells the name of the step, and
    maybe the host."""
    # One request may have several actions of a server. Where none has the
    # step, the newest tells which one lacks it.
    found = [_holder(True, has_host), by_request()]
    if is_system:
        found.append(_holder(False, has_host))
    action_id = sa.func.coalesce(*found)
    meant = EVENTS.alias('meant')
    query = sa.select(meant.c.id).where(
        meant.c.action_id == action_id,
        meant.c.event == sa.bindparam('event'))
    if has_host:
        query = query.where(meant.c.host == sa.bindparam('host'))
    newest = query.order_by(_open_first(meant), meant.c.id.desc()).limit(
        1).scalar_subquery()
    return _locked_with_events(action_id, lambda table: table.c.id == newest)


def _locked_with_events(action_id: Any, *more: Any) -> Any:
    """Return the query that locks an action and reads its events that count.

    The events are read as of before a wait for the lock; ``seen`` tells
    whether there was one: it is ``updated_at`` as of then.
    """
    found = events_that_count(lambda column: column == action_id,
                              *more).subquery('found')
    before = ACTIONS.alias('before')
    seen = sa.select(before.c.updated_at).where(
        before.c.id == ACTIONS.c.id).scalar_subquery()
    return sa.select(
        ACTIONS, seen.label('seen'),
        *(column.label(f'event_{column.name}') for column in found.columns),
    ).select_from(ACTIONS.outerjoin(
        found, found.c.action_id == ACTIONS.c.id)).where(
            ACTIONS.c.id == action_id).order_by(
                found.c.id).with_for_update(of=ACTIONS)


_handle = EVENTS.alias('handle')
BY_HANDLE = _locked_with_events(
    sa.select(_handle.c.action_id).where(
        _handle.c.uuid == sa.bindparam('uuid')).scalar_subquery(),
    lambda table: table.c.uuid == sa.bindparam('uuid'))
BY_ID = _locked_with_events(
    sa.bindparam('action_id', type_=ACTIONS.c.id.type),
    lambda table: table.c.id == sa.bindparam('id'))
BY_REQUEST = _locked_with_events(by_request())
BY_ACTION = _locked_with_events(
    sa.bindparam('action_id', type_=ACTIONS.c.id.type))


def locked_with_events(connection: Any, query: Any,
                       values: Row) -> tuple[Row, list[Row]] | None:
    """Lock an action and return it with its events that count, oldest first;
    None when there is none."""
    while True:
        found = connection.execute(query, values).mappings().all()
        if not found:
            return None
        action = {column.name: found[0][column.name]
                  for column in ACTIONS.columns}
        if found[0]['seen'] == action['updated_at']:
            break
    names = [*(column.name for column in EVENT_COLUMNS), 'latest']
    return action, [{name: row[f'event_{name}'] for name in names}
                    for row in found if row['event_id'] is not None]


# -- changes -----------------------------------------------------------------

_CHANGING = {
    ACTIONS: ('status', 'message', 'finish_time', 'evidence', 'updated_at'),
    EVENTS: ('finish_time', 'result', 'details', 'traceback', 'error_type',
             'reason', 'duration_us', 'redactions', 'rules', 'updated_at')}

_UPDATES = {table: sa.update(table).where(
    table.c.id == sa.bindparam('row_id')).values(
        {name: sa.bindparam(f'new_{name}') for name in names})
    for table, names in _CHANGING.items()}
_INSERTS = {table: sa.insert(table)
            for table in (INSTANCES, ACTIONS, EVENTS)}


def update(connection: Any, table: sa.Table, rows: Sequence[Row]) -> None:
    """Store what may have changed of rows."""
    names = _CHANGING[table]
    if len(rows) == 1:
        connection.execute(_UPDATES[table], {
            'row_id': rows[0]['id'],
            **{f'new_{name}': rows[0].get(name) for name in names}})
    elif rows:
        # One statement: of several at once, drivers send one after the
        # other.
        connection.execute(sa.update(table).where(
            table.c.id.in_(sorted(row['id'] for row in rows))).values(
                {name: _by_id(table, name, rows) for name in names}))


def _by_id(table: sa.Table, name: str,
           rows: Iterable[Row]) -> sa.ColumnElement[Any]:
    """Return what each of the rows has in a column, as an expression."""
    ids: dict[Any, list[int]] = {}
    for row in rows:
        if row.get(name) is not None:
            ids.setdefault(row[name], []).append(row['id'])
    kind = table.c[name].type
    if not ids:
        return sa.null()
    return sa.case(*(
        (table.c.id.in_(found), sa.literal(value, kind))
        for value, found in ids.items()))


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
