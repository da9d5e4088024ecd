# SPDX-License-Identifier: Apache-2.0
"""How complete an answer is: what is purged, and what may not have arrived
yet."""

import dataclasses
import datetime

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions.cells.follow import state
from nova_actions.db import lease
from nova_actions.db import reporter
from nova_actions.db.engine import reader
from nova_actions.db.models import FOLLOWED_CELLS
from nova_actions.db.models import HORIZONS
from nova_actions.db.models import REPORTERS


@dataclasses.dataclass(frozen=True)
class Coverage:
    """How complete an answer is.

    :param purged_before: what was created before that may be gone
    :param follow_lag: how many seconds the copy of a followed cell is behind,
        of the cell that is most behind; None when no cell is followed
    :param silent_cells: cells that are not being copied, or are copied late
    :param silent_hosts: hosts with a reporter that is silent
    """

    purged_before: datetime.datetime | None
    follow_lag: int | None
    silent_cells: tuple[str, ...]
    silent_hosts: tuple[str, ...]


@reader
def get(connection: sa.Connection) -> Coverage:
    """Return how complete the record is now."""
    cells = (
        connection.execute(
            sa.select(FOLLOWED_CELLS).where(
                lease.is_wanted(FOLLOWED_CELLS.c.holder)
            )
        )
        .mappings()
        .all()
    )
    now = lease.now(connection) if cells else timeutils.utcnow()
    lags = {
        row['cell']: now - (row['caught_up_at'] or row['created_at'])
        for row in cells
    }
    hosts = connection.execute(
        sa.select(REPORTERS.c.host)
        .where(
            REPORTERS.c.closed_at.is_(None),
            REPORTERS.c.last_seen < timeutils.utcnow() - reporter.SILENCE,
            REPORTERS.c.host.is_not(None),
        )
        .distinct()
    ).scalars()
    return Coverage(
        purged_before=connection.execute(
            sa.select(HORIZONS.c.before)
        ).scalar(),
        follow_lag=max(
            (max(0, int(lag.total_seconds())) for lag in lags.values()),
            default=None,
        ),
        silent_cells=tuple(
            sorted(
                row['cell']
                for row in cells
                if row['paused']
                or row['lease_end'] is None
                or row['lease_end'] <= now
                or lags[row['cell']] > state.LATE
            )
        ),
        silent_hosts=tuple(sorted(hosts)),
    )
