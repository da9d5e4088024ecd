# SPDX-License-Identifier: Apache-2.0
"""Instances of our own database: who owns what was acted on."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from nova_actions.db import page
from nova_actions.db.engine import reader
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import INSTANCES
from nova_actions.db.rows import Row


@reader
def instance_get(session: orm.Session, uuid: str) -> Row | None:
    """Return the instance of our own database, None when it has none."""
    row = session.execute(sa.select(INSTANCES).where(
        INSTANCES.c.uuid == uuid)).mappings().one_or_none()
    # Where a collation pads with spaces, another id could have matched.
    return dict(row) if row and row['uuid'] == uuid else None


@reader
def instance_list(session: orm.Session, limit: int,
                  name: str | None = None, project_id: str | None = None,
                  after: Mapping[str, Any] | None = None) -> list[Row]:
    """Return undeleted instances, newest first by (created_at, uuid).

    :param after: the instance to go on after
    """
    conditions = [INSTANCES.c[column] == value for column, value in (
        ('display_name', name), ('project_id', project_id))
        if value is not None]
    query = page.of_servers(INSTANCES, after, limit, *conditions)
    return [dict(row) for row in session.execute(query).mappings()]


@reader
def action_get_instance(session: orm.Session, action_id: int) -> Row | None:
    """Return the instance that an action belongs to."""
    row = session.execute(
        sa.select(INSTANCES).join(
            ACTIONS, ACTIONS.c.instance_uuid == INSTANCES.c.uuid
        ).where(ACTIONS.c.id == action_id)).mappings().one_or_none()
    return dict(row) if row else None
