# SPDX-License-Identifier: Apache-2.0
"""Reporters: sessions of reporting processes, and what they report about
themselves."""

import datetime
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils
from sqlalchemy import orm

from nova_actions import exception
from nova_actions.db.engine import reader
from nova_actions.db.engine import writer
from nova_actions.db.models import EVENTS
from nova_actions.db.models import REPORTERS

Row = dict[str, Any]

#: How many are read at once.
PAGE = 1000

#: How long without a heartbeat a reporter counts as silent: three times the
#: default of [reporter] heartbeat_interval.
SILENCE = datetime.timedelta(seconds=90)

#: The greatest age of a report that is believed; a clock may say anything.
_OLDEST = datetime.timedelta(days=36525)

#: How long the losses of a closed reporter are kept.
LOSSES_KEPT = datetime.timedelta(days=7)


def beat(
    session: orm.Session, epoch: str, host: str | None, **told: Any
) -> None:
    """Store a heartbeat of a reporter, which reopens a closed one, within a
    transaction.

    :param told: columns that the reporter sets itself
    """
    now = timeutils.utcnow()
    updated: Any = session.execute(
        sa.update(REPORTERS)
        .where(REPORTERS.c.epoch == epoch)
        .values(
            last_seen=now, beats=REPORTERS.c.beats + 1, closed_at=None, **told
        )
    )
    if not updated.rowcount:
        session.execute(
            sa.insert(REPORTERS).values(
                epoch=epoch,
                host=host,
                created_at=now,
                last_seen=now,
                beats=1,
                **told,
            )
        )


def told(
    context: Any,
    epoch: str,
    host: str | None,
    waiting: int,
    lost: Mapping[str, int],
    about: Mapping[str, Any] | None = None,
    oldest_age: int | None = None,
) -> None:
    """Store what a reporter reports about itself.

    :param waiting: how many of its reports are not delivered yet
    :param lost: how many it has lost in this session, by reason
    :param about: what its host program reports about itself
    :param oldest_age: seconds for which the oldest of the waiting reports has
        been waiting; None if none waits, or the reporter does not report this
    """
    values = {
        'waiting': waiting,
        'waiting_since': _since(oldest_age),
        'lost': _json(lost),
        'about': _json(about) if about else None,
    }
    try:
        _told(context, epoch, host, values)
    except exception.Conflict:
        # Another call has just stored this session for the first time.
        _told(context, epoch, host, values)


def _since(age: int | None) -> datetime.datetime | None:
    """Return since when something has been waiting, by our own clock."""
    if age is None:
        return None
    return timeutils.utcnow() - datetime.timedelta(
        seconds=min(age, _OLDEST.total_seconds())
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), sort_keys=True)


@writer
def _told(
    session: orm.Session, epoch: str, host: str | None, values: Row
) -> None:
    beat(session, epoch, host, **values)


@writer
def count(
    session: orm.Session, epoch: str, refused: int, times_cut: int
) -> None:
    """Count the reports of a reporter that a conductor rejected or changed."""
    session.execute(
        sa.update(REPORTERS)
        .where(REPORTERS.c.epoch == epoch)
        .values(
            refused=REPORTERS.c.refused + refused,
            times_cut=REPORTERS.c.times_cut + times_cut,
        )
    )


@reader
def ask(connection: sa.Connection) -> None:
    """Check that the database answers. This reads a table, since a Galera
    node without a quorum still answers everything else.

    :raises DatabaseUnavailable: it does not
    """
    connection.execute(sa.select(REPORTERS.c.id).limit(1)).first()


@reader
def page(connection: sa.Connection, after: int = 0) -> list[Row]:
    """Return the next reporters by id, the closed ones too.

    ``lost`` is by reason, as reported; for a reporter that reports no losses,
    it is what conductors rejected. ``about`` is empty if nothing was reported.
    """
    found = connection.execute(
        sa.select(REPORTERS)
        .where(REPORTERS.c.id > after)
        .order_by(REPORTERS.c.id)
        .limit(PAGE)
    ).mappings()
    return [
        {
            **row,
            'lost': _lost(dict(row)),
            'about': json.loads(row['about'] or '{}'),
        }
        for row in found
    ]


def _lost(row: Mapping[str, Any]) -> dict[str, int]:
    if row['lost'] is not None:
        told: dict[str, int] = json.loads(row['lost'])
        return told
    return {'refused': row['refused']} if row['refused'] else {}


def _is_forgettable(now: datetime.datetime) -> sa.ColumnElement[bool]:
    """Return whether nothing refers to a reporter and its losses are old."""
    no_losses = sa.and_(
        REPORTERS.c.refused == 0,
        REPORTERS.c.times_cut == 0,
        sa.or_(REPORTERS.c.lost.is_(None), REPORTERS.c.lost == '{}'),
    )
    return sa.and_(
        REPORTERS.c.closed_at.is_not(None),
        ~sa.exists().where(EVENTS.c.epoch == REPORTERS.c.epoch),
        sa.or_(no_losses, REPORTERS.c.closed_at < now - LOSSES_KEPT),
    )


def forget(context: Any) -> int:
    """Delete closed reporters that nothing refers to; return how many."""
    forgotten = after = 0
    while True:
        after, gone = _forget_some(context, after)
        forgotten += gone
        if not after:
            return forgotten


@writer
def _forget_some(session: orm.Session, after: int) -> tuple[int, int]:
    """Check the next closed reporters; return the last id, 0 at the end, and
    how many were deleted."""
    ids = (
        session.execute(
            sa.select(REPORTERS.c.id)
            .where(
                REPORTERS.c.id > after,
                REPORTERS.c.closed_at.is_not(None),
            )
            .order_by(REPORTERS.c.id)
            .limit(PAGE)
        )
        .scalars()
        .all()
    )
    if not ids:
        return 0, 0
    # A reporter that has sent a heartbeat meanwhile is not closed any more.
    deleted: Any = session.execute(
        sa.delete(REPORTERS)
        .where(REPORTERS.c.id.in_(ids), _is_forgettable(timeutils.utcnow()))
        .execution_options(synchronize_session=False)
    )
    return ids[-1], deleted.rowcount
