# SPDX-License-Identifier: Apache-2.0
"""What our own database has of a followed cell."""

import dataclasses
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from nova_actions.db import page
from nova_actions.db import status
from nova_actions.db.engine import reader
from nova_actions.db.follow import row as row_module
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import FOLLOWED_ROWS
from nova_actions.db.models import INSTANCES


@dataclasses.dataclass(frozen=True)
class Copy:
    """What was made of a cell's row.

    :param action_id: our own action
    :param attempts: how many rows of ours, 0 when we have recorded its
        action ourselves
    :param seen: how the last of them had ended
    """

    action_id: int
    attempts: int
    seen: str | None

    def tells(self, seen: str | None) -> bool:
        """Tell whether that end is known, or need not be."""
        return not self.attempts or seen in (None, self.seen)


#: By the id in the cell.
Copies = dict[int, Copy]

_QUERY = sa.select(FOLLOWED_ROWS.c.source_id, FOLLOWED_ROWS.c.action_id,
                   FOLLOWED_ROWS.c.attempts, FOLLOWED_ROWS.c.seen)


def copies(connection: Any, cell: str, source: str,
           ids: Iterable[int]) -> Copies:
    """Return what was made of rows of a cell, in a transaction."""
    return {row.source_id: Copy(row.action_id, row.attempts, row.seen)
            for some in page.chunks(sorted(set(ids)))
            for row in connection.execute(_QUERY.where(
                FOLLOWED_ROWS.c.cell == cell,
                FOLLOWED_ROWS.c.source == source,
                FOLLOWED_ROWS.c.source_id.in_(some)))}


@reader
def of_ids(session: orm.Session, cell: str, source: str,
           ids: Collection[int]) -> Copies:
    """Return what was made of rows of those ids."""
    return copies(session, cell, source, ids)


@reader
def between(session: orm.Session, cell: str, source: str, low: int,
            high: int) -> Copies:
    """Return what was made of rows above one id, up to another."""
    return {row.source_id: Copy(row.action_id, row.attempts, row.seen)
            for row in session.execute(_QUERY.where(
                FOLLOWED_ROWS.c.cell == cell,
                FOLLOWED_ROWS.c.source == source,
                FOLLOWED_ROWS.c.source_id > low,
                FOLLOWED_ROWS.c.source_id <= high))}


@reader
def running(session: orm.Session, cell: str, after: int,
            limit: int) -> tuple[list[int], Copies]:
    """Return the next actions of a cell by id that run as far as we know,
    and what was made of the events of those."""
    found = session.execute(sa.select(
        FOLLOWED_ROWS.c.source_id, FOLLOWED_ROWS.c.action_id).join(
            ACTIONS, ACTIONS.c.id == FOLLOWED_ROWS.c.action_id).where(
                ACTIONS.c.status == status.RUNNING,
                FOLLOWED_ROWS.c.cell == cell,
                FOLLOWED_ROWS.c.source == row_module.ACTIONS,
                FOLLOWED_ROWS.c.source_id > after,
                FOLLOWED_ROWS.c.attempts > 0,
            ).order_by(FOLLOWED_ROWS.c.source_id).limit(limit)).all()
    events = session.execute(_QUERY.where(
        FOLLOWED_ROWS.c.action_id.in_([row.action_id for row in found]),
        FOLLOWED_ROWS.c.cell == cell,
        FOLLOWED_ROWS.c.source == row_module.EVENTS))
    return [row.source_id for row in found], {
        row.source_id: Copy(row.action_id, row.attempts, row.seen)
        for row in events}


@reader
def unowned(session: orm.Session, uuids: Iterable[str]) -> set[str]:
    """Return the servers among those of which we do not know whose they
    are."""
    wanted = set(uuids)
    return wanted - set(session.execute(sa.select(INSTANCES.c.uuid).where(
        INSTANCES.c.uuid.in_(sorted(wanted)),
        INSTANCES.c.project_id != '')).scalars())
