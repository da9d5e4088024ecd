# SPDX-License-Identifier: Apache-2.0
"""How much of a long list is read, of our own database and of a cell's."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

#: How many events of an action are read, the newest, and how many bytes of
#: their texts: one action may have any number of them.
EVENTS = 1000
EVENT_BYTES = 5_000_000


def newest(query: Any, table: sa.FromClause, limit: int | None) -> Any:
    """Return the query for the newest rows, by (created_at, id)."""
    return query.order_by(table.c.created_at.desc(),
                          table.c.id.desc()).limit(limit)


def within(events: Iterable[Any],
           limit: int | None) -> list[dict[str, Any]]:
    """Return as many events as their texts leave room for.

    :param limit: None gives all
    """
    rows = [dict(event) for event in events]
    sizes = itertools.accumulate(
        len(row['traceback'] or '') + len(row['details'] or '')
        for row in rows)
    return [row for row, size in zip(rows, sizes, strict=True)
            if limit is None or size <= EVENT_BYTES]


def of_servers(table: sa.FromClause, after: Mapping[str, Any] | None,
                 limit: int, *conditions: Any) -> Any:
    """Return the query of undeleted servers, newest first by (created_at,
    uuid): ids of several databases do not compare.

    :param after: the server to go on after
    """
    created_at, uuid = table.c.created_at, table.c.uuid
    query = sa.select(table).where(table.c.deleted == 0, *conditions)
    if after is not None:
        places = [sa.and_(created_at == after['created_at'],
                          uuid > after['uuid'])]
        if after['created_at'] is not None:
            places += [created_at < after['created_at'],
                       created_at.is_(None)]
        query = query.where(sa.or_(*places))
    # A time that is NULL comes last on every database.
    return query.order_by(created_at.is_(None), created_at.desc(),
                          uuid).limit(limit)
