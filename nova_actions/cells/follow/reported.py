# SPDX-License-Identifier: Apache-2.0
"""Which of our rows were reported, and not copied from any cell."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from nova_actions.cells.follow import match
from nova_actions.cells.follow import source_row
from nova_actions.db import page
from nova_actions.db.engine import reader
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import FOLLOWED_ROWS


@reader
def find(
    connection: sa.Connection,
    cell: str,
    source: str,
    own_ids: Mapping[int, int],
) -> dict[int, int]:
    """Return those of our own rows that a reporter has reported.

    A server that moved from one cell to another has its actions in both. A
    row that is there may also be an older copy from the same cell, restored
    from an archive.

    :param source: Nova's table
    :param own_ids: the ids of our rows, by the ids in the cell
    :returns: the same of those that were reported
    """
    uuids: dict[int, str] = {}
    copies: set[str] = set()
    for ids in page.chunks(sorted(set(own_ids.values()))):
        rows = _rows(connection, source, ids)
        uuids |= {row.id: row.uuid for row in rows}
        copies |= _copies(connection, source, {row.action_id for row in rows})
    copies.update(*(_uuids(cell, source, row_id, 1) for row_id in own_ids))
    return {
        row_id: own_id
        for row_id, own_id in own_ids.items()
        if own_id in uuids and uuids[own_id] not in copies
    }


def _rows(
    connection: sa.Connection, source: str, ids: Collection[int]
) -> list[Any]:
    """Return our own rows with the ids of their actions."""
    table = EVENTS if source == source_row.EVENTS else ACTIONS
    action_id = table.c.action_id if table is EVENTS else table.c.id
    return list(
        connection.execute(
            sa.select(
                table.c.id, table.c.uuid, action_id.label('action_id')
            ).where(table.c.id.in_(ids))
        )
    )


def _copies(
    connection: sa.Connection, source: str, action_ids: Collection[int]
) -> set[str]:
    """Return the uuids of all copies, from whatever cell, in some actions."""
    return {
        uuid
        for row in connection.execute(
            sa.select(
                FOLLOWED_ROWS.c.cell,
                FOLLOWED_ROWS.c.source_id,
                FOLLOWED_ROWS.c.attempts,
            ).where(
                FOLLOWED_ROWS.c.action_id.in_(sorted(action_ids)),
                FOLLOWED_ROWS.c.source == source,
                FOLLOWED_ROWS.c.attempts > 0,
            )
        )
        for uuid in _uuids(row.cell, source, row.source_id, row.attempts)
    }


def _uuids(cell: str, source: str, row_id: int, attempts: int) -> list[str]:
    if source == source_row.EVENTS:
        return match.uuids_of(cell, row_id, attempts)
    return [source_row.action_uuid(cell, row_id)]
