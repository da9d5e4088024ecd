# SPDX-License-Identifier: Apache-2.0
"""What is counted of the rows: actions, or their steps.

A step counts at the time at which its action began, so that a time range
means the same actions whichever is counted.
"""

import datetime
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from nova_actions import vocabulary
from nova_actions.db import status
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.search.query import Elapsed
from nova_actions.db.stat import duration

#: What rows are counted by.
DIMENSIONS = ('project_id', 'action', 'event', 'host')
#: What is added up, and what tells which may be.
NUMBERS = ('outcome', 'bucket', 'count', 'retried', 'longest')
#: A unit of time -> how each database writes a time to its beginning.
_UNITS = {
    'day': {'postgresql': 'YYYY-MM-DD', 'mysql': '%Y-%m-%d'},
    'hour': {
        'postgresql': 'YYYY-MM-DD"T"HH24":00:00Z"',
        'mysql': '%Y-%m-%dT%H:00:00Z',
    },
}
UNITS = tuple(_UNITS)

_USED = ('id', 'action', 'owner_id', 'start_time', 'finish_time', 'status')


def unit(connection: Any, column: Any, name: str) -> Any:
    """Return the expression of the day or the hour of a time, as text."""
    forms = _UNITS[name]
    dialect = connection.dialect.name
    if dialect == 'postgresql':
        return sa.func.to_char(column, forms['postgresql'])
    if dialect == 'sqlite':
        return sa.func.strftime(forms['mysql'], column)
    return sa.func.date_format(column, forms['mysql'])


def time(text: str) -> datetime.datetime:
    """Return the time that the beginning of an hour is written as."""
    return datetime.datetime.fromisoformat(text.removesuffix('Z'))


def actions(*conditions: Any) -> Any:
    """Return the query for the actions to count, or whose steps."""
    return sa.select(*(ACTIONS.c[name] for name in _USED)).where(
        ACTIONS.c.start_time.is_not(None), *conditions
    )


def of(query: Any, of_steps: bool, conditions: Iterable[Any] = ()) -> Any:
    """Return the query for what is counted: one row each with the
    dimensions, ``start_time``, ``outcome``, ``count`` (1), ``retried`` (1 or
    0), ``longest`` (what it took, microseconds, NULL while it runs) and the
    ``bucket`` of that.

    :param query: of the actions, as :func:`actions` returns it
    :param of_steps: count their steps, not them
    :param conditions: on the steps
    """
    base = query.subquery('base')
    found = (
        _steps(base, conditions) if of_steps else _actions(base)
    ).subquery('found')
    return sa.select(
        found,
        sa.literal_column('1').label('count'),
        duration.bucket(found.c.longest).label('bucket'),
    )


def summed(query: Any, *names: str, **units: Any) -> Any:
    """Return the query that adds up, by some columns, outcome and bucket.

    :param query: with the columns that :func:`of` returns
    :param names: of its columns
    :param units: further columns, expressions of :func:`unit`
    """
    facts = query.add_columns(
        *(expression.label(name) for name, expression in units.items())
    ).subquery('facts')
    columns = [facts.c[name] for name in (*names, *units, 'outcome', 'bucket')]
    return sa.select(
        *columns,
        sa.func.sum(facts.c.count).label('count'),
        sa.func.sum(facts.c.retried).label('retried'),
        sa.func.max(facts.c.longest).label('longest'),
    ).group_by(*columns)


def _actions(base: Any) -> Any:
    nothing = sa.cast(sa.null(), sa.String(255))
    return sa.select(
        base.c.owner_id.label('project_id'),
        base.c.action,
        nothing.label('event'),
        nothing.label('host'),
        base.c.start_time,
        base.c.status.label('outcome'),
        _one_if(base.c.status == status.SUCCEEDED_AFTER_RETRY),
        _took(Elapsed(base.c.start_time, base.c.finish_time)),
    )


def _steps(base: Any, conditions: Iterable[Any]) -> Any:
    before = EVENTS.alias('before')
    outcome = sa.case(
        (EVENTS.c.finish_time.is_(None), status.RUNNING),
        (EVENTS.c.result == vocabulary.RESULT_ERROR, status.FAILED),
        (EVENTS.c.result == vocabulary.RESULT_INTERRUPTED, status.INTERRUPTED),
        else_=status.SUCCEEDED,
    )
    return (
        sa.select(
            base.c.owner_id.label('project_id'),
            base.c.action,
            EVENTS.c.event,
            EVENTS.c.host,
            base.c.start_time,
            outcome.label('outcome'),
            _one_if(
                sa.exists().where(
                    before.c.action_id == EVENTS.c.action_id,
                    before.c.event == EVENTS.c.event,
                    before.c.id < EVENTS.c.id,
                )
            ),
            # What was measured, where that is told.
            _took(
                sa.case(
                    (EVENTS.c.finish_time.is_(None), None),
                    else_=(
                        sa.func.coalesce(
                            EVENTS.c.duration_us,
                            Elapsed(EVENTS.c.start_time, EVENTS.c.finish_time),
                        )
                    ),
                )
            ),
        )
        .join_from(base, EVENTS, EVENTS.c.action_id == base.c.id)
        .where(*conditions)
    )


def _one_if(condition: Any) -> Any:
    return sa.case((condition, 1), else_=0).label('retried')


def _took(elapsed: Any) -> Any:
    whole = sa.cast(elapsed, sa.BigInteger())
    return sa.case((whole < 0, 0), else_=whole).label('longest')
