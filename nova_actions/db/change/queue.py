# SPDX-License-Identifier: Apache-2.0
"""The queue of changes that are not numbered yet.

A change is queued in the transaction that makes it, without a lock of its
own: so it exists exactly if that transaction is committed, and writers do not
wait for each other. The changes of one action are queued in their order,
since its writers hold its lock.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions.db import deferred
from nova_actions.db import table
from nova_actions.db.models import CHANGE_QUEUE

Row = dict[str, Any]

_INSERT = deferred.deferred(sa.insert(CHANGE_QUEUE))
#: The most that a statement queues which can be deferred.
FEW = 4
_NAMES = tuple(
    column.name for column in CHANGE_QUEUE.columns if not column.primary_key
)


def add(connection: Any, transitions: Sequence[Row]) -> None:
    """Queue transitions, in their order, in one statement."""
    if 0 < len(transitions) <= FEW and connection.dialect in deferred.engines:
        deferred.run(connection, _rows(len(transitions)), _values(transitions))
    elif transitions:
        connection.execute(_INSERT, list(transitions))


def of_actions(connection: Any, uuids: Iterable[str]) -> list[Row]:
    """Return what is queued of actions and their steps, oldest first."""
    return table.found(
        connection,
        sa.select(CHANGE_QUEUE)
        .where(CHANGE_QUEUE.c.action_uuid.in_(sorted(uuids)))
        .order_by(CHANGE_QUEUE.c.id),
    )


def drop(connection: Any, ids: Iterable[int]) -> None:
    """Have queued changes never be told."""
    connection.execute(
        sa.delete(CHANGE_QUEUE).where(CHANGE_QUEUE.c.id.in_(sorted(ids)))
    )


def move(connection: Any, ids: Iterable[int], action_uuid: str) -> None:
    """Have queued changes told of another action."""
    connection.execute(
        sa.update(CHANGE_QUEUE)
        .where(CHANGE_QUEUE.c.id.in_(sorted(ids)))
        .values(action_uuid=action_uuid)
    )


def execute(
    connection: Any,
    query: Any,
    values: Mapping[str, Any],
    transitions: Sequence[Row],
) -> Any:
    """Execute a statement, queue its transitions, and return its result, None
    of one that is deferred: in one statement if the database can do that."""
    if transitions and connection.dialect.name == 'postgresql':
        return deferred.run(
            connection,
            with_queued(query, len(transitions)),
            {**values, **_values(transitions)},
        )
    result = (
        deferred.run(connection, query, values)
        if connection.dialect in deferred.engines
        else connection.execute(query, values)
    )
    add(connection, transitions)
    return result


@functools.cache
def with_queued(query: Any, count: int) -> Any:
    """Return a statement that also queues so many transitions."""
    return query.add_cte(_queued(count).cte('queued'))


@functools.cache
def _rows(count: int) -> Any:
    """Return the statement that queues so many transitions."""
    # SQLAlchemy's INSERT of several VALUES is compiled at each call.
    rows = ', '.join(
        f'({", ".join(f":{parameter}" for parameter, _name in row)})'
        for row in map(_parameters, range(count))
    )
    names = ', '.join(_NAMES)
    query = sa.text(
        f'INSERT INTO {CHANGE_QUEUE.name} ({names}) VALUES {rows}'  # noqa: S608
    ).bindparams(
        *(
            sa.bindparam(parameter, type_=CHANGE_QUEUE.c[name].type)
            for place in range(count)
            for parameter, name in _parameters(place)
        )
    )
    return deferred.deferred(query)


@functools.cache
def _queued(count: int) -> Any:
    """Return the same as a part of another statement."""
    rows = sa.union_all(
        *(
            sa.select(
                *(
                    sa.cast(sa.bindparam(parameter), CHANGE_QUEUE.c[name].type)
                    for parameter, name in _parameters(place)
                )
            )
            for place in range(count)
        )
    )
    return sa.insert(CHANGE_QUEUE).from_select(_NAMES, rows)


@functools.cache
def _parameters(place: int) -> list[tuple[str, str]]:
    """Return the parameters of a transition, each with its column's name."""
    return [(f'queued_{place}_{name}', name) for name in _NAMES]


def _values(transitions: Sequence[Row]) -> Row:
    return {
        parameter: row[name]
        for place, row in enumerate(transitions)
        for parameter, name in _parameters(place)
    }
