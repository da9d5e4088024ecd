# SPDX-License-Identifier: Apache-2.0
"""Pages of servers, of our own database and of a cell's."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa


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
