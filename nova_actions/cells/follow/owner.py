# SPDX-License-Identifier: Apache-2.0
"""Whose a server is that was nobody's when its actions were copied."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions.cells.follow import state
from nova_actions.db.engine import recorder
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import INSTANCES
from nova_actions.db.stat import mark

Row = dict[str, Any]


def learn(connection: Any, owners: Iterable[Row]) -> None:
    """Give servers that are nobody's to whom a cell says that they
    belong."""
    for each in owners:
        if each['project_id']:
            mark.add(
                connection,
                connection.execute(
                    sa.select(ACTIONS.c.start_time).where(
                        ACTIONS.c.instance_uuid == each['uuid'],
                        ACTIONS.c.owner_id == '',
                    )
                ).scalars(),
                timeutils.utcnow(),
            )
            connection.execute(
                sa.update(ACTIONS)
                .where(
                    ACTIONS.c.instance_uuid == each['uuid'],
                    ACTIONS.c.owner_id == '',
                )
                .values(owner_id=each['project_id'])
            )
            connection.execute(
                sa.update(INSTANCES)
                .where(
                    INSTANCES.c.uuid == each['uuid'],
                    INSTANCES.c.project_id == '',
                )
                .values(
                    updated_at=timeutils.utcnow(),
                    **{
                        name: each[name]
                        for name in (
                            'project_id',
                            'user_id',
                            'display_name',
                            'deleted',
                            'deleted_at',
                        )
                    },
                )
            )


@recorder
def store(
    connection: Any,
    cell: str,
    holder: str,
    owners: Iterable[Row],
    last: int | None,
) -> None:
    """Store whose some servers are, and how far those were looked for.

    :raises Lost: another conductor follows the cell
    """
    held = state.held(connection, cell, holder)
    learn(connection, owners)
    state.change(connection, held['id'], owner_id=last)
