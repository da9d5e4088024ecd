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
from nova_actions.db import table
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS

Row = dict[str, Any]
#: Makes a condition on a table of actions.
Of = Callable[[Any], sa.ColumnElement[bool]]

#: What of an event the rules look at. Tracebacks are long, and an open event
#: has none.
EVENT_COLUMNS = [
    column for column in EVENTS.columns if column.name != 'traceback'
]
READ_NAMES = tuple(column.name for column in EVENT_COLUMNS)

_IDS: sa.BindParameter[int] = sa.bindparam('ids', expanding=True)

#: What tells an event that is open or went wrong.
UNSETTLED: tuple[Row, ...] = (
    {'result': None},
    {'result': vocabulary.RESULT_ERROR},
    {'result': vocabulary.RESULT_INTERRUPTED},
    {'result': vocabulary.RESULT_SUCCESS, 'finish_time': None},
)


def has(alias: Any, values: Row) -> list[sa.ColumnElement[bool]]:
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


def latest_success(action: Any, column: str) -> Any:
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


def last_of_name(event: Any) -> Any:
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
    aliases = [EVENTS.alias() for _each in UNSETTLED]
    unsettled = sa.union_all(
        *(
            sa.select(alias.c.id, alias.c.action_id, alias.c.event).where(
                alias.c.action_id.in_(_IDS), *has(alias, values)
            )
            for alias, values in zip(aliases, UNSETTLED, strict=True)
        )
    ).cte('unsettled')
    action, known = ACTIONS.alias('of_action'), EVENTS.alias('known')
    ids = sa.union(
        sa.select(unsettled.c.id),
        sa.select(last_of_name(unsettled)).select_from(unsettled),
        sa.select(latest_success(action, 'id')).where(action.c.id.in_(_IDS)),
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
