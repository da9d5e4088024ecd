# SPDX-License-Identifier: Apache-2.0
"""Reporters: each life of a reporting process, and what it tells of itself."""

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

#: After how long without a word a reporter counts as silent: three times
#: [reporter] heartbeat_interval as it is by default.
SILENCE = datetime.timedelta(seconds=90)

#: The oldest age that is believed of a report; a clock may say anything.
_OLDEST = datetime.timedelta(days=36525)

#: For how long the losses of one that is over are kept.
LOSSES_KEPT = datetime.timedelta(days=7)


def beat(
    session: orm.Session, epoch: str, host: str | None, **told: Any
) -> None:
    """Note within a transaction that a reporter was heard of, which revives
    it.

    :param told: columns that it fills itself
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
    """Note what a reporter tells of itself.

    :param waiting: how many reports it has that are not delivered yet
    :param lost: how many it has lost in this life, by reason
    :param about: what the program that it runs in tells of itself
    :param oldest_age: for how many seconds the oldest of the waiting reports
        has been waiting; None where there is none, or it does not tell
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
        # Somebody else has noted that life for the first time.
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
    """Count what a conductor did not take from a reporter as it was."""
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
    """See that the database answers. It is asked for a row of a table: a
    Galera node without a quorum answers everything else.

    :raises DatabaseUnavailable: it does not
    """
    connection.execute(sa.select(REPORTERS.c.id).limit(1)).first()


@reader
def page(connection: sa.Connection, after: int = 0) -> list[Row]:
    """Return the next reporters by id, the closed ones too.

    ``lost`` is by reason: what the reporter told, or of one that does not
    tell what conductors refused. ``about`` is empty where it tells nothing.
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
    """Whether nothing refers to a reporter, nor needs to be told of it."""
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
    """Delete the reporters that are over and that nothing refers to; return
    how many."""
    forgotten = after = 0
    while True:
        after, gone = _forget_some(context, after)
        forgotten += gone
        if not after:
            return forgotten


@writer
def _forget_some(session: orm.Session, after: int) -> tuple[int, int]:
    """Look at the next closed ones; return the last id, 0 at the end, and
    how many went."""
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
    # One that is heard of meanwhile is not closed any more.
    deleted: Any = session.execute(
        sa.delete(REPORTERS)
        .where(REPORTERS.c.id.in_(ids), _is_forgettable(timeutils.utcnow()))
        .execution_options(synchronize_session=False)
    )
    return ids[-1], deleted.rowcount
