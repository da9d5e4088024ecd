# SPDX-License-Identifier: Apache-2.0
"""Crash closure: what a dead reporter left open is closed as interrupted.

Only events that carry the reporter's epoch are touched: of a Nova client's
nobody can know whether it lives.
"""

from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions.db import ledger
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.models import EVENTS
from nova_actions.db.models import REPORTERS

#: How many actions are closed in one transaction.
CHUNK = 200



@reader
def reporter_list(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return the reporters that are not closed: epoch, host, beats and
    last_seen (naive UTC, by a conductor's clock)."""
    found = connection.execute(sa.select(
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


@recorder
def _close_some(connection: Any, epoch: str, evidence: str,
                beats: int | None) -> tuple[int, bool]:
    """Close some actions' events; return how many, and whether there may be
    more."""
    life = connection.execute(sa.select(REPORTERS).where(
        REPORTERS.c.epoch == epoch).with_for_update()).mappings().first()
    if beats is not None and (life is None or life['beats'] != beats
                              or life['closed_at'] is not None):
        return 0, False
    ids = list(connection.execute(
        sa.select(EVENTS.c.action_id).where(
            EVENTS.c.epoch == epoch, EVENTS.c.finish_time.is_(None)
        ).distinct().order_by(EVENTS.c.action_id).limit(CHUNK)).scalars())
    if not ids:
        connection.execute(sa.update(REPORTERS).where(
            REPORTERS.c.epoch == epoch).values(closed_at=timeutils.utcnow()))
        return 0, False
    book = ledger.of_actions(connection, ids)
    closed = 0
    for action in book.actions.values():
        for event in action.events.values():
            if event['epoch'] == epoch and event['finish_time'] is None:
                book.interrupt(event, action, evidence)
                closed += 1
    ledger.store(connection, book)
    return closed, True
