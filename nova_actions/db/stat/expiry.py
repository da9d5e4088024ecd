# SPDX-License-Identifier: Apache-2.0
"""Removes hourly counts that have been kept for long enough, oldest first."""

import datetime
from typing import Any

import sqlalchemy as sa

from nova_actions.db.engine import recorder
from nova_actions.db.models import ROLLUP_STATE
from nova_actions.db.models import ROLLUPS
from nova_actions.db.stat import mark
from nova_actions.db.stat import rollup

#: How many rows are removed in one transaction.
BATCH = 1000


@recorder
def expire(connection: Any, before: datetime.datetime) -> int:
    """Remove some of the counts of the hours before a time; return how many
    rows that were, fewer than :data:`BATCH` when none are left.

    The removed hours are not counted again: statistics of them are answered
    from the rows of actions, as far as those are kept.

    :param before: naive UTC
    """
    state = rollup.locked(connection)
    if state is None:
        # No hour has been counted yet.
        return 0
    before = mark.hour_of(before)
    if state['lost_before'] is None or state['lost_before'] < before:
        connection.execute(
            sa.update(ROLLUP_STATE).values(
                lost_before=before,
                rolled_from=max(state['rolled_from'], before),
                rolled_to=max(state['rolled_to'], before),
            )
        )
    ids = (
        connection.execute(
            sa.select(ROLLUPS.c.id)
            .where(ROLLUPS.c.hour < before)
            .order_by(ROLLUPS.c.hour)
            .limit(BATCH)
        )
        .scalars()
        .all()
    )
    if ids:
        connection.execute(sa.delete(ROLLUPS).where(ROLLUPS.c.id.in_(ids)))
    return len(ids)
