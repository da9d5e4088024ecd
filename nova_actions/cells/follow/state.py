# SPDX-License-Identifier: Apache-2.0
"""How far a followed cell has been copied, and which conductor copies it: one
at a time, under a lease measured by our own database's clock."""

import datetime
from typing import Any, TypedDict, cast

import sqlalchemy as sa
from sqlalchemy import orm

from nova_actions import exception
from nova_actions.context import RequestContext
from nova_actions.db import lease
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.engine import writer
from nova_actions.db.models import FOLLOWED_CELLS

Time = datetime.datetime


class State(TypedDict):
    """A row of ``followed_cells``; what each column means stands at
    :class:`nova_actions.db.models.FollowedCell`."""

    id: int
    cell: str
    created_at: Time
    action_id: int
    event_id: int
    action_top: int
    event_top: int
    actions: int
    events: int
    attempts: int
    skipped: int
    paused: int
    owner_id: int | None
    own_action_id: int
    own_event_id: int
    whole_at: Time | None
    caught_up_at: Time | None
    floor: Time | None
    holder: str | None
    lease_end: Time | None


class StateNow(State):
    """A state, and the database's time when it was read."""

    now: Time


#: How long a lease lasts. Each transaction of its holder renews it.
LEASE = datetime.timedelta(seconds=20)

#: How old what is copied may be before somebody should look.
LATE = datetime.timedelta(minutes=5)


class Lost(Exception):
    """Another conductor follows the cell by now, or it is paused."""


def acquire(
    context: RequestContext, cell: str, holder: str, floor: Time | None = None
) -> StateNow | None:
    """Take or renew the lease of a cell and return its state with
    ``now``, by the database's clock; None when another has it, or following
    is paused.

    :param floor: what was created before that is not to be copied
    """
    try:
        return _acquire(context, cell, holder, floor)
    except exception.Conflict:
        # Another has just made the row.
        return None


@recorder
def _acquire(
    connection: sa.Connection, cell: str, holder: str, floor: Time | None
) -> StateNow | None:
    row = _begun(connection, cell)
    at = lease.now(connection)
    if row['paused'] or not lease.is_free(row, holder, at):
        return None
    row['holder'] = holder
    row['lease_end'] = at + LEASE
    row['floor'] = max(filter(None, (floor, row['floor'])), default=None)
    change(
        connection,
        row['id'],
        holder=holder,
        lease_end=row['lease_end'],
        floor=row['floor'],
    )
    return {**row, 'now': at}


def _begun(connection: sa.Connection, cell: str) -> State:
    """Lock the state of a cell, which is made where there is none."""
    row = locked(connection, cell)
    if row is None:
        connection.execute(
            sa.insert(FOLLOWED_CELLS).values(
                cell=cell, created_at=lease.now(connection)
            )
        )
        row = locked(connection, cell)
        assert row is not None
    return row


def held(connection: sa.Connection, cell: str, holder: str) -> StateNow:
    """Lock the state of a cell in a transaction that writes, and renew the
    lease.

    :raises Lost: the lease is another's, or has ended
    """
    row = locked(connection, cell)
    # Asked apart: the lock may have been waited for.
    at = lease.now(connection)
    if (
        row is None
        or row['paused']
        or row['holder'] != holder
        or (row['lease_end'] is None or row['lease_end'] <= at)
    ):
        raise Lost
    change(connection, row['id'], lease_end=at + LEASE)
    return {**row, 'now': at}


def locked(connection: sa.Connection, cell: str) -> State | None:
    """Lock the state of a cell regardless of its lease; return it."""
    row = (
        connection.execute(
            sa.select(FOLLOWED_CELLS)
            .where(FOLLOWED_CELLS.c.cell == cell)
            .with_for_update()
        )
        .mappings()
        .first()
    )
    return cast(State, dict(row)) if row else None


def change(connection: sa.Connection, row_id: int, **values: Any) -> None:
    """Store values of a state that is locked."""
    connection.execute(
        sa.update(FOLLOWED_CELLS)
        .where(FOLLOWED_CELLS.c.id == row_id)
        .values(values)
    )


@recorder
def reached(
    connection: sa.Connection, cell: str, holder: str, since: Time
) -> State:
    """Note that all that a cell had at a time is copied; return the state as
    it was before.

    :raises Lost: the lease is another's
    """
    row = held(connection, cell, holder)
    change(
        connection,
        row['id'],
        caught_up_at=since,
        whole_at=row['whole_at'] or since,
    )
    return row


@recorder
def release(connection: sa.Connection, cell: str, holder: str) -> None:
    """Give the lease back, so that another need not wait for its end."""
    connection.execute(
        sa.update(FOLLOWED_CELLS)
        .where(
            FOLLOWED_CELLS.c.cell == cell, FOLLOWED_CELLS.c.holder == holder
        )
        .values(lease_end=None)
    )


@recorder
def retire(connection: sa.Connection, cell: str) -> None:
    """Note that a cell is not to be followed any more, unless a conductor
    follows it now. Following it again undoes that."""
    lease_end = FOLLOWED_CELLS.c.lease_end
    connection.execute(
        sa.update(FOLLOWED_CELLS)
        .where(
            FOLLOWED_CELLS.c.cell == cell,
            lease.is_wanted(FOLLOWED_CELLS.c.holder),
            sa.or_(lease_end.is_(None), lease_end <= lease.Now()),
        )
        .values(holder=lease.NOBODY, lease_end=None)
    )


def pause(context: RequestContext, cell: str, paused: bool) -> None:
    """Have nobody follow a cell until it is resumed, also where nobody has
    followed it yet."""
    try:
        _pause(context, cell, paused)
    except exception.Conflict:
        # Somebody has just begun.
        _pause(context, cell, paused)


@recorder
def _pause(connection: sa.Connection, cell: str, paused: bool) -> None:
    change(connection, _begun(connection, cell)['id'], paused=int(paused))


@writer
def raise_floor(session: orm.Session, before: Time) -> None:
    """Have nothing copied from any cell that was created before that: what
    is purged here must not come back."""
    session.execute(
        sa.update(FOLLOWED_CELLS)
        .where(
            sa.or_(
                FOLLOWED_CELLS.c.floor.is_(None),
                FOLLOWED_CELLS.c.floor < before,
            ),
        )
        .values(floor=before)
        .execution_options(synchronize_session=False)
    )


@reader
def get(connection: sa.Connection, cell: str) -> StateNow | None:
    """Return the state of a cell with ``now``, by the database's clock; None
    when it has never been followed."""
    row = (
        connection.execute(
            sa.select(FOLLOWED_CELLS, lease.Now().label('now')).where(
                FOLLOWED_CELLS.c.cell == cell
            )
        )
        .mappings()
        .first()
    )
    return cast(StateNow, dict(row)) if row else None


@reader
def names(connection: sa.Connection) -> list[str]:
    """Return the names of the cells that have ever been followed."""
    return list(
        connection.execute(
            sa.select(FOLLOWED_CELLS.c.cell).order_by(FOLLOWED_CELLS.c.cell)
        ).scalars()
    )


def is_late(context: RequestContext, cell: str) -> bool:
    """Tell whether nobody follows a cell, or what is copied of it is older
    than :data:`LATE`; one that is paused is not late, nor one whose history
    is being copied."""
    row = get(context, cell)
    if row is None:
        return True
    if row['paused']:
        return False
    if row['lease_end'] is None or row['lease_end'] <= row['now']:
        return True
    return row['caught_up_at'] is not None and (
        row['now'] - row['caught_up_at'] > LATE
    )
