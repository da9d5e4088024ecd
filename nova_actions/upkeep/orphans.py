# SPDX-License-Identifier: Apache-2.0
"""Actions that got neither a step nor an end. After a time they count as
interrupted; a later step reopens them."""

import datetime
from collections.abc import Sequence

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions.context import RequestContext
from nova_actions.db import ledger
from nova_actions.db import status
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS

#: How many are closed in one transaction.
CHUNK = 200


def interrupt(context: RequestContext, timeout: float) -> int:
    """Close the actions that have had no step for longer than a timeout, in
    seconds; return how many.

    :raises DatabaseUnavailable: some may be closed, others not
    """
    closed = 0
    before = timeutils.utcnow() - datetime.timedelta(seconds=timeout)
    evidence = (
        f'Neither a step of it nor its end was recorded within '
        f'{timeout:g} s; how it ended is not known.'
    )
    while ids := _orphans(context, before):
        closed += _close(context, ids, evidence)
    return closed


def _is_orphan(before: datetime.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        ACTIONS.c.status == status.RUNNING,
        ACTIONS.c.created_at < before,
        ~sa.exists().where(EVENTS.c.action_id == ACTIONS.c.id),
    )


@reader
def _orphans(
    connection: sa.Connection, before: datetime.datetime
) -> list[int]:
    return list(
        connection.execute(
            sa.select(ACTIONS.c.id)
            .where(_is_orphan(before))
            .order_by(ACTIONS.c.created_at)
            .limit(CHUNK)
        ).scalars()
    )


@recorder
def _close(
    connection: sa.Connection, ids: Sequence[int], evidence: str
) -> int:
    book = ledger.of_actions(connection, ids)
    # Some may have got a step before they were locked.
    left = [
        each
        for each in book.actions.values()
        if each.row['status'] == status.RUNNING and not each.events
    ]
    for action in left:
        book.interrupt_action(action, evidence)
    ledger.store(connection, book)
    return len(left)
