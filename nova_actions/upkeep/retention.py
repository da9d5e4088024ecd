# SPDX-License-Identifier: Apache-2.0
"""Removes actions that have been kept for long enough: whole ones, oldest
first.

Each batch is a short transaction of its own that locks actions by id before
it touches their events, as every writer does. Several may purge at once.
"""

import dataclasses
import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils
from sqlalchemy import orm

from nova_actions.cells.follow import state as follow_state
from nova_actions.context import RequestContext
from nova_actions.db import ledger_store
from nova_actions.db import status
from nova_actions.db.engine import reader
from nova_actions.db.engine import writer
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES
from nova_actions.db.stat import purged
from nova_actions.upkeep import horizon

Row = dict[str, Any]

#: How many actions one statement looks at.
PAGE = 1000
#: How many actions, and about how many rows, go in one transaction.
BATCH = 100
BATCH_ROWS = 1000


@dataclasses.dataclass(frozen=True)
class Selection:
    """Which actions go.

    :param before: naive UTC; what was created or changed since then stays
    :param keep_last: how many of each server's newest actions stay
    :param max_rows: how many rows (of actions and events) go at most; an
        action goes as a whole, so the first may exceed that
    """

    before: datetime.datetime
    keep_last: int = 0
    max_rows: int | None = None


@dataclasses.dataclass(frozen=True)
class Done:
    """What was removed so far."""

    actions: int = 0
    events: int = 0
    #: Whether max_rows stopped it before everything selected was gone.
    more: bool = False

    @property
    def rows(self) -> int:
        return self.actions + self.events


#: Takes a batch of actions (with ``events`` and ``instance``) to safety
#: before it is deleted.
Sink = Callable[[Sequence[Row]], None]


def purge(
    context: RequestContext,
    selection: Selection,
    *,
    pause: Callable[[], object],
    dry_run: bool = False,
    sink: Sink | None = None,
) -> Iterator[Done]:
    """Delete the selected actions; yield the progress after each batch and at
    the end.

    After an interruption, purge again: the rest is found again.

    :param pause: called between batches, so that writers get their turn
    :param dry_run: only count
    """
    done = Done()
    if not dry_run:
        # What goes must not be copied from a cell again.
        follow_state.raise_floor(context, selection.before)
        horizon.raise_to(context, selection.before)
    for ids in _pages(context, selection):
        while ids:
            left = _left(selection, done)
            if left is not None and left <= 0:
                yield dataclasses.replace(done, more=True)
                return
            batch, first = ids[:BATCH], not done.rows
            if dry_run:
                taken = _measure(context, batch, left, first)
            else:
                taken = _delete(context, batch, left, first, selection, sink)
            done = Done(
                done.actions + taken.actions,
                done.events + taken.events,
                taken.stopped,
            )
            yield done
            if done.more:
                return
            ids = ids[taken.seen :]
            if not dry_run:
                pause()
    if not done.rows:
        yield done


@reader
def purge_total(connection: sa.Connection, selection: Selection) -> int:
    """Return about how many actions are selected: not fewer."""
    return connection.execute(
        sa.select(sa.func.count())
        .select_from(ACTIONS)
        .where(ACTIONS.c.created_at < selection.before)
    ).scalar_one()


def _left(selection: Selection, done: Done) -> int | None:
    if selection.max_rows is None:
        return None
    return selection.max_rows - done.rows


def _pages(
    context: RequestContext, selection: Selection
) -> Iterator[list[int]]:
    """Yield the ids of what is selected, oldest first."""
    after = None
    while True:
        rows = _page(context, selection, after)
        if not rows:
            return
        after = (rows[-1]['created_at'], rows[-1]['id'])
        yield [row['id'] for row in rows if row['selected']]


@reader
def _page(
    connection: sa.Connection,
    selection: Selection,
    after: tuple[datetime.datetime, int] | None,
) -> list[Row]:
    """Return the next actions by age, and whether each is selected: so one
    statement's work is bounded, however many stay."""
    query = sa.select(
        ACTIONS.c.id,
        ACTIONS.c.created_at,
        sa.case((_is_selected(selection), 1), else_=0).label('selected'),
    ).where(ACTIONS.c.created_at < selection.before)
    if after is not None:
        # Not a comparison of rows: MariaDB would not use the index for it.
        query = query.where(
            ACTIONS.c.created_at >= after[0],
            sa.or_(ACTIONS.c.created_at > after[0], ACTIONS.c.id > after[1]),
        )
    return [
        dict(row)
        for row in connection.execute(
            query.order_by(ACTIONS.c.created_at, ACTIONS.c.id).limit(PAGE)
        ).mappings()
    ]


