# SPDX-License-Identifier: Apache-2.0
"""Which events the status of an action hangs on: statements that are built
once.

It hangs on those that are open or went wrong, on the last one of each name
that has such a one, and on when the last of all others ended. Each of these
is found in an index, so that what a long action costs does not grow with its
events.
"""

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from nova_actions import vocabulary
from nova_actions.db import ledger_store
from nova_actions.db import table
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import RESULT_INDEX

Row = dict[str, Any]
#: Makes a condition on a table of actions.
Of = Callable[[Any], sa.ColumnElement[bool]]

#: What of an event the rules look at. Tracebacks are long, and an open event
#: has none.
EVENT_COLUMNS = [
    column for column in EVENTS.columns if column.name != 'traceback'
]
_READ_NAMES = tuple(column.name for column in EVENT_COLUMNS)
_ACTION_NAMES = tuple(column.name for column in ACTIONS.columns)

_IDS: sa.BindParameter[int] = sa.bindparam('ids', expanding=True)

#: What tells an event that is open or went wrong.
_UNSETTLED: tuple[Row, ...] = (
    {'result': None},
    {'result': vocabulary.RESULT_ERROR},
    {'result': vocabulary.RESULT_INTERRUPTED},
    {'result': vocabulary.RESULT_SUCCESS, 'finish_time': None},
)


def _has(alias: Any, values: Row) -> list[sa.ColumnElement[bool]]:
    return [
        alias.c[name].is_(None) if value is None else alias.c[name] == value
        for name, value in values.items()
    ]


def _newest(column: str, order: str, event: Any, *conditions: Any) -> Any:
    """Return a column of the event that is the last by an order."""
    return (
        sa.select(event.c[column])
        .where(*conditions)
        .order_by(event.c[order].desc())
        .limit(1)
    )


def _latest(action: Any, column: str) -> Any:
    """Return a column of the event that ended last of those of an action
    that succeeded, as a subquery."""
    good = EVENTS.alias('good')
    return (
        _newest(
            column,
            'finish_time',
            good,
            good.c.action_id == action.c.id,
            good.c.result == vocabulary.RESULT_SUCCESS,
        )
        .correlate(action)
        .scalar_subquery()
    )


def _last(event: Any) -> Any:
    """Return the id of the last event of the same name in the action of an
    event, as a subquery."""
    other = EVENTS.alias('other')
    return (
        _newest(
            'id',
            'id',
            other,
            other.c.action_id == event.c.action_id,
            other.c.event == event.c.event,
        )
        .correlate(event)
        .scalar_subquery()
    )


def _counting(*more: Any) -> Any:
    """Return the query of the events that count, and of those of some
    handles.

    :param more: queries of further ids
    """
    aliases = [EVENTS.alias() for _each in _UNSETTLED]
    unsettled = sa.union_all(
        *(
            sa.select(alias.c.id, alias.c.action_id, alias.c.event).where(
                alias.c.action_id.in_(_IDS), *_has(alias, values)
            )
            for alias, values in zip(aliases, _UNSETTLED, strict=True)
        )
    ).cte('unsettled')
    action, known = ACTIONS.alias('of_action'), EVENTS.alias('known')
    ids = sa.union(
        sa.select(unsettled.c.id),
        sa.select(_last(unsettled)).select_from(unsettled),
        sa.select(_latest(action, 'id')).where(action.c.id.in_(_IDS)),
        sa.select(known.c.id).where(
            known.c.uuid.in_(sa.bindparam('uuids', expanding=True)),
            known.c.action_id.in_(_IDS),
        ),
        *more,
    ).subquery('counting')
    return (
        sa.select(*EVENT_COLUMNS)
        .join(ids, ids.c.id == EVENTS.c.id)
        .order_by(EVENTS.c.id)
    )


_EVENTS = _counting()


def events(
    connection: Any, ids: Iterable[int], uuids: Iterable[str] = ()
) -> list[Row]:
    """Return the events of locked actions that count, oldest first, and
    those of these uuids."""
    return table.found(
        connection, _EVENTS, {'ids': sorted(ids), 'uuids': sorted(uuids)}
    )


# -- where a single call belongs ---------------------------------------------


