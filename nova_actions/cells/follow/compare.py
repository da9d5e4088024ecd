# SPDX-License-Identifier: Apache-2.0
"""Compares the recent rows of a cell with our own record."""

import collections
import datetime
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from nova_actions import sanitize
from nova_actions.cells.follow import ends
from nova_actions.cells.follow import known
from nova_actions.cells.follow import match
from nova_actions.cells.follow import reported
from nova_actions.cells.follow import source
from nova_actions.cells.follow import source_row
from nova_actions.cells.follow import state
from nova_actions.context import RequestContext
from nova_actions.db.engine import reader

Row = dict[str, Any]

#: How many of the newest rows of a table are looked at.
LIMIT = 5000

#: What was found of a row of a cell, and what that means.
RECORDED = 'recorded'
COPIED = 'copied'
LATE = 'late'
OLD = 'old'
MISSING = 'missing'
MEANING = {
    RECORDED: 'reported by the bridge or another reporter',
    COPIED: 'copied from a cell: nothing has reported it',
    LATE: 'not here yet: newer than the last poll',
    OLD: 'left out: older than what is kept here',
    MISSING: 'should be here, and is not',
}


def make(
    context: RequestContext,
    cell: source.Source,
    progress: state.State | None,
    since: datetime.datetime,
    sanitizer: sanitize.Sanitizer,
) -> Row:
    """Return how many actions and steps that the cell has are what, how many
    of those that were reported, too, ended otherwise here, and the rows that
    are missing.

    :param progress: of the following; None where nobody has followed
    :param since: what was created before is not looked at
    :raises CellUnavailable: it does not answer
    """
    found: Row = {
        'actions': {},
        'events': {},
        'action_ends': {},
        'event_ends': {},
        'missing': [],
    }
    for name, key in (
        (source_row.ACTIONS, 'actions'),
        (source_row.EVENTS, 'events'),
    ):
        rows = [
            row
            for row in cell.ask(source.newest, name, LIMIT)
            if source_row.created(row) >= since
        ]
        if name == source_row.EVENTS and progress is None:
            # Which steps are the same is told when they are copied.
            continue
        copies = known.of_ids(
            context, cell.name, name, [row['id'] for row in rows]
        )
        ids = _own_ids(name, copies)
        if name == source_row.ACTIONS:
            ids |= _not_noted(context, cell.name, rows, copies, sanitizer)
        told = reported.find(context, cell.name, name, ids)
        words = {
            row['id']: RECORDED
            if row['id'] in told
            else COPIED
            if row['id'] in ids or row['id'] in copies
            else _why(row, progress)
            for row in rows
        }
        found[key] = dict(collections.Counter(words.values()))
        found[f'{key[:-1]}_ends'] = dict(
            collections.Counter(ends.differences(context, name, rows, told))
        )
        found['missing'] += [
            {
                'table': name,
                'id': row['id'],
                'created_at': source_row.created(row),
                'name': row[
                    'action' if name == source_row.ACTIONS else 'event'
                ],
                'request_id': row.get('request_id'),
            }
            for row in rows
            if words[row['id']] == MISSING
        ]
    return found


def _own_ids(name: str, copies: known.Copies) -> dict[int, int]:
    """Return the ids of what we have otherwise than by copying these rows, by
    the ids in the cell."""
    ids = {
        row_id: copy.own_id if name == source_row.EVENTS else copy.action_id
        for row_id, copy in copies.items()
        if not copy.attempts
    }
    return {row_id: own for row_id, own in ids.items() if own is not None}


@reader
def _not_noted(
    connection: sa.Connection,
    cell: str,
    rows: Iterable[Row],
    copies: known.Copies,
    sanitizer: sanitize.Sanitizer,
) -> dict[int, int]:
    """Return the ids of our own actions that are the same as rows of which
    nothing is noted yet, by the ids in the cell."""
    new = [
        (row, source_row.action(cell, row, sanitizer))
        for row in rows
        if row['id'] not in copies and source_row.server(row)
    ]
    return {
        row_id: own['id']
        for row_id, own in match.actions(connection, cell, new).items()
    }


def _why(row: Row, progress: state.State | None) -> str:
    created = source_row.created(row)
    if progress is None:
        return MISSING
    if progress['floor'] and created < progress['floor']:
        return OLD
    reached = progress['caught_up_at']
    return (
        LATE
        if reached is None or created >= reached.replace(microsecond=0)
        else MISSING
    )
