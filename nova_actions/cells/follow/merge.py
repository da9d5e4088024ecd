# SPDX-License-Identifier: Apache-2.0
"""Makes one of what was copied and is recorded by ourselves, too, where the
report came after the copy, or both at once. The one that was recorded stays,
with what the cell alone knows of it.

Two cells that have a server between them are the same: what comes second is
dropped.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils
from sqlalchemy import orm

from nova_actions.actions import SYSTEM
from nova_actions.cells import pairs
from nova_actions.cells.follow import known
from nova_actions.cells.follow import match
from nova_actions.cells.follow import row as row_module
from nova_actions.cells.follow import state
from nova_actions.db import ledger
from nova_actions.db import ledger_store
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import FOLLOWED_ROWS
from nova_actions.db.stat import mark

Row = dict[str, Any]
#: Ids of an action and of an event of ours.
Place = tuple[int, int]

#: How many ids of ours are looked at in one transaction.
SPAN = 1000
#: How many ids each round looks back: rows are committed in any order.
BACK = 5000


@reader
def top(session: orm.Session) -> Place:
    """Return the last ids of our own actions and events."""
    action, event = session.execute(
        sa.select(
            *(
                sa.select(sa.func.max(table.c.id)).scalar_subquery()
                for table in (ACTIONS, EVENTS)
            )
        )
    ).one()
    return action or 0, event or 0


def run(
    context: Any,
    cell: str,
    holder: str,
    held: Row,
    end: Place,
    pause: Callable[[float], object],
) -> None:
    """Look at our own rows since the last time, up to those ids.

    :param held: the state of the cell
    :param pause: called with 0 seconds between two transactions; raises what
        ends the work, which then goes on from there at the next call
    :raises Lost: another follows the cell
    """
    after = [
        max(0, held[name] - BACK) for name in ('own_action_id', 'own_event_id')
    ]
    while True:
        upto = [
            min(low + SPAN, last) for low, last in zip(after, end, strict=True)
        ]
        _run(context, cell, holder, after, upto)
        if upto >= list(end):
            return
        after = upto
        pause(0)


@recorder
def _run(
    connection: Any,
    cell: str,
    holder: str,
    after: Collection[int],
    upto: Collection[int],
) -> None:
    held = state.held(connection, cell, holder)
    (low, low_event), (high, high_event) = after, upto
    found = _copied_too(connection, cell, low, high)
    late = _with_late_events(connection, cell, low_event, high_event)
    late |= _with_events_of_nobody(connection, cell, low_event, high_event)
    if found or late:
        _merge(connection, cell, found, late)
    state.change(
        connection, held['id'], own_action_id=high, own_event_id=high_event
    )


def _copied_too(connection: Any, cell: str, low: int, high: int) -> set[int]:
    """Return the ids of our own actions that may be the same as a copy, and
    of those copies."""
    own, copy = ACTIONS.alias('own'), ACTIONS.alias('copy')
    rows = connection.execute(
        sa.select(own.c.id, copy.c.id)
        .join(
            copy,
            sa.and_(
                copy.c.instance_uuid == own.c.instance_uuid,
                copy.c.request_id == own.c.request_id,
            ),
        )
        .where(
            own.c.id > low,
            own.c.id <= high,
            copy.c.id != own.c.id,
            copy.c.action == own.c.action,
            ~match.is_of(cell, own.c.id),
            match.is_of(cell, copy.c.id, FOLLOWED_ROWS.c.attempts > 0),
        )
    )
    return {each for row in rows for each in row}


def _with_late_events(
    connection: Any, cell: str, low: int, high: int
) -> set[int]:
    """Return the ids of actions with events that a reporter has told, where
    there are copies of the cell's in the same request."""
    own, other = ACTIONS.alias('own'), ACTIONS.alias('other')
    return set(
        connection.execute(
            sa.select(own.c.id)
            .join(EVENTS, EVENTS.c.action_id == own.c.id)
            .join(
                other,
                sa.and_(
                    other.c.instance_uuid == own.c.instance_uuid,
                    other.c.request_id == own.c.request_id,
                ),
            )
            .join(FOLLOWED_ROWS, FOLLOWED_ROWS.c.action_id == other.c.id)
            .where(
                EVENTS.c.id > low,
                EVENTS.c.id <= high,
                EVENTS.c.epoch.is_not(None),
                FOLLOWED_ROWS.c.cell == cell,
                FOLLOWED_ROWS.c.source == row_module.EVENTS,
                FOLLOWED_ROWS.c.attempts > 0,
            )
            .distinct()
        ).scalars()
    )