def by_request() -> Any:
    """Return the id of the newest action of a request, as a subquery."""
    newest = ACTIONS.alias('newest')
    return (
        sa.select(newest.c.id)
        .where(
            newest.c.instance_uuid == sa.bindparam('instance_uuid'),
            newest.c.request_id == sa.bindparam('request_id'),
        )
        .order_by(newest.c.created_at.desc(), newest.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def begun_before() -> Any:
    """Return the id of the action that was the instance's newest at a time,
    as a subquery."""
    newest = ACTIONS.alias('newest')
    return (
        sa.select(newest.c.id)
        .where(
            newest.c.instance_uuid == sa.bindparam('instance_uuid'),
            sa.or_(
                newest.c.start_time.is_(None),
                newest.c.start_time <= sa.bindparam('start_time'),
            ),
        )
        .order_by(newest.c.created_at.desc(), newest.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _of_request(actions: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        actions.c.instance_uuid == sa.bindparam('instance_uuid'),
        actions.c.request_id == sa.bindparam('request_id'),
    )


def _holder(of: Of) -> Any:
    """Return the id of the newest action that has a step of that name, on
    that host if one is given, an open step first, as a subquery."""
    action, event = ACTIONS.alias('holder'), EVENTS.alias('held')
    host = sa.bindparam('host', type_=EVENTS.c.host.type)
    return (
        sa.select(event.c.action_id)
        .join(action, action.c.id == event.c.action_id)
        .where(
            of(action),
            event.c.event == sa.bindparam('event'),
            sa.or_(host.is_(None), event.c.host == host),
        )
        .order_by(
            sa.case((event.c.finish_time.is_(None), 0), else_=1),
            action.c.created_at.desc(),
            action.c.id.desc(),
            event.c.id.desc(),
        )
        .limit(1)
        .scalar_subquery()
    )


def _locked_with_open(where: Of) -> Any:
    """Return the query that locks actions, in the order of their ids, and
    reads their open events.

    These are read as of before a wait for the lock; ``seen`` tells whether
    there was one: it is ``updated_at`` as of then. ``is_more`` tells whether
    other events count too, but for when the last one ended, which is
    ``latest``.
    """
    before = ACTIONS.alias('before')
    seen = (
        sa.select(before.c.updated_at)
        .where(before.c.id == ACTIONS.c.id)
        .scalar_subquery()
    )
    aliases = [EVENTS.alias() for _each in _UNSETTLED]
    is_more = sa.or_(
        *(
            sa.exists().where(
                alias.c.action_id == ACTIONS.c.id, *_has(alias, values)
            )
            for alias, values in zip(aliases[1:], _UNSETTLED[1:], strict=True)
        )
    )
    query = (
        sa.select(
            ACTIONS,
            seen.label('seen'),
            is_more.label('is_more'),
            _latest(ACTIONS, 'finish_time').label('latest'),
            _last(EVENTS).label('event_last'),
            *(
                column.label(f'event_{column.name}')
                for column in EVENT_COLUMNS
            ),
        )
        .select_from(
            ACTIONS.outerjoin(
                EVENTS,
                sa.and_(
                    EVENTS.c.action_id == ACTIONS.c.id,
                    *_has(EVENTS, _UNSETTLED[0]),
                ),
            )
        )
        .where(where(ACTIONS))
        .order_by(ACTIONS.c.id, EVENTS.c.id)
        .with_for_update(of=ACTIONS)
    )
    # It takes the first index that fits.
    for dialect in ('mysql', 'mariadb'):
        query = query.with_hint(
            EVENTS, f'FORCE INDEX ({RESULT_INDEX})', dialect
        )
    return query


_handle = EVENTS.alias('handle')
_handle_action = (
    sa.select(_handle.c.action_id)
    .where(_handle.c.uuid == sa.bindparam('uuid'))
    .scalar_subquery()
)

BY_HANDLE = _locked_with_open(lambda action: action.c.id == _handle_action)
BY_ID = _locked_with_open(
    lambda action: (
        action.c.id == sa.bindparam('action_id', type_=ACTIONS.c.id.type)
    )
)
BY_REQUEST = _locked_with_open(_of_request)
#: The same for who has no project: where the request has no action, any that
#: has such a step.
BY_REQUEST_OR_STEP = _locked_with_open(
    lambda action: (
        action.c.id
        == sa.func.coalesce(
            _holder(_of_request),
            by_request(),
            _holder(
                lambda held: (
                    held.c.instance_uuid == sa.bindparam('instance_uuid')
                )
            ),
        )
    )
)


def locked_with_open(
    connection: Any,
    query: Any,
    values: Row,
) -> tuple[list[Row], list[Row], bool]:
    """Lock actions and return them, oldest first, with their open events,
    oldest first, and whether that is all that counts.

    A last row without a name stands for the events that succeeded.
    """
    while True:
        found = table.found(connection, query, values)
        is_current = all(row['seen'] == row['updated_at'] for row in found)
        # What holds a step may be another action after a wait.
        if is_current or query is not BY_REQUEST_OR_STEP:
            break
    open_events = [
        {name: row[f'event_{name}'] for name in _READ_NAMES}
        for row in found
        if row['event_id'] is not None
    ]
    ids = {None, *(row['id'] for row in open_events)}
    is_all = is_current and all(
        not row['is_more'] and row['event_last'] in ids for row in found
    )
    actions = sorted(
        {row['id']: row for row in found}.values(), key=ledger_store.age
    )
    return (
        [{name: row[name] for name in _ACTION_NAMES} for row in actions],
        [*open_events, *_last_successes(actions)],
        is_all,
    )


def _last_successes(actions: Iterable[Row]) -> list[Row]:
    """Return for each action a row without a name that stands for its events
    that succeeded."""
    return [
        {
            **dict.fromkeys(_READ_NAMES),
            'action_id': row['id'],
            'result': vocabulary.RESULT_SUCCESS,
            'finish_time': row['latest'],
        }
        for row in actions
        if row['latest'] is not None
    ]


def _newest_meant() -> Any:
    """Return the ids of each action's newest event of a name, on a host if
    one is given."""
    event, action = EVENTS.alias('meant'), ACTIONS.alias('meant_action')
    host = sa.bindparam('host', type_=EVENTS.c.host.type)
    return sa.select(
        _newest(
            'id',
            'id',
            event,
            event.c.action_id == action.c.id,
            event.c.event == sa.bindparam('event'),
            sa.or_(host.is_(None), event.c.host == host),
        )
        .correlate(action)
        .scalar_subquery()
    ).where(action.c.id.in_(_IDS))


_by_id = EVENTS.alias('by_id')
_EVENTS_MEANT = _counting(
    _newest_meant(),
    sa.select(_by_id.c.id).where(
        _by_id.c.id == sa.bindparam('id'), _by_id.c.action_id.in_(_IDS)
    ),
)


def events_meant(
    connection: Any, ids: Iterable[int], values: Row
) -> list[Row]:
    """Return the events of locked actions that count, oldest first, and
    those that a finish may mean.

    :param values: its ``uuid``, ``id``, ``event`` and ``host``
    """
    return table.found(
        connection,
        _EVENTS_MEANT,
        {**values, 'ids': sorted(ids), 'uuids': [values['uuid']]},
    )
