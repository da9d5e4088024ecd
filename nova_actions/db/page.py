# SPDX-License-Identifier: Apache-2.0
"""Pages of long lists, from our own database and from cells."""

import dataclasses
import datetime
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

#: How many events of an action are read, newest first, and how many bytes of
#: their texts: an action may have any number of them.
EVENTS = 1000
EVENT_BYTES = 5_000_000

#: The limit of a statement that is built once.
LIMIT: Any = sa.bindparam('limit', type_=sa.Integer())

#: How many ids one statement has.
CHUNK = 1000

V = TypeVar('V')


@dataclasses.dataclass(frozen=True)
class Place:
    """A place in a list that is sorted newest first by (created_at, id).

    :param created_at: datetime.min stands for NULL
    :param included: whether the row at the place itself counts as behind it
    """

    created_at: datetime.datetime
    id: int
    included: bool = False

    def admits(self, table: sa.FromClause) -> Any:
        """Return the condition that a row comes behind it."""
        at, row_id = table.c.created_at, table.c.id
        beyond = row_id <= self.id if self.included else row_id < self.id
        if self.created_at == datetime.datetime.min:
            return sa.and_(at.is_(None), beyond)
        here = sa.literal(self.created_at, at.type)
        return sa.or_(at < here, sa.and_(at == here, beyond), at.is_(None))


def chunks(values: Sequence[V]) -> Iterable[Sequence[V]]:
    """Return the values in chunks that fit one statement."""
    return [values[at : at + CHUNK] for at in range(0, len(values), CHUNK)]


def one_of(column: Any, values: Sequence[Any]) -> Any:
    """Return the condition that a column has one of these values, None
    included."""
    there = [value for value in values if value is not None]
    known = column.in_(there)
    return sa.or_(known, column.is_(None)) if None in values else known


def newest(query: Any, table: sa.FromClause, limit: Any) -> Any:
    """Return the query for the newest rows, by (created_at, id)."""
    return query.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(
        limit
    )


def within(
    rows: list[dict[str, Any]], limit: int | None
) -> list[dict[str, Any]]:
    """Return the first events whose texts fit the limit of bytes.

    :param limit: None returns all
    """
    sizes = itertools.accumulate(
        len(row['traceback'] or '') + len(row['details'] or '') for row in rows
    )
    return [
        row
        for row, size in zip(rows, sizes, strict=True)
        if limit is None or size <= EVENT_BYTES
    ]


def of_servers(
    table: sa.FromClause,
    after: Mapping[str, Any] | None,
    limit: int,
    *conditions: Any,
) -> Any:
    """Return the query of undeleted servers, newest first by (created_at,
    uuid): ids of several databases do not compare.

    :param after: the server to continue after
    """
    created_at, uuid = table.c.created_at, table.c.uuid
    query = sa.select(table).where(table.c.deleted == 0, *conditions)
    if after is not None:
        places = [
            sa.and_(created_at == after['created_at'], uuid > after['uuid'])
        ]
        if after['created_at'] is not None:
            places += [created_at < after['created_at'], created_at.is_(None)]
        query = query.where(sa.or_(*places))
    # NULL times come last on every database.
    return query.order_by(created_at.is_(None), created_at.desc(), uuid).limit(
        limit
    )
