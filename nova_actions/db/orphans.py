# SPDX-License-Identifier: Apache-2.0
"""Actions that never got a step, nor an end: after a time they count as
interrupted. A step that comes later opens them again."""

import datetime
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils
from sqlalchemy import orm

from nova_actions.db import report
from nova_actions.db import rows
from nova_actions.db import status
from nova_actions.db.engine import reader
from nova_actions.db.engine import writer
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS

#: How many are closed in one transaction.
CHUNK = 200


def interrupt(context: Any, timeout: float) -> int:
    """Close the actions that have been without a step for longer than so
    many seconds; return how many.

    :raises DatabaseUnavailable: some may be closed, others not
    """
    closed = 0
    before = timeutils.utcnow() - datetime.timedelta(seconds=timeout)
    evidence = (f'Neither a step of it nor its end was recorded within '
                f'{timeout:g} s; how it ended is not known.')
    while ids := _orphans(context, before):
        closed += _close(context, ids, evidence)
    return closed


def _is_orphan(before: datetime.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        ACTIONS.c.status == status.RUNNING, ACTIONS.c.created_at < before,
        ~sa.exists().where(EVENTS.c.action_id == ACTIONS.c.id))


@reader
def _orphans(session: orm.Session, before: datetime.datetime) -> list[int]:
    return list(session.execute(
        sa.select(ACTIONS.c.id).where(_is_orphan(before)).order_by(
            ACTIONS.c.created_at).limit(CHUNK)).scalars())


@writer
def _close(session: orm.Session, ids: Sequence[int], evidence: str) -> int:
    locked = {row['id']: row for row in report.lock(session, ids)}
    # Some may have got a step before they were locked.
    stepped = set(session.execute(sa.select(EVENTS.c.action_id).where(
        EVENTS.c.action_id.in_(sorted(locked)))).scalars())
    left = {row_id: row for row_id, row in locked.items()
            if row['status'] == status.RUNNING and row_id not in stepped}
    if not left:
        return 0
    now = timeutils.utcnow()
    kind = ACTIONS.c.updated_at.type
    session.execute(sa.update(ACTIONS).where(
        ACTIONS.c.id.in_(sorted(left))).values(
            status=status.INTERRUPTED, message=status.MESSAGE_ERROR,
            evidence=evidence, finish_time=sa.case(
                (ACTIONS.c.start_time > now, ACTIONS.c.start_time),
                else_=sa.literal(now, kind)),
            updated_at=sa.case(*(
                (ACTIONS.c.id == row_id,
                 sa.literal(rows.moved(row, now), kind))
                for row_id, row in left.items()))).execution_options(
                    synchronize_session=False))
    return len(left)
