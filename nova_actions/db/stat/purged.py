# SPDX-License-Identifier: Apache-2.0
"""What is counted for good, since its rows are purged."""

import collections
import datetime
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions.db import page
from nova_actions.db import table
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import ROLLUPS
from nova_actions.db.stat import fact
from nova_actions.db.stat import mark

Row = dict[str, Any]
Time = datetime.datetime

#: Rows that agree on these are of the same.
_KEYS = ('hour', *fact.DIMENSIONS, 'outcome', 'bucket')


def keep(connection: Any, ids: Sequence[int], now: Time) -> None:
    """Count actions for good that the same transaction purges.

    :param ids: of actions that are locked
    :param now: naive UTC
    """
    found = _counted(connection, ids)
    # Until their hours are counted again, what goes is taken off there.
    _add(
        connection,
        [
            *({**row, 'is_purged': 1} for row in found),
            *(
                {**row, 'is_purged': 0, **_negative(row, row['count'])}
                for row in found
            ),
        ],
    )
    mark.add(connection, [row['hour'] for row in found], now)


def give_back(connection: Any, ids: Sequence[int], now: Time) -> None:
    """Take off what is counted for good of actions that the same
    transaction has restored.

    What was never purged here is not counted so: no more is taken off than
    there is of the same.

    :param ids: of the actions
    :param now: naive UTC
    """
    found = _counted(connection, ids)
    there = _kept(connection, {row['hour'] for row in found})
    _add(
        connection,
        [
            {**row, 'is_purged': 1, **_negative(row, count)}
            for row in found
            if (count := min(row['count'], there[_key(row)])) > 0
        ],
    )
    mark.add(connection, [row['hour'] for row in found], now)


def _counted(connection: Any, ids: Sequence[int]) -> list[Row]:
    found = []
    for some in page.chunks(sorted(ids)):
        for of_steps in (False, True):
            facts = fact.of(fact.actions(ACTIONS.c.id.in_(some)), of_steps)
            found += table.found(
                connection,
                fact.summed(
                    facts,
                    *fact.DIMENSIONS,
                    hour=fact.unit(
                        connection, facts.selected_columns.start_time, 'hour'
                    ),
                ),
            )
    return [
        {
            **row,
            'hour': fact.time(row['hour']),
            'count': int(row['count']),
            'retried': int(row['retried']),
        }
        for row in found
    ]


def _kept(
    connection: Any, hours: set[Time]
) -> collections.Counter[tuple[Any, ...]]:
    found: collections.Counter[tuple[Any, ...]] = collections.Counter()
    for some in page.chunks(sorted(hours)):
        for row in table.found(
            connection,
            sa.select(ROLLUPS).where(
                ROLLUPS.c.hour.in_(some), ROLLUPS.c.is_purged == 1
            ),
        ):
            found[_key(row)] += row['count']
    return found


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEYS)


def _negative(row: Row, count: int) -> Row:
    return {'count': -count, 'retried': -min(row['retried'], count)}


def _add(connection: Any, counted: list[Row]) -> None:
    if counted:
        connection.execute(sa.insert(ROLLUPS), counted)
