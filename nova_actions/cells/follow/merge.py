# SPDX-License-Identifier: Apache-2.0
"""Makes one of what was copied and is recorded by ourselves, too, where the
report came after the copy, or both at once. The one that was recorded stays,
with what the cell alone knows of it.

Two cells that have a server between them are the same: what comes second is
dropped.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions.actions import SYSTEM
from nova_actions.cells import pairs
from nova_actions.cells.follow import known
from nova_actions.cells.follow import match
from nova_actions.cells.follow import source_row
from nova_actions.cells.follow import state
from nova_actions.cells.follow import telling
from nova_actions.context import RequestContext
from nova_actions.db import ledger
from nova_actions.db import ledger_store
from nova_actions.db import status
from nova_actions.db.change import numbering
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import FOLLOWED_CELLS
from nova_actions.db.models import FOLLOWED_ROWS
from nova_actions.db.stat import mark

Row = dict[str, Any]
#: Ids of an action and of an event of ours.
Place = tuple[int, int]

#: How many ids of ours are looked at in one transaction.
SPAN = 1000
#: How many ids each round looks back: rows are committed in any order.
BACK = 5000

#: An action that we have otherwise, the copy of one, and the copy of a step.
_OWN, _COPY = ACTIONS.alias('own'), ACTIONS.alias('copy')
_STEP = EVENTS.alias('step')
_is_same_request = sa.and_(
    _COPY.c.instance_uuid == _OWN.c.instance_uuid,
    _COPY.c.request_id == _OWN.c.request_id,
)


@reader
def top(connection: sa.Connection) -> Place:
    """Return the last ids of our own actions and events."""
    action, event = connection.execute(
        sa.select(
            *(
                sa.select(sa.func.max(table.c.id)).scalar_subquery()
                for table in (ACTIONS, EVENTS)
            )
        )
    ).one()
    return action or 0, event or 0


def run(
    context: RequestContext,
    cell: str,
    holder: str,
    held: state.State,
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
        max(0, held['own_action_id'] - BACK),
        max(0, held['own_event_id'] - BACK),
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
    connection: sa.Connection,
    cell: str,
    holder: str,
    after: Collection[int],
    upto: Collection[int],
) -> None:
    # In the order in which numbering locks them, too.
    numbering.locked(connection)
    held = state.held(connection, cell, holder)
    (low, low_event), (high, high_event) = after, upto
    steps = (EVENTS.c.id > low_event, EVENTS.c.id <= high_event)
    _merge(
        connection,
        held,
        _copied_too(connection, cell, _OWN.c.id > low, _OWN.c.id <= high),
        _with_late_events(connection, cell, *steps)
        | _with_projectless_events(connection, cell, *steps),
    )
    state.change(
        connection, held['id'], own_action_id=high, own_event_id=high_event
    )


def queued(connection: sa.Connection, changes: Sequence[Row]) -> bool:
    """Merge what queued changes tell of, before they are told; return whether
    the queue has changed.

    Changes are numbered one batch after the other. So whichever of two that
    are the same is told of later finds the other one here, however close
    together they were recorded.

    :param changes: as :func:`numbering.number` gives them
    """
    actions = sorted({each['action_uuid'] for each in changes})
    steps = sorted({each['event_uuid'] for each in changes} - {None})
    same = {
        cell: found
        for cell in _cells_of(connection, actions)
        if any(found := _told_too(connection, cell, actions, steps))
    }
    # All before any action, as whoever copies a batch does it: an action may
    # be of two cells.
    held = [state.locked(connection, cell) for cell in same]
    is_changed = False
    for each in filter(None, held):
        is_changed |= _merge(connection, each, *same[each['cell']])
    return is_changed or telling.drop_told(connection, changes)


def _cells_of(
    connection: sa.Connection, actions: Collection[str]
) -> list[str]:
    """Return the cells that servers of some actions were copied from, in the
    order in which they are locked.

    :param actions: uuids
    """
    copied = (
        sa.select(FOLLOWED_ROWS.c.cell)
        .join(_COPY, _COPY.c.id == FOLLOWED_ROWS.c.action_id)
        .join(_OWN, _OWN.c.instance_uuid == _COPY.c.instance_uuid)
        .where(_OWN.c.uuid.in_(actions))
    )
    return list(
        connection.execute(
            sa.select(FOLLOWED_CELLS.c.cell)
            .where(FOLLOWED_CELLS.c.cell.in_(copied))
            .order_by(FOLLOWED_CELLS.c.cell)
        ).scalars()
    )


def _told_too(
    connection: sa.Connection,
    cell: str,
    actions: Collection[str],
    steps: Collection[str],
) -> tuple[set[int], set[int]]:
    """Return the ids of actions that may be the same as others, and of those
    whose steps may be, where a change tells of either.

    :param actions: uuids of what changes tell of
    :param steps: likewise
    """
    found = _copied_too(
        connection, cell, _OWN.c.uuid.in_(actions)
    ) | _copied_too(connection, cell, _COPY.c.uuid.in_(actions))
    if not steps:
        return found, set()
    return found, (
        _with_late_events(connection, cell, EVENTS.c.uuid.in_(steps))
        | _with_late_events(connection, cell, _COPY.c.uuid.in_(actions))
        | _with_projectless_events(connection, cell, EVENTS.c.uuid.in_(steps))
        | _with_projectless_events(connection, cell, _STEP.c.uuid.in_(steps))
    )


def _copied_too(
    connection: sa.Connection, cell: str, *conditions: sa.ColumnElement[bool]
) -> set[int]:
    """Return the ids of our own actions that may be the same as a copy, and
    of those copies.

    :param conditions: on either
    """
    rows = connection.execute(
        sa.select(_OWN.c.id, _COPY.c.id)
        .join(_COPY, _is_same_request)
        .where(
            *conditions,
            _COPY.c.id != _OWN.c.id,
            _COPY.c.action == _OWN.c.action,
            ~match.is_of(cell, _OWN.c.id),
            match.is_of(cell, _COPY.c.id, FOLLOWED_ROWS.c.attempts > 0),
        )
    )
    return {each for row in rows for each in row}


def _with_late_events(
    connection: sa.Connection, cell: str, *conditions: sa.ColumnElement[bool]
) -> set[int]:
    """Return the ids of actions with events that a reporter has told, where
    there are copies of the cell's in the same request.

    :param conditions: on either action or the event
    """
    return set(
        connection.execute(
            sa.select(_OWN.c.id)
            .join(EVENTS, EVENTS.c.action_id == _OWN.c.id)
            .join(_COPY, _is_same_request)
            .join(FOLLOWED_ROWS, FOLLOWED_ROWS.c.action_id == _COPY.c.id)
            .where(
                *conditions,
                EVENTS.c.epoch.is_not(None),
                FOLLOWED_ROWS.c.cell == cell,
                FOLLOWED_ROWS.c.source == source_row.EVENTS,
                FOLLOWED_ROWS.c.attempts > 0,
            )
            .distinct()
        ).scalars()
    )


def _with_projectless_events(
    connection: sa.Connection, cell: str, *conditions: sa.ColumnElement[bool]
) -> set[int]:
    """Return the ids of actions with copies of events that a reporter may
    have told without a request.

    :param conditions: on either event
    """
    return set(
        connection.execute(
            sa.select(_COPY.c.id)
            .join(_OWN, _OWN.c.instance_uuid == _COPY.c.instance_uuid)
            .join(EVENTS, EVENTS.c.action_id == _OWN.c.id)
            .join(
                _STEP,
                sa.and_(
                    _STEP.c.action_id == _COPY.c.id,
                    _STEP.c.event == EVENTS.c.event,
                    _STEP.c.host == EVENTS.c.host,
                ),
            )
            .where(
                *conditions,
                EVENTS.c.epoch.is_not(None),
                _STEP.c.epoch.is_(None),
                _OWN.c.action == SYSTEM,
                _COPY.c.action != SYSTEM,
                match.is_of(cell, _COPY.c.id),
            )
            .distinct()
        ).scalars()
    )


def _merge(
    connection: sa.Connection,
    held: state.State,
    actions: set[int],
    late: set[int],
) -> bool:
    """Merge what is the same of some actions; return whether anything is.

    :param held: the state of the cell, locked, as the feed is
    :param actions: which may be the same as others of them
    :param late: whose steps may be
    """
    if not actions and not late:
        return False
    cell = held['cell']
    requests = match.of_requests(connection, actions | late)
    locked = ledger_store.lock(connection, requests)
    tells = telling.Telling(
        connection, [row['uuid'] for row in locked], held['created_at']
    )
    pairs_ = _pairs(
        connection, cell, [row for row in locked if row['id'] in actions]
    )
    told = {}
    for copy, own in pairs_:
        told[own['uuid']] = tells.merge(copy, own)
        tells.move(copy, own)
        _join(connection, cell, copy, own)
    stay = {row['id'] for row in locked} - {copy['id'] for copy, _ in pairs_}
    dropped, ends = _drop_events(connection, cell, requests, stay, tells)
    changed = {own['id'] for _, own in pairs_} | dropped
    if changed:
        mark.add(
            connection,
            [row['start_time'] for row in locked],
            timeutils.utcnow(),
        )
        _settle(connection, changed, told, ends, tells)
        tells.store()
    return bool(changed)


def _settle(
    connection: sa.Connection,
    changed: set[int],
    told: Mapping[str, str | None],
    ends: Mapping[str, str],
    tells: telling.Telling,
) -> None:
    """Bring actions up to date with their steps.

    :param told: how the copy of an action has ended as far as that was told,
        by the uuid of the one that stays
    :param ends: the same of steps that are open
    """
    book = ledger.of_actions(connection, changed)
    for uuid, action in book.actions.items():
        action.touch(None)
        action.told = told.get(uuid) or action.told
    ledger.store(connection, book)
    for uuid, action in book.actions.items():
        if action.row['status'] != status.RUNNING:
            continue
        outcome = told.get(uuid)
        if action.events:
            # How it ended before one of its steps was open again.
            outcome = status.derive(
                action.row,
                [
                    {
                        **event,
                        'result': ends[event['uuid']],
                        'finish_time': event['start_time'],
                    }
                    if event['uuid'] in ends
                    else event
                    for event in action.events.values()
                ],
            )
        if outcome not in (None, status.RUNNING) and tells.was_ended(
            action.row
        ):
            connection.execute(
                sa.update(FOLLOWED_ROWS)
                .where(
                    FOLLOWED_ROWS.c.source == source_row.ACTIONS,
                    FOLLOWED_ROWS.c.action_id == action.row['id'],
                )
                .values(seen=telling.note(outcome))
            )


def _pairs(
    connection: sa.Connection, cell: str, rows: Iterable[Row]
) -> list[tuple[Row, Row]]:
    """Return the copies among locked actions that are the same as one of
    ours, with that."""
    requests: dict[tuple[str, str | None], list[Row]] = {}
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
                FOLLOWED_ROWS.c.source == source_row.ACTIONS,
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


def _join(connection: sa.Connection, cell: str, copy: Row, own: Row) -> None:
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
            FOLLOWED_ROWS.c.source == source_row.ACTIONS,
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
    connection: sa.Connection,
    cell: str,
    requests: Mapping[int, int],
    action_ids: set[int],
    tells: telling.Telling,
) -> tuple[set[int], dict[str, str]]:
    """Drop the copies of events that we have otherwise, too; return the ids
    of the actions whose steps have changed, and how the copies have ended of
    those that are open, by uuid, as far as that was told."""
    copies = known.events_of(connection, cell, action_ids)
    own = match.free(connection, cell, copies, action_ids)
    attempts = _attempts(connection, cell, copies)
    rows = [
        {**some[0], 'id': source_id} for source_id, some in attempts.items()
    ]
    found = match.same(requests, own, rows)
    found.update(
        match.projectless(
            connection, cell, [row for row in rows if row['id'] not in found]
        )
    )
    changed, ends = set(), {}
    noted = telling.told(connection, action_ids) if found else {}
    for source_id, event in found.items():
        told = None
        for attempt in attempts[source_id]:
            told = tells.merge(attempt, event, noted.get(attempt['id']))
            changed |= {attempt['action_id'], event['action_id']}
        ids = [each['id'] for each in attempts[source_id]]
        connection.execute(sa.delete(EVENTS).where(EVENTS.c.id.in_(ids)))
        seen = match.seen(event)
        if told and event['finish_time'] is None:
            seen = telling.note(told, is_watched=seen is not None)
            ends[event['uuid']] = told
        # Another cell may have the same step.
        connection.execute(
            sa.update(FOLLOWED_ROWS)
            .where(
                FOLLOWED_ROWS.c.source == source_row.EVENTS,
                FOLLOWED_ROWS.c.action_id.in_(sorted(action_ids)),
                FOLLOWED_ROWS.c.own_id.in_(ids),
            )
            .values(own_id=event['id'], seen=seen)
        )
        connection.execute(
            sa.update(FOLLOWED_ROWS)
            .where(
                FOLLOWED_ROWS.c.source == source_row.EVENTS,
                FOLLOWED_ROWS.c.cell == cell,
                FOLLOWED_ROWS.c.source_id == source_id,
            )
            .values(attempts=0, own_id=event['id'], seen=seen)
        )
    return changed, ends


def _attempts(
    connection: sa.Connection, cell: str, copies: known.Copies
) -> dict[int, list[Row]]:
    """Return what was made of each event of a cell, by its id there."""
    uuids = {
        uuid: source_id
        for source_id, copy in copies.items()
        for uuid in match.uuids_of(cell, source_id, copy.attempts)
    }
    attempts: dict[int, list[Row]] = {}
    for row in connection.execute(
        sa.select(*match.COLUMNS)
        .where(EVENTS.c.uuid.in_(sorted(uuids)))
        .order_by(EVENTS.c.id)
    ).mappings():
        attempts.setdefault(uuids[row['uuid']], []).append(dict(row))
    return attempts
