# SPDX-License-Identifier: Apache-2.0
"""What our own database has from a followed cell."""

import dataclasses
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from nova_actions.cells.follow import source_row
from nova_actions.db import page
from nova_actions.db import status
from nova_actions.db.engine import reader
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import FOLLOWED_ROWS
from nova_actions.db.models import INSTANCES


@dataclasses.dataclass(frozen=True)
class Copy:
    """What was made of a cell's row.

    :param action_id: our own action
    :param attempts: how many rows of ours, 0 when we have it otherwise
    :param seen: how the last of them had ended; of one that is not over
        where we have it from, a note that begins with :data:`OPEN`
    :param own_id: the event of ours that is the same
    """

    action_id: int
    attempts: int
    seen: str | None
    own_id: int | None = None

    def tells(self, seen: str | None) -> bool:
        """Tell whether that end is known, or need not be."""
        is_watched = self.attempts or (self.seen or '').startswith(OPEN)
        return not is_watched or seen in (None, self.seen)

    @property
    def note(self) -> str | None:
        """What is left of the note once the end is there."""
        return (self.seen or '').removeprefix(OPEN).lstrip() or None


#: By the id in the cell.
Copies = dict[int, Copy]

#: What is noted of an event that we have from another cell, where its server
#: came from or went to: whichever cell tells its end first.
OPEN = 'open'

_QUERY = sa.select(
    FOLLOWED_ROWS.c.source_id,
    FOLLOWED_ROWS.c.action_id,
    FOLLOWED_ROWS.c.attempts,
    FOLLOWED_ROWS.c.seen,
    FOLLOWED_ROWS.c.own_id,
)


def _copies(rows: Iterable[Any]) -> Copies:
    return {row.source_id: Copy(*row[1:]) for row in rows}


def copies(
    connection: sa.Connection, cell: str, source: str, ids: Iterable[int]
) -> Copies:
    """Return what was made of rows of a cell, in a transaction."""
    return _copies(
        row
        for some in page.chunks(sorted(set(ids)))
        for row in connection.execute(
            _QUERY.where(
                FOLLOWED_ROWS.c.cell == cell,
                FOLLOWED_ROWS.c.source == source,
                FOLLOWED_ROWS.c.source_id.in_(some),
            )
        )
    )


def events_of(
    connection: sa.Connection, cell: str, action_ids: Collection[int]
) -> Copies:
    """Return what was made of events of actions of ours, in a
    transaction."""
    return _copies(
        connection.execute(
            _QUERY.where(
                FOLLOWED_ROWS.c.action_id.in_(sorted(action_ids)),
                FOLLOWED_ROWS.c.cell == cell,
                FOLLOWED_ROWS.c.source == source_row.EVENTS,
            )
        )
    )


@reader
def of_ids(
    connection: sa.Connection, cell: str, source: str, ids: Collection[int]
) -> Copies:
    """Return what was made of rows of those ids."""
    return copies(connection, cell, source, ids)


@reader
def between(
    connection: sa.Connection, cell: str, source: str, low: int, high: int
) -> Copies:
    """Return what was made of rows above one id, up to another."""
    return _copies(
        connection.execute(
            _QUERY.where(
                FOLLOWED_ROWS.c.cell == cell,
                FOLLOWED_ROWS.c.source == source,
                FOLLOWED_ROWS.c.source_id > low,
                FOLLOWED_ROWS.c.source_id <= high,
            )
        )
    )


@reader
def running(
    connection: sa.Connection, cell: str, after: int, limit: int
) -> tuple[list[int], Copies]:
    """Return the next actions of a cell by id that run as far as we know,
    and what was made of the events of those."""
    found = connection.execute(
        sa.select(FOLLOWED_ROWS.c.source_id, FOLLOWED_ROWS.c.action_id)
        .join(ACTIONS, ACTIONS.c.id == FOLLOWED_ROWS.c.action_id)
        .where(
            ACTIONS.c.status == status.RUNNING,
            FOLLOWED_ROWS.c.cell == cell,
            FOLLOWED_ROWS.c.source == source_row.ACTIONS,
            FOLLOWED_ROWS.c.source_id > after,
        )
        .order_by(FOLLOWED_ROWS.c.source_id)
        .limit(limit)
    ).all()
    return [row.source_id for row in found], events_of(
        connection, cell, {row.action_id for row in found}
    )


@reader
def unowned(connection: sa.Connection, uuids: Iterable[str]) -> set[str]:
    """Return those servers whose owner we do not know."""
    wanted = set(uuids)
    return wanted - set(
        connection.execute(
            sa.select(INSTANCES.c.uuid).where(
                INSTANCES.c.uuid.in_(sorted(wanted)),
                INSTANCES.c.project_id != '',
            )
        ).scalars()
    )
