# SPDX-License-Identifier: Apache-2.0
"""Counts the rows of each hour when it is over, again when they have changed,
and, hour by hour back, those that were there before anybody counted.

An hour is always counted as a whole and from the rows, so that it is right
whatever has happened to them.
"""

import datetime
from typing import Any

import sqlalchemy as sa

from nova_actions import exception
from nova_actions.db import lease
from nova_actions.db import table
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import HORIZONS
from nova_actions.db.models import ROLLUP_MARKS
from nova_actions.db.models import ROLLUP_STATE
from nova_actions.db.models import ROLLUPS
from nova_actions.db.stat import fact
from nova_actions.db.stat import mark

Row = dict[str, Any]
Time = datetime.datetime

#: How long the last counting conductor may be silent before another may
#: go on.
LEASE = datetime.timedelta(seconds=30)
#: Before all rows: the first hour that is counted, when all are.
BEGINNING = datetime.datetime(1000, 1, 1)
#: How many marks are looked at in one transaction.
MARKS = 1000
#: The key of the only row of the state.
_ID = 1


def advance(context: Any, holder: str) -> bool:
    """Count an hour, if one is to be counted; tell whether there may be
    more.

    :param holder: who it is, another name for each process
    :raises DatabaseUnavailable: it is not counted
    """
    # Without a lock, since every conductor asks again and again.
    if not _is_due(context, holder):
        return False
    try:
        return _advance(context, holder)
    except exception.Conflict:
        # Another has just made the row of the state.
        return False


@recorder
def release(connection: Any, holder: str) -> None:
    """Give the lease back, so that another need not wait for its end."""
    connection.execute(
        sa.update(ROLLUP_STATE)
        .where(ROLLUP_STATE.c.holder == holder)
        .values(lease_end=None)
    )


@reader
def _is_due(connection: Any, holder: str) -> bool:
    found = table.found(
        connection,
        sa.select(
            ROLLUP_STATE,
            lease.Now().label('now'),
            sa.exists().select_from(ROLLUP_MARKS).label('has_marks'),
        ),
    )
    if not found:
        return True
    [state] = found
    return lease.is_free(state, holder, state['now']) and (
        bool(state['has_marks'])
        or state['rolled_from'] > _beginning(state)
        or state['rolled_to'] < _over(state['now'])
    )


def _over(now: Time) -> Time:
    """Return the end of the last hour that may be counted."""
    return mark.hour_of(now - mark.GRACE)


def _beginning(state: Row) -> Time:
    """Return the first hour that may be counted."""
    lost = state['lost_before']
    return BEGINNING if lost is None else mark.hour_of(lost)


@recorder
def _advance(connection: Any, holder: str) -> bool:
    state = locked(connection)
    # Asked apart: the lock may have been waited for.
    now = lease.now(connection)
    if state is None:
        state = _begin(connection, _over(now))
    if not lease.is_free(state, holder, now):
        return False
    # Where something changes all the time, the past gets its turn, too.
    done = _next(connection, state, _over(now)) or any(
        (_marked(connection, state), _before(connection, state))
    )
    connection.execute(
        sa.update(ROLLUP_STATE).values(
            rolled_from=state['rolled_from'],
            rolled_to=state['rolled_to'],
            holder=holder,
            lease_end=now + LEASE,
        )
    )
    return done


def locked(connection: Any) -> Row | None:
    """Lock the state of counting and return it; None where nobody has
    counted yet."""
    return next(
        iter(
            table.found(connection, sa.select(ROLLUP_STATE).with_for_update())
        ),
        None,
    )


def _begin(connection: Any, hour: Time) -> Row:
    state = {
        'id': _ID,
        'rolled_from': hour,
        'rolled_to': hour,
        'lost_before': connection.execute(
            sa.select(HORIZONS.c.before)
        ).scalar(),
        'holder': None,
        'lease_end': None,
    }
    connection.execute(sa.insert(ROLLUP_STATE).values(state))
    return state


def _next(connection: Any, state: Row, over: Time) -> bool:
    """Count the next hour that is over and has rows, if there is any."""
    if state['rolled_to'] >= over:
        return False
    first = connection.execute(
        sa.select(sa.func.min(ACTIONS.c.start_time)).where(
            ACTIONS.c.start_time >= state['rolled_to']
        )
    ).scalar()
    since, state['rolled_to'] = state['rolled_to'], over
    if first is None or first >= over:
        _clear(connection, since, over)
        return True
    hour = mark.hour_of(first)
    state['rolled_to'] = hour + mark.HOUR
    _clear(connection, since, state['rolled_to'])
    _count(connection, hour)
    return True


def _marked(connection: Any, state: Row) -> bool:
    """Count one of the hours again that have changed, if there is any."""
    marks = connection.execute(
        sa.select(ROLLUP_MARKS).order_by(ROLLUP_MARKS.c.id).limit(MARKS)
    ).all()
    if not marks:
        return False
    counted = [
        row.hour
        for row in marks
        if state['rolled_from'] <= row.hour < state['rolled_to']
    ]
    if counted:
        _clear(connection, counted[0], counted[0] + mark.HOUR)
        _count(connection, counted[0])
    # What is not counted yet will be, as it is then.
    later = {*counted} - {*counted[:1]}
    connection.execute(
        sa.delete(ROLLUP_MARKS).where(
            ROLLUP_MARKS.c.id.in_(
                [row.id for row in marks if row.hour not in later]
            )
        )
    )
    return True


def _before(connection: Any, state: Row) -> bool:
    """Count the last hour that has rows and is before all that are
    counted, if there is any."""
    beginning = _beginning(state)
    if state['rolled_from'] <= beginning:
        return False
    last = connection.execute(
        sa.select(sa.func.max(ACTIONS.c.start_time)).where(
            ACTIONS.c.start_time >= beginning,
            ACTIONS.c.start_time < state['rolled_from'],
        )
    ).scalar()
    behind, state['rolled_from'] = state['rolled_from'], beginning
    if last is None:
        _clear(connection, beginning, behind)
        return True
    hour = state['rolled_from'] = mark.hour_of(last)
    _clear(connection, hour, behind)
    _count(connection, hour)
    return True


def _clear(connection: Any, first: Time, behind: Time) -> None:
    """Forget what is counted of hours, but for what is purged: a purge has
    taken something off of an hour that was not counted yet, too.

    :param behind: the hour behind the last
    """
    connection.execute(
        sa.delete(ROLLUPS).where(
            ROLLUPS.c.hour >= first,
            ROLLUPS.c.hour < behind,
            ROLLUPS.c.is_purged == 0,
        )
    )


def _count(connection: Any, hour: Time) -> None:
    """Count the rows of an hour."""
    actions = fact.actions(
        ACTIONS.c.start_time >= hour, ACTIONS.c.start_time < hour + mark.HOUR
    )
    for of_steps in (False, True):
        counted = fact.summed(
            fact.of(actions, of_steps), *fact.DIMENSIONS
        ).subquery('counted')
        connection.execute(
            sa.insert(ROLLUPS).from_select(
                ['hour', 'is_purged', *counted.columns.keys()],
                sa.select(
                    sa.literal(hour, ROLLUPS.c.hour.type),
                    sa.literal(0),
                    counted,
                ),
            )
        )
