# SPDX-License-Identifier: Apache-2.0
"""Compares the recent rows of a cell with our own record."""

import collections
import datetime
from collections.abc import Iterable
from typing import Any

from sqlalchemy import orm

from nova_actions import sanitize
from nova_actions.cells.follow import ends
from nova_actions.cells.follow import known
from nova_actions.cells.follow import match
from nova_actions.cells.follow import row as row_module
from nova_actions.cells.follow import source as source_module
from nova_actions.cells.follow import state as state_module
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
    COPIED: 'only the cell has it, nothing has reported it',
    LATE: 'not here yet: newer than the last poll',
    OLD: 'left out: older than what is kept here',
    MISSING: 'should be here, and is not',
}


def make(
    context: RequestContext,
    source: source_module.Source,
    state: state_module.State | None,
    since: datetime.datetime,
    sanitizer: sanitize.Sanitizer,
) -> Row:
    """Return how many actions and steps that the cell has are what, how many
    of those that were reported, too, ended otherwise here, and the rows that
    are missing.

    :param state: of the following; None where nobody has followed
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
        (row_module.ACTIONS, 'actions'),
        (row_module.EVENTS, 'events'),
    ):
        rows = [
            row
            for row in source.ask(source_module.newest, name, LIMIT)
            if row_module.created(row) >= since
        ]
        if name == row_module.EVENTS and state is None:
            # Which steps are the same is told when they are copied.
            continue
        copies = known.of_ids(
            context, source.name, name, [row['id'] for row in rows]
        )
        words = _words(
            context, source.name, name, rows, copies, state, sanitizer
        )
        found[key] = dict(collections.Counter(words.values()))
        found[f'{key[:-1]}_ends'] = dict(
            collections.Counter(
                ends.differences(context, source.name, name, rows, copies)
            )
        )
        found['missing'] += [
            {
                'table': name,
                'id': row['id'],
                'created_at': row_module.created(row),
                'name': row[
                    'action' if name == row_module.ACTIONS else 'event'
                ],
                'request_id': row.get('request_id'),
            }
            for row in rows
            if words[row['id']] == MISSING
        ]
    return found


def _words(
    context: RequestContext,
    cell: str,
    name: str,
    rows: Iterable[Row],
    copies: known.Copies,
    state: state_module.State | None,
    sanitizer: sanitize.Sanitizer,
) -> dict[int, str]:
    own = (
        _reported(
            context,
            cell,
            [
                (row, row_module.action(cell, row, sanitizer))
                for row in rows
                if row['id'] not in copies and row_module.server(row)
            ],
        )
        if name == row_module.ACTIONS
        else set()
    )
    words = {}
    for row in rows:
        copy = copies.get(row['id'])
        if copy is not None:
            words[row['id']] = COPIED if copy.attempts else RECORDED
        else:
            words[row['id']] = (
                RECORDED if row['id'] in own else _why(row, state)
            )
    return words


@reader
def _reported(
    session: orm.Session, cell: str, rows: list[tuple[Row, Row]]
) -> set[int]:
    return set(match.actions(session, cell, rows))


def _why(row: Row, state: state_module.State | None) -> str:
    created = row_module.created(row)
    if state is None:
        return MISSING
    if state['floor'] and created < state['floor']:
        return OLD
    reached = state['caught_up_at']
    return (
        LATE
        if reached is None or created >= reached.replace(microsecond=0)
        else MISSING
    )
