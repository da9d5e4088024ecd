# SPDX-License-Identifier: Apache-2.0
"""Actions at a glance: each with its server's name and what its steps
say."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from nova_actions import vocabulary
from nova_actions.db import page
from nova_actions.db import status
from nova_actions.db import table
from nova_actions.db.engine import reader
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES
from nova_actions.db.search import scan
from nova_actions.db.search.query import Query
from nova_actions.db.table import Row

_BAD = (vocabulary.RESULT_ERROR, vocabulary.RESULT_INTERRUPTED)
_IDS: sa.BindParameter[int] = sa.bindparam('ids', expanding=True)
_ACTIONS = (
    sa.select(ACTIONS, INSTANCES.c.display_name.label('server_name'))
    .join(INSTANCES, INSTANCES.c.uuid == ACTIONS.c.instance_uuid)
    .where(ACTIONS.c.id.in_(_IDS))
)
_STEPS = (
    sa.select(
        EVENTS.c.action_id,
        EVENTS.c.event,
        EVENTS.c.host,
        sa.func.count().label('times'),
        sa.func.max(sa.case((EVENTS.c.result.in_(_BAD), EVENTS.c.id))).label(
            'failed_id'
        ),
    )
    .where(EVENTS.c.action_id.in_(_IDS))
    .group_by(EVENTS.c.action_id, EVENTS.c.event, EVENTS.c.host)
)
_FAILURES = sa.select(EVENTS.c.id, EVENTS.c.reason).where(
    EVENTS.c.id.in_(_IDS)
)

#: Statuses of an action that did not go well.
_WENT_WRONG = (status.FAILED, status.INTERRUPTED)


@reader
def find(
    connection: sa.Connection,
    query: Query,
    limit: int,
    after: scan.Place | None = None,
) -> tuple[list[Row], scan.Place | None]:
    """Return a page of a search, and where the next one begins."""
    found = scan.find(connection, query, limit, after)
    return of_actions(connection, found.ids), found.end


def of_actions(connection: sa.Connection, ids: Sequence[int]) -> list[Row]:
    """Return actions in the order of these ids: each with ``server_name``,
    ``attempts`` (of the step that was tried most often), ``hosts`` and, where
    it went wrong, the ``reason`` of its last failure."""
    found: dict[int, Row] = {}
    for some in page.chunks(ids):
        steps = table.found(connection, _STEPS, {'ids': some})
        reasons = _reasons(connection, steps)
        for row in table.found(connection, _ACTIONS, {'ids': some}):
            found[row['id']] = _summary(
                row,
                [step for step in steps if step['action_id'] == row['id']],
                reasons,
            )
    # What was purged meanwhile is not there any more.
    return [found[each] for each in ids if each in found]


def _reasons(
    connection: sa.Connection, steps: Iterable[Row]
) -> dict[int, str | None]:
    last: dict[int, int] = {}
    for step in steps:
        if step['failed_id'] is not None:
            action_id = step['action_id']
            last[action_id] = max(step['failed_id'], last.get(action_id, 0))
    words = (
        {
            row['id']: row['reason']
            for row in table.found(
                connection, _FAILURES, {'ids': list(last.values())}
            )
        }
        if last
        else {}
    )
    return {
        action_id: words.get(event_id) for action_id, event_id in last.items()
    }


def _summary(
    row: Row, steps: Iterable[Row], reasons: dict[int, str | None]
) -> Row:
    times: dict[str, int] = {}
    for step in steps:
        times[step['event']] = times.get(step['event'], 0) + step['times']
    reason = None
    if row['status'] in _WENT_WRONG:
        reason = reasons.get(row['id'])
        if reason is None and row['status'] == status.INTERRUPTED:
            reason = vocabulary.REASON_INTERRUPTED
    return {
        **row,
        'attempts': max(times.values(), default=0),
        'reason': reason,
        'hosts': sorted({step['host'] for step in steps if step['host']}),
    }
