# SPDX-License-Identifier: Apache-2.0
"""The pool of connections of our own database, measured."""

import sqlalchemy as sa

from nova_actions import metrics
from nova_actions.db import engine


def measure() -> None:
    """Set the gauges of the pool: connections in use and idle, and how many
    there may be (none is told where there is no limit).

    A pool that opens a connection for each use has none.
    """
    pool = engine.pool()
    if not isinstance(pool, sa.QueuePool):
        return
    metrics.DATABASE_CONNECTIONS.set(pool.checkedout(), 'in_use')
    metrics.DATABASE_CONNECTIONS.set(pool.checkedin(), 'idle')
    if pool._max_overflow >= 0:
        metrics.DATABASE_CONNECTIONS.set(
            pool.size() + pool._max_overflow, 'limit'
        )
