# SPDX-License-Identifier: Apache-2.0
"""Instances of our own database: who owns what was acted on."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from nova_actions.db import page
from nova_actions.db import table
from nova_actions.db.engine import reader
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import INSTANCES
from nova_actions.db.table import Row

_GET = sa.select(INSTANCES).where(INSTANCES.c.uuid == sa.bindparam('uuid'))
_OF_ACTION = (
    sa.select(INSTANCES)
    .join(ACTIONS, ACTIONS.c.instance_uuid == INSTANCES.c.uuid)
    .where(ACTIONS.c.id == sa.bindparam('action_id'))
)


@reader
def instance_get(connection: sa.Connection, uuid: str) -> Row | None:
    """Return the instance of our own database, None when it has none."""
    for row in table.found(connection, _GET, {'uuid': uuid}):
        # Where a collation pads with spaces, another id could have matched.
        if row['uuid'] == uuid:
            return row
    return None


@reader
def instance_list(
    connection: sa.Connection,
    limit: int,
    name: str | None = None,
    project_id: str | None = None,
    after: Mapping[str, Any] | None = None,
) -> list[Row]:
    """Return undeleted instances, newest first by (created_at, uuid).

    :param after: the instance to go on after
    """
    conditions = [
        INSTANCES.c[column] == value
        for column, value in (
            ('display_name', name),
            ('project_id', project_id),
        )
        if value is not None
    ]
    return table.found(
        connection, page.of_servers(INSTANCES, after, limit, *conditions)
    )


@reader
def action_get_instance(
    connection: sa.Connection, action_id: int
) -> Row | None:
    """Return the instance that an action belongs to."""
    found = table.found(connection, _OF_ACTION, {'action_id': action_id})
    return next(iter(found), None)
