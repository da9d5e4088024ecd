# SPDX-License-Identifier: Apache-2.0
"""Closes open events as interrupted: those of a dead reporter, and those that
an operator gives up.

Of a dead reporter's only events that carry its epoch are touched: of a Nova
client's nobody can know whether it lives. An operator may know. Whatever is
closed, a late true finish still corrects.
"""

import datetime
from collections.abc import Callable, Sequence
from typing import TypedDict, cast

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.context import RequestContext
from nova_actions.db import ledger
from nova_actions.db import status
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.ledger_rules import EventRow
from nova_actions.db.ledger_rules import Ledger
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import REPORTERS


class Reporter(TypedDict):
    """A reporter as of its last heartbeat."""

    #: Its session.
    epoch: str
    host: str | None
    #: How many heartbeats it has sent.
    beats: int
    #: Naive UTC, by a conductor's clock.
    last_seen: datetime.datetime


#: How many actions are closed in one transaction.
CHUNK = 200

#: How much of the evidence an action without steps holds.
_EVIDENCE: int = cast(sa.String, ACTIONS.c.evidence.type).length or 0


@reader
def reporter_list(connection: sa.Connection) -> list[Reporter]:
    """Return the reporters that are not closed."""
    found = connection.execute(
        sa.select(
            REPORTERS.c.epoch,
            REPORTERS.c.host,
            REPORTERS.c.beats,
            REPORTERS.c.last_seen,
        ).where(REPORTERS.c.closed_at.is_(None))
    ).mappings()
    return [cast(Reporter, dict(row)) for row in found]


def close(
    context: RequestContext,
    epoch: str,
    evidence: str,
    beats: int | None = None,
) -> int:
    """Close what a reporter's life left open and return how many events.

    :param evidence: why that life counts as over; stored as ``details``
    :param beats: only if it has not sent more heartbeats than that
    :raises DatabaseUnavailable: some may be closed, others not
    """
    closed = 0
    while True:
        events, more = _close_some(context, epoch, evidence, beats)
        closed += events
        if not more:
            return closed


@recorder
def _close_some(
    connection: sa.Connection, epoch: str, evidence: str, beats: int | None
) -> tuple[int, bool]:
    """Close some actions' events; return how many, and whether there may be
    more."""
    life = (
        connection.execute(
            sa.select(REPORTERS)
            .where(REPORTERS.c.epoch == epoch)
            .with_for_update()
        )
        .mappings()
        .first()
    )
    if beats is not None and (
        life is None or life['beats'] != beats or life['closed_at'] is not None
    ):
        return 0, False
    ids = list(
        connection.execute(
            sa.select(EVENTS.c.action_id)
            .where(EVENTS.c.epoch == epoch, EVENTS.c.finish_time.is_(None))
            .distinct()
            .order_by(EVENTS.c.action_id)
            .limit(CHUNK)
        ).scalars()
    )
    if not ids:
        connection.execute(
            sa.update(REPORTERS)
            .where(REPORTERS.c.epoch == epoch)
            .values(closed_at=timeutils.utcnow())
        )
        return 0, False
    book = ledger.of_actions(connection, ids)
    closed = _interrupt(book, lambda event: event['epoch'] == epoch, evidence)
    ledger.store(connection, book)
    return closed, True


def _interrupt(
    book: Ledger,
    is_meant: Callable[[EventRow], bool],
    evidence: str,
    rules: str | None = None,
) -> int:
    """Close the open events that are meant; return how many."""
    closed = 0
    for action in book.actions.values():
        for event in action.events.values():
            if event['finish_time'] is None and is_meant(event):
                book.interrupt(event, action, evidence, rules)
                closed += 1
    return closed


@recorder
def close_action(
    connection: sa.Connection,
    uuid: str,
    evidence: str,
    rules: str | None = None,
) -> int:
    """Close an action and return how many steps of it were open; one that
    has no open step is closed itself.

    :param evidence: who closes it, when and why
    :param rules: which rules the evidence was made safe by
    :raises ActionNotFound: there is no such action here
    :raises Conflict: it has ended
    """
    ids = (
        connection.execute(
            sa.select(ACTIONS.c.id).where(ACTIONS.c.uuid == uuid)
        )
        .scalars()
        .all()
    )
    book = ledger.of_actions(connection, ids)
    action = book.actions.get(uuid)
    if action is None:
        raise exception.ActionNotFound(identifier=uuid)
    if action.row['status'] != status.RUNNING:
        raise exception.Conflict(
            f'Action {uuid} is not open: it is {action.row["status"]}.'
        )
    closed = _interrupt(book, lambda event: True, evidence, rules)
    if not closed:
        book.interrupt_action(action, evidence[:_EVIDENCE])
    ledger.store(connection, book)
    return closed


@recorder
def close_steps(
    connection: sa.Connection,
    uuids: Sequence[str],
    host: str,
    before: datetime.datetime,
    evidence: str,
    rules: str | None = None,
) -> int:
    """Close what is open of actions on a host since before a time; return
    how many steps that were.

    :param before: naive UTC
    :param evidence: as of :func:`close_action`
    """
    ids = (
        connection.execute(
            sa.select(ACTIONS.c.id).where(ACTIONS.c.uuid.in_(uuids))
        )
        .scalars()
        .all()
    )
    book = ledger.of_actions(connection, ids)
    closed = _interrupt(
        book,
        lambda event: (
            event['host'] == host
            and (event['start_time'] or event['created_at']) < before
        ),
        evidence,
        rules,
    )
    ledger.store(connection, book)
    return closed
