# SPDX-License-Identifier: Apache-2.0
"""What happened and has no number yet.

It is queued in the transaction that made it happen, without a lock: so it
is there exactly when that is, and no writer waits for another. Of one action
the ids are in the order of what happened, since its writers hold its lock.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions.db.models import CHANGE_QUEUE

Row = dict[str, Any]

_INSERT = sa.insert(CHANGE_QUEUE)
_NAMES = tuple(column.name for column in CHANGE_QUEUE.columns
               if not column.primary_key)


def add(connection: Any, transitions: Sequence[Row]) -> None:
    """Queue transitions, in their order, in one statement."""
    if transitions:
        connection.execute(_INSERT, list(transitions))


def execute(connection: Any, query: Any, values: Mapping[str, Any],
            transitions: Sequence[Row]) -> Any:
    """Execute a statement that changes something, queue what happens by it,
    and return the statement's result: in one round trip where the database
    can."""
    if transitions and connection.dialect.name == 'postgresql':
        return connection.execute(_with(query, len(transitions)), {
            **values, **{_parameter(place, name): row[name]
                         for place, row in enumerate(transitions)
                         for name in _NAMES}})
    result = connection.execute(query, values)
    add(connection, transitions)
    return result


@functools.cache
def _with(query: Any, count: int) -> Any:
    """Return a statement that also queues so many transitions."""
    return query.add_cte(_INSERT.values([
        {name: sa.bindparam(_parameter(place, name)) for name in _NAMES}
        for place in range(count)]).cte('queued'))


def _parameter(place: int, name: str) -> str:
    return f'queued_{place}_{name}'
