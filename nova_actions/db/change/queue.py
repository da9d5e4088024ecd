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
_COLUMNS = tuple(column for column in CHANGE_QUEUE.columns
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
        return connection.execute(with_queued(query, len(transitions)), {
            **values, **{_parameter(place, column): row[column.name]
                         for place, row in enumerate(transitions)
                         for column in _COLUMNS}})
    result = connection.execute(query, values)
    add(connection, transitions)
    return result


@functools.cache
def with_queued(query: Any, count: int) -> Any:
    """Return a statement that also queues so many transitions."""
    # An INSERT of several VALUES would be compiled again at each call.
    rows = sa.union_all(*(
        sa.select(*(sa.cast(sa.bindparam(_parameter(place, column)),
                            column.type) for column in _COLUMNS))
        for place in range(count)))
    return query.add_cte(_INSERT.from_select(
        [column.name for column in _COLUMNS], rows).cte('queued'))


def _parameter(place: int, column: sa.Column[Any]) -> str:
    return f'queued_{place}_{column.name}'