def _with_events_of_nobody(
    connection: Any, cell: str, low: int, high: int
) -> set[int]:
    """Return the ids of actions with copies of events that a reporter may
    have told as nobody's."""
    own, other = ACTIONS.alias('own'), ACTIONS.alias('other')
    copy = EVENTS.alias('copy')
    return set(
        connection.execute(
            sa.select(other.c.id)
            .join(own, own.c.instance_uuid == other.c.instance_uuid)
            .join(EVENTS, EVENTS.c.action_id == own.c.id)
            .join(
                copy,
                sa.and_(
                    copy.c.action_id == other.c.id,
                    copy.c.event == EVENTS.c.event,
                    copy.c.host == EVENTS.c.host,
                ),
            )
            .where(
                EVENTS.c.id > low,
                EVENTS.c.id <= high,
                EVENTS.c.epoch.is_not(None),
                copy.c.epoch.is_(None),
                own.c.action == SYSTEM,
                other.c.action != SYSTEM,
                match.is_of(cell, other.c.id),
            )
            .distinct()
        ).scalars()
    )


def _merge(
    connection: Any, cell: str, actions: set[int], late: set[int]
) -> None:
    requests = match.of_requests(connection, actions | late)
    locked = ledger_store.lock(connection, requests)
    mark.add(
        connection, [row['start_time'] for row in locked], timeutils.utcnow()
    )
    stay = {row['id'] for row in locked}
    for copy, own in _pairs(
        connection, cell, [row for row in locked if row['id'] in actions]
    ):
        _join(connection, cell, copy, own)
        stay.discard(copy['id'])
    _drop_events(connection, cell, requests, stay)
    book = ledger.of_actions(connection, stay)
    for action in book.actions.values():
        action.touch(None)
    ledger.store(connection, book)


def _pairs(
    connection: Any, cell: str, rows: Iterable[Row]
) -> list[tuple[Row, Row]]:
    """Return the copies among locked actions that are the same as one of
    ours, with that."""
    requests: dict[tuple[str, Any], list[Row]] = {}
    for row in rows:
        requests.setdefault(
            (row['instance_uuid'], row['request_id']), []
        ).append(row)
    attempts = {
        row.action_id: row.attempts
        for row in connection.execute(
            sa.select(
                FOLLOWED_ROWS.c.action_id, FOLLOWED_ROWS.c.attempts
            ).where(
                FOLLOWED_ROWS.c.action_id.in_(
                    sorted(row['id'] for row in rows)
                ),
                FOLLOWED_ROWS.c.cell == cell,
                FOLLOWED_ROWS.c.source == row_module.ACTIONS,
            )
        )
    }
    found = []
    for some in requests.values():
        copies = {row['id']: row for row in some if attempts.get(row['id'])}
        own = [row for row in some if row['id'] not in attempts]
        found += [
            (copies[row_id], row)
            for row_id, row in pairs.find(own, copies.values()).items()
        ]
    return found


def _join(connection: Any, cell: str, copy: Row, own: Row) -> None:
    """Have an action of ours take the place of a copy, with its steps."""
    for table in (EVENTS, FOLLOWED_ROWS):
        connection.execute(
            sa.update(table)
            .where(table.c.action_id == copy['id'])
            .values(action_id=own['id'])
        )
    connection.execute(
        sa.update(FOLLOWED_ROWS)
        .where(
            FOLLOWED_ROWS.c.action_id == own['id'],
            FOLLOWED_ROWS.c.cell == cell,
            FOLLOWED_ROWS.c.source == row_module.ACTIONS,
        )
        .values(attempts=0)
    )
    connection.execute(sa.delete(ACTIONS).where(ACTIONS.c.id == copy['id']))
    # Where it stands in a list is not to change.
    connection.execute(
        sa.update(ACTIONS)
        .where(ACTIONS.c.id == own['id'])
        .values(created_at=min(copy['created_at'], own['created_at']))
    )


def _drop_events(
    connection: Any,
    cell: str,
    requests: Mapping[int, int],
    action_ids: set[int],
) -> None:
    """Drop the copies of events that we have otherwise, too."""
    copies = known.events_of(connection, cell, action_ids)
    own = match.free(connection, cell, copies, action_ids)
    firsts = {
        row_module.event_uuid(cell, source_id, 1): source_id
        for source_id, copy in copies.items()
        if copy.attempts
    }
    rows = [
        {**row, 'id': firsts[row['uuid']]}
        for row in connection.execute(
            sa.select(*match.COLUMNS).where(EVENTS.c.uuid.in_(sorted(firsts)))
        ).mappings()
    ]
    found = match.same(requests, own, rows)
    found.update(
        match.of_nobody(
            connection, cell, [row for row in rows if row['id'] not in found]
        )
    )
    for source_id, event in found.items():
        connection.execute(
            sa.delete(EVENTS).where(
                EVENTS.c.uuid.in_(
                    match.uuids_of(cell, source_id, copies[source_id].attempts)
                )
            )
        )
        connection.execute(
            sa.update(FOLLOWED_ROWS)
            .where(
                FOLLOWED_ROWS.c.cell == cell,
                FOLLOWED_ROWS.c.source == row_module.EVENTS,
                FOLLOWED_ROWS.c.source_id == source_id,
            )
            .values(attempts=0, own_id=event['id'], seen=match.seen(event))
        )
