# SPDX-License-Identifier: Apache-2.0
"""Crash closure: what a dead reporter left open is closed as interrupted.

Only events that carry the reporter's epoch are touched: of a Nova client's
nobody can know whether it lives.
"""

from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils
from sqlalchemy import orm

from nova_actions import vocabulary
from nova_actions.db import report
from nova_actions.db import rows
from nova_actions.db.engine import reader
from nova_actions.db.engine import writer
from nova_actions.db.models import EVENTS
from nova_actions.db.models import REPORTERS

#: How many actions are closed in one transaction.
CHUNK = 200



@reader
def reporter_list(session: orm.Session) -> list[dict[str, Any]]:
    """Return the reporters that are not closed: epoch, host, beats and
    last_seen (naive UTC, by a conductor's clock)."""
    found = session.execute(sa.select(
        REPORTERS.c.epoch, REPORTERS.c.host, REPORTERS.c.beats,
        REPORTERS.c.last_seen,
    ).where(REPORTERS.c.closed_at.is_(None))).mappings()
    return [dict(row) for row in found]


def close(context: Any, epoch: str, evidence: str,
          beats: int | None = None) -> int:
    """Close what a reporter's life left open and return how many events.

    :param evidence: why that life counts as over; stored as ``details``
    :param beats: only if it has not been heard of more often than that
    :raises DatabaseUnavailable: some may be closed, others not
    """
    closed = 0
    while True:
        events, more = _close_some(context, epoch, evidence, beats)
        closed += events
        if not more:
            return closed


@writer
def _close_some(session: orm.Session, epoch: str, evidence: str,
                beats: int | None) -> tuple[int, bool]:
    """Close some actions' events; return how many, and whether there may be
    more."""
    life = session.execute(sa.select(REPORTERS).where(
        REPORTERS.c.epoch == epoch).with_for_update()).mappings().first()
    if beats is not None and (life is None or life['beats'] != beats
                              or life['closed_at'] is not None):
        return 0, False
    is_open = sa.and_(EVENTS.c.epoch == epoch,
                      EVENTS.c.finish_time.is_(None))
    ids = list(session.execute(
        sa.select(EVENTS.c.action_id).where(is_open).distinct()
        .order_by(EVENTS.c.action_id).limit(CHUNK)).scalars())
    now = timeutils.utcnow()
    if not ids:
        session.execute(sa.update(REPORTERS).where(
            REPORTERS.c.epoch == epoch).values(closed_at=now))
        return 0, False
    locked = report.lock(session, ids)
    # Where the clocks disagree, an end still comes after its beginning.
    end = sa.case((EVENTS.c.start_time > now, EVENTS.c.start_time),
                  else_=sa.literal(now, EVENTS.c.finish_time.type))
    updated: Any = session.execute(sa.update(EVENTS).where(
        is_open, EVENTS.c.action_id.in_(ids)).values(
            finish_time=end, result=vocabulary.RESULT_INTERRUPTED,
            details=evidence, reason=vocabulary.REASON_INTERRUPTED,
            updated_at=now).execution_options(
                synchronize_session=False))
    report.settle(session, {row['id']: rows.moved(row, now)
                            for row in locked})
    return updated.rowcount, True
