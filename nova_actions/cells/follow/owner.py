# SPDX-License-Identifier: Apache-2.0
"""The owners of a followed cell's servers."""

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions.cells.follow import state
from nova_actions.db.engine import recorder
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import INSTANCES
from nova_actions.db.stat import mark

Row = dict[str, Any]


def servers(
    connection: sa.Connection, uuids: Collection[str], told: Iterable[Row]
) -> dict[str, Row]:
    """Return servers by uuid: as we know them, else as the cell does, else
    without an owner, so that only administrators may see them.

    :param told: servers as the cell knows them
    """
    by_uuid = {each['uuid']: each for each in told}
    own = _own(connection, uuids) if uuids else {}
    learn(
        connection,
        [
            by_uuid[uuid]
            for uuid, row in own.items()
            if not row['project_id'] and uuid in by_uuid
        ],
    )
    return {
        uuid: own.get(uuid)
        or by_uuid.get(uuid)
        or {'uuid': uuid, 'project_id': '', 'user_id': None}
        for uuid in uuids
    }


def is_wanted(server: Row) -> bool:
    """Tell whether the owner of a server is to be looked for, of one that is
    to be stored without."""
    return not server['project_id'] and 'id' not in server


def _own(connection: sa.Connection, uuids: Collection[str]) -> dict[str, Row]:
    return {
        row['uuid']: dict(row)
        for row in connection.execute(
            sa.select(INSTANCES).where(INSTANCES.c.uuid.in_(sorted(uuids)))
        ).mappings()
    }


def learn(connection: sa.Connection, owners: Iterable[Row]) -> None:
    """Store the owners of servers that have none yet.

    :param owners: servers as the cell knows them; those without an owner
        there change nothing
    """
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
    connection: sa.Connection,
    cell: str,
    holder: str,
    owners: Iterable[Row],
    last: int | None,
) -> None:
    """Store the owners of some servers, and how far they were looked for.

    :raises Lost: another conductor follows the cell
    """
    held = state.held(connection, cell, holder)
    learn(connection, owners)
    state.change(connection, held['id'], owner_id=last)
