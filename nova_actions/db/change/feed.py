# SPDX-License-Identifier: Apache-2.0
"""Reads the feed of changes, in the order of their numbers."""

import dataclasses
import functools
from typing import Any

import sqlalchemy as sa

from nova_actions import exception
from nova_actions.db import page as page_module
from nova_actions.db import table
from nova_actions.db.engine import reader
from nova_actions.db.models import CHANGE_FEED
from nova_actions.db.models import CHANGES

_FEED = ('last', 'purged')


@dataclasses.dataclass(frozen=True)
class Page:
    """Some changes, oldest first.

    :param after: the number to continue after
    """

    rows: list[dict[str, Any]]
    after: int


@functools.cache
def _page(has_project: bool) -> Any:
    query = sa.select(CHANGES).where(
        CHANGES.c.number > sa.bindparam('after', type_=sa.BigInteger())
    )
    if has_project:
        query = query.where(CHANGES.c.project_id == sa.bindparam('project_id'))
    part = (
        query.order_by(CHANGES.c.number)
        .limit(page_module.LIMIT)
        .subquery('part')
    )
    # One statement, so that the feed's state and its changes are consistent.
    return (
        sa.select(
            *(CHANGE_FEED.c[name].label(f'feed_{name}') for name in _FEED),
            part,
        )
        .select_from(CHANGE_FEED.outerjoin(part, sa.true()))
        .order_by(part.c.number)
    )


@reader
def page(
    connection: Any, after: int, limit: int, project_id: str | None = None
) -> Page:
    """Return the changes after a number.

    :param limit: how many at most, at least 1
    :param project_id: of the servers' owner; None means all
    :raises ChangesGone: some of them have been removed
    """
    found = table.found(
        connection,
        _page(project_id is not None),
        {'after': after, 'limit': limit, 'project_id': project_id},
    )
    if not found:
        # No change has ever been numbered.
        return Page([], after)
    if after < found[0]['feed_purged']:
        raise exception.ChangesGone()
    changes = [row for row in found if row['number'] is not None]
    if len(changes) < limit:
        # Other projects' changes need not be read again.
        after = max(after, found[0]['feed_last'])
    else:
        after = changes[-1]['number']
    return Page(changes, after)


@reader
def begin(connection: Any) -> int:
    """Return the number after which all kept changes come."""
    found: int | None = connection.execute(
        sa.select(CHANGE_FEED.c.purged)
    ).scalar()
    return found or 0


@reader
def last(connection: Any) -> int:
    """Return the last number assigned, 0 before the first."""
    found: int | None = connection.execute(
        sa.select(CHANGE_FEED.c.last)
    ).scalar()
    return found or 0