def _is_selected(selection: Selection) -> sa.ColumnElement[bool]:
    conditions = [
        ACTIONS.c.status != status.RUNNING,
        sa.or_(
            ACTIONS.c.updated_at.is_(None),
            ACTIONS.c.updated_at < selection.before,
        ),
    ]
    if selection.keep_last:
        newer, edge = ACTIONS.alias(), ACTIONS.alias()
        first_to_go = (
            sa.select(newer.c.id)
            .where(newer.c.instance_uuid == ACTIONS.c.instance_uuid)
            .order_by(newer.c.created_at.desc(), newer.c.id.desc())
            .limit(1)
            .offset(selection.keep_last)
            .correlate(ACTIONS)
            .scalar_subquery()
        )
        conditions.append(
            sa.exists()
            .where(
                edge.c.id == first_to_go,
                sa.or_(
                    ACTIONS.c.created_at < edge.c.created_at,
                    sa.and_(
                        ACTIONS.c.created_at == edge.c.created_at,
                        ACTIONS.c.id <= edge.c.id,
                    ),
                ),
            )
            .correlate(ACTIONS)
        )
    return sa.and_(*conditions)


@dataclasses.dataclass(frozen=True)
class _Taken:
    """What became of a batch: how many of its ids are dealt with, and
    whether it stopped short of one for want of room."""

    seen: int
    actions: int
    events: int
    stopped: bool


def _take(
    ids: Sequence[int],
    there: set[int],
    events: dict[int, int],
    left: int | None,
    first: bool,
) -> tuple[list[int], _Taken]:
    """Choose the actions that fit into a transaction and into what is
    left."""
    chosen: list[int] = []
    rows = 0
    for seen, row_id in enumerate(ids):
        if row_id not in there:
            continue
        size = 1 + events.get(row_id, 0)
        over = left is not None and rows + size > left
        if over and not (first and not chosen):
            return chosen, _Taken(seen, len(chosen), rows - len(chosen), True)
        if chosen and rows + size > BATCH_ROWS:
            return chosen, _Taken(seen, len(chosen), rows - len(chosen), False)
        chosen.append(row_id)
        rows += size
    return chosen, _Taken(len(ids), len(chosen), rows - len(chosen), False)


def _sizes(
    connection: sa.Connection | orm.Session, ids: Sequence[int]
) -> dict[int, int]:
    return dict(
        connection.execute(
            sa.select(EVENTS.c.action_id, sa.func.count())
            .where(EVENTS.c.action_id.in_(sorted(ids)))
            .group_by(EVENTS.c.action_id)
        )
        .tuples()
        .all()
    )


@reader
def _measure(
    connection: sa.Connection,
    ids: Sequence[int],
    left: int | None,
    first: bool,
) -> _Taken:
    return _take(ids, set(ids), _sizes(connection, ids), left, first)[1]


@writer
def _delete(
    session: orm.Session,
    ids: Sequence[int],
    left: int | None,
    first: bool,
    selection: Selection,
    sink: Sink | None,
) -> _Taken:
    # Meanwhile some may have gone, or been corrected by a late finish.
    locked = {
        row['id']: row
        for row in ledger_store.lock(session, ids)
        if row['status'] != status.RUNNING
        and (row['updated_at'] or row['created_at']) < selection.before
    }
    chosen, taken = _take(
        ids, set(locked), _sizes(session, list(locked)), left, first
    )
    if not chosen:
        return taken
    if sink is not None:
        sink(whole(session, [locked[row_id] for row_id in chosen]))
    purged.keep(session.connection(), chosen, timeutils.utcnow())
    # By their own keys, which locks nothing but these rows on MariaDB.
    events = (
        session.execute(
            sa.select(EVENTS.c.id).where(
                EVENTS.c.action_id.in_(sorted(chosen))
            )
        )
        .scalars()
        .all()
    )
    _delete_rows(session, EVENTS, events)
    _delete_rows(session, ACTIONS, chosen)
    return taken


def _delete_rows(
    session: orm.Session, table: sa.Table, ids: Sequence[int]
) -> None:
    ordered = sorted(ids)
    for start in range(0, len(ordered), BATCH_ROWS):
        session.execute(
            sa.delete(table)
            .where(table.c.id.in_(ordered[start : start + BATCH_ROWS]))
            .execution_options(synchronize_session=False)
        )


def whole(session: orm.Session, actions: Sequence[Row]) -> list[Row]:
    """Return actions with their events and their instances."""
    owners = {
        row['uuid']: dict(row)
        for row in session.execute(
            sa.select(INSTANCES).where(
                INSTANCES.c.uuid.in_(
                    sorted({row['instance_uuid'] for row in actions})
                )
            )
        ).mappings()
    }
    events: dict[int, list[Row]] = {row['id']: [] for row in actions}
    for event in session.execute(
        sa.select(EVENTS)
        .where(EVENTS.c.action_id.in_(sorted(events)))
        .order_by(EVENTS.c.id)
    ).mappings():
        events[event['action_id']].append(dict(event))
    return [
        {
            'action': row,
            'events': events[row['id']],
            'instance': owners[row['instance_uuid']],
        }
        for row in actions
    ]
