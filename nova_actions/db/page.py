# SPDX-License-Identifier: Apache-2.0
"""How much of a long list is read, of our own database and of a cell's."""

import dataclasses
import datetime
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

#: How many events of an action are read, the newest, and how many bytes of
#: their texts: one action may have any number of them.
EVENTS = 1000
EVENT_BYTES = 5_000_000

#: How many rows a statement returns that is built once.
LIMIT: Any = sa.bindparam('limit', type_=sa.Integer())

#: How many ids stand in one statement.
CHUNK = 1000

V = TypeVar('V')


@dataclasses.dataclass(frozen=True)
class Place:
    """A place in a list that is sorted newest first by (created_at, id).

    :param created_at: the least of times stands for none
    :param included: whether what is just there comes behind it
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
    """Return values in as many as stand in one statement."""
    return [values[at : at + CHUNK] for at in range(0, len(values), CHUNK)]


def one_of(column: Any, values: Sequence[Any]) -> Any:
    """Return the condition that a column has one of those values, one of
    which may be None."""
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
    """Return as many events as their texts leave room for.

    :param limit: None gives all
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

    :param after: the server to go on after
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
    # A time that is NULL comes last on every database.
    return query.order_by(created_at.is_(None), created_at.desc(), uuid).limit(
        limit
    )
