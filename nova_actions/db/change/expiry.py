# SPDX-License-Identifier: Apache-2.0
"""Removes expired changes, oldest first."""

import datetime
from typing import Any

import sqlalchemy as sa

from nova_actions.db import lease
from nova_actions.db.change import numbering
from nova_actions.db.engine import recorder
from nova_actions.db.models import CHANGE_FEED
from nova_actions.db.models import CHANGES

#: How many are checked in one transaction.
BATCH = 1000


@recorder
def expire(connection: Any, age: datetime.timedelta) -> bool:
    """Remove some changes that are older; tell whether there may be more.

    Readers that have not read these get ChangesGone from then on.
    """
    if numbering.locked(connection) is None:
        return False
    before = lease.now(connection) - age
    oldest = connection.execute(
        sa.select(CHANGES.c.number, CHANGES.c.created_at)
        .order_by(CHANGES.c.number)
        .limit(BATCH)
    ).all()
    gone = [row.number for row in oldest if row.created_at < before]
    if gone:
        connection.execute(
            sa.delete(CHANGES).where(CHANGES.c.number <= gone[-1])
        )
        connection.execute(sa.update(CHANGE_FEED).values(purged=gone[-1]))
    return len(gone) == BATCH
