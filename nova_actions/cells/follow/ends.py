# SPDX-License-Identifier: Apache-2.0
"""Compares the ends of actions and events that both a cell and a reporter
recorded."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from nova_actions import vocabulary
from nova_actions.cells.follow import match
from nova_actions.cells.follow import source_row
from nova_actions.context import RequestContext
from nova_actions.db import status
from nova_actions.db.engine import reader
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS

Row = dict[str, Any]

OPEN_THERE = 'open_there'
OPEN_HERE = 'open_here'
CLOSED_HERE = 'closed_here'
RESULT = 'result'
TIME = 'time'
FAILED_HERE = 'failed_here'
FAILED_THERE = 'failed_there'
MEANING = {
    OPEN_THERE: 'ended here, open in the cell: Nova has lost the end, has '
    'written it to another attempt, or has not written it yet',
    OPEN_HERE: 'open here, ended in the cell: the report has not arrived yet',
    CLOSED_HERE: 'interrupted here: the service ended without reporting the '
    "end; what Nova has is another attempt's, or older",
    RESULT: 'with another result: Nova has overwritten it with another '
    "attempt's, or has handled the error",
    TIME: 'ended more than a minute apart: Nova has overwritten the end with '
    "another attempt's",
    FAILED_HERE: 'failed here, without an error in the cell: Nova has handled '
    'the error of a step, or lost its end',
    FAILED_THERE: 'succeeded here, with an error in the cell: an attempt '
    'failed, and a later one succeeded',
}


def differences(
    context: RequestContext,
    name: str,
    rows: Iterable[Row],
    reported: Mapping[int, int],
) -> list[str]:
    """Return how each row that ended differently here did so.

    :param name: of the table
    :param reported: the ids of what a reporter told of the rows, by the ids in
        the cell
    """
    is_event = name == source_row.EVENTS
    own = _own(
        context, EVENTS if is_event else ACTIONS, set(reported.values())
    )
    tell = _of_event if is_event else _of_action
    found = (
        tell(row, own[reported[row['id']]])
        for row in rows
        if reported.get(row['id']) in own
    )
    return [each for each in found if each is not None]


@reader
def _own(
    connection: sa.Connection, table: sa.Table, ids: Collection[int]
) -> Mapping[int | None, Row]:
    names = ('id', 'finish_time', 'result' if table is EVENTS else 'status')
    return {
        row['id']: dict(row)
        for row in connection.execute(
            sa.select(*(table.c[name] for name in names)).where(
                table.c.id.in_(sorted(ids))
            )
        ).mappings()
    }


def _of_event(row: Row, own: Row) -> str | None:
    ended, mine = row['finish_time'], own['finish_time']
    if own['result'] == vocabulary.RESULT_INTERRUPTED:
        return CLOSED_HERE
    if mine is None or ended is None:
        return (
            None
            if mine is ended
            else OPEN_HERE
            if mine is None
            else OPEN_THERE
        )
    if row['result'] != own['result']:
        return RESULT
    return TIME if abs(mine - ended) > match.APART else None


def _of_action(row: Row, own: Row) -> str | None:
    if own['status'] == status.RUNNING:
        return None
    is_error = row['message'] == status.MESSAGE_ERROR
    if is_error == (own['status'] in (status.FAILED, status.INTERRUPTED)):
        return None
    return FAILED_THERE if is_error else FAILED_HERE
