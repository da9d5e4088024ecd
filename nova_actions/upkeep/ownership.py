# SPDX-License-Identifier: Apache-2.0
"""Fills in the owner of actions whose row has none: during an upgrade, a
conductor of the previous release still writes rows without that column."""

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions.context import RequestContext
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import INSTANCES
from nova_actions.db.stat import mark

#: How many rows change in one transaction.
CHUNK = 1000

_MISSING = (
    sa.select(ACTIONS.c.id).where(ACTIONS.c.owner_id.is_(None)).limit(CHUNK)
)
_FILL = (
    sa.update(ACTIONS)
    .where(ACTIONS.c.id.in_(sa.bindparam('ids', expanding=True)))
    .values(
        owner_id=sa.select(INSTANCES.c.project_id)
        .where(INSTANCES.c.uuid == ACTIONS.c.instance_uuid)
        .scalar_subquery()
    )
)


def fill(context: RequestContext) -> None:
    """Set the owner of each such action to the project of its server."""
    while ids := _missing(context):
        _fill(context, ids)


@reader
def _missing(connection: sa.Connection) -> list[int]:
    return list(connection.execute(_MISSING).scalars())


@recorder
def _fill(connection: sa.Connection, ids: list[int]) -> None:
    # In the order of the ids, as every writer locks them.
    connection.execute(_FILL, {'ids': sorted(ids)})
    mark.add(
        connection,
        connection.execute(
            sa.select(ACTIONS.c.start_time).where(ACTIONS.c.id.in_(ids))
        ).scalars(),
        timeutils.utcnow(),
    )
