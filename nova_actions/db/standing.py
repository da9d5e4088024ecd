# SPDX-License-Identifier: Apache-2.0
"""The state of the record: what is open, which reporters are silent, what
waits and what was lost."""

import collections
import dataclasses
import datetime
import json
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions.db import lease
from nova_actions.db import reporter
from nova_actions.db import status
from nova_actions.db.engine import reader
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import FOLLOWED_CELLS
from nova_actions.db.models import REPORTERS

Row = dict[str, Any]

_OPEN = (
    sa.select(
        ACTIONS.c.action,
        sa.func.count().label('number'),
        sa.func.min(ACTIONS.c.created_at).label('oldest'),
    )
    .where(ACTIONS.c.status == status.RUNNING)
    .group_by(ACTIONS.c.action)
)
_INTERRUPTED = sa.select(sa.func.count()).where(
    ACTIONS.c.status == status.INTERRUPTED
)
_ALIVE = sa.select(
    REPORTERS.c.host,
    REPORTERS.c.waiting,
    REPORTERS.c.waiting_since,
    REPORTERS.c.last_seen,
).where(REPORTERS.c.closed_at.is_(None))
_LOST = sa.select(REPORTERS.c.lost, REPORTERS.c.refused).where(
    sa.or_(REPORTERS.c.lost != '{}', REPORTERS.c.refused > 0)
)
_CELLS = sa.select(
    FOLLOWED_CELLS.c.cell,
    FOLLOWED_CELLS.c.caught_up_at,
    FOLLOWED_CELLS.c.created_at,
    FOLLOWED_CELLS.c.paused,
    lease.Now().label('now'),
).where(lease.is_wanted(FOLLOWED_CELLS.c.holder))


@dataclasses.dataclass
class Host:
    """The reporters of a host that are not closed.

    :param silent: seconds since the last heartbeat of the most silent one
    :param waiting: how many reports wait there for delivery
    :param oldest: seconds for which the oldest of them has been waiting, as
        of its reporter's last heartbeat
    """

    silent: float = 0.0
    waiting: int = 0
    oldest: float = 0.0

    def add(self, row: sa.RowMapping, now: datetime.datetime) -> None:
        """Add one of its reporters."""
        silent = (now - row['last_seen']).total_seconds()
        self.silent = max(self.silent, silent)
        self.waiting += row['waiting'] or 0
        if row['waiting_since'] is not None:
            waited = (now - row['waiting_since']).total_seconds()
            self.oldest = max(self.oldest, waited)

    @property
    def is_silent(self) -> bool:
        return self.silent > reporter.SILENCE.total_seconds()


@dataclasses.dataclass(frozen=True)
class Standing:
    """The state of the record.

    :param open: by action name, how many are open, and the age of the oldest
        in seconds
    :param interrupted: how many actions are interrupted
    :param reporters: how many reporters are not closed
    :param hosts: by host name
    :param lost: how many reports were lost, by reason, by all reporters that
        are still known
    :param cells: by the name of each followed cell, how many seconds its copy
        lags behind, None for a paused one
    """

    open: dict[str, tuple[int, float]]
    interrupted: int
    reporters: int
    hosts: dict[str, Host]
    lost: dict[str, int]
    cells: dict[str, float | None]


@reader
def get(connection: sa.Connection) -> Standing:
    """Return the state of the record now.

    :raises DatabaseUnavailable: the database does not answer
    """
    now = timeutils.utcnow()
    hosts: dict[str, Host] = collections.defaultdict(Host)
    alive = connection.execute(_ALIVE).mappings().all()
    for row in alive:
        hosts[row['host'] or ''].add(row, now)
    return Standing(
        open={
            row.action: (
                row.number,
                max(0.0, (now - row.oldest).total_seconds()),
            )
            for row in connection.execute(_OPEN)
        },
        interrupted=connection.execute(_INTERRUPTED).scalar_one(),
        reporters=len(alive),
        hosts=dict(hosts),
        lost=_lost(connection),
        cells={
            row.cell: None
            if row.paused
            else max(
                0.0,
                (
                    row.now - (row.caught_up_at or row.created_at)
                ).total_seconds(),
            )
            for row in connection.execute(_CELLS)
        },
    )


def _lost(connection: sa.Connection) -> dict[str, int]:
    lost: collections.Counter[str] = collections.Counter()
    for row in connection.execute(_LOST):
        # For a reporter that reports no losses, what conductors rejected.
        lost.update(
            {'refused': row.refused}
            if row.lost is None
            else json.loads(row.lost)
        )
    return dict(lost)
