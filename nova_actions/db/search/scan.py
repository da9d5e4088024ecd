# SPDX-License-Identifier: Apache-2.0
"""Finds a page of what is searched for, with a bound on what is read.

Where a filter has few rows, those are read and sorted. Else rows are read in
the order that is asked for, until the page is full or the bound is met: what
has many rows is soon met with. Either way from an index.
"""

import dataclasses
import datetime
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions.db import page
from nova_actions.db.models import ACTIONS
from nova_actions.db.search.query import Query

#: How many rows a page looks at; then it ends, full or not.
VISITS = 20_000
#: How many rows of a filter are few.
FEW = 5_000
#: How many rows the first statement reads for each that is wanted, and how
#: much more each of the next.
GROWTH = 4


@dataclasses.dataclass(frozen=True)
class Place:
    """A place in the order.

    :param time: None is behind all times
    """

    time: datetime.datetime | None
    uuid: str


@dataclasses.dataclass(frozen=True)
class Found:
    """A page.

    :param ids: of the actions, in their order
    :param end: where the next page begins; None when there is none
    """

    ids: Sequence[int]
    end: Place | None


@dataclasses.dataclass(frozen=True)
class _Row:
    id: int
    place: Place
    matches: bool


def find(
    connection: sa.Connection,
    query: Query,
    limit: int,
    after: Place | None = None,
) -> Found:
    """Return the next page.

    :param limit: how many actions at the most, from 1
    :param after: where the page before ended
    """
    candidates = _candidates(connection, query)
    rows = (
        _ordered(connection, query, limit, after)
        if candidates is None
        else _sorted(connection, query, candidates, after)
    )
    found: list[_Row] = []
    last = None
    for row in rows:
        if row is None:
            # More may be there, and has not been looked at.
            return Found([each.id for each in found], last)
        last = row.place
        if row.matches:
            if len(found) == limit:
                return Found([each.id for each in found], found[-1].place)
            found.append(row)
    return Found([each.id for each in found], None)


def _candidates(connection: sa.Connection, query: Query) -> set[int] | None:
    """Return the ids that may pass one of the filters, if they are few."""
    for narrow in query.narrow():
        ids = connection.execute(narrow.limit(FEW + 1)).scalars().all()
        if len(ids) <= FEW:
            return set(ids)
    return None


# -- few ---------------------------------------------------------------------


def _sorted(
    connection: sa.Connection, query: Query, ids: set[int], after: Place | None
) -> list[_Row]:
    column = query.column
    conditions = [
        *query.owned(),
        *query.filters(),
        *query.windows()[query.sort],
    ]
    if after is not None:
        conditions.append(
            _null_behind(query, after)
            if after.time is None
            else sa.or_(_behind(query, after), column.is_(None))
        )
    rows = [
        _Row(found.id, Place(found[1], found.uuid), True)
        for some in page.chunks(sorted(ids))
        for found in connection.execute(
            sa.select(ACTIONS.c.id, column, ACTIONS.c.uuid).where(
                ACTIONS.c.id.in_(some), *conditions
            )
        )
    ]
    return sorted(
        (row for row in rows if row.place.time is not None),
        key=lambda row: (row.place.time, row.place.uuid),
        reverse=query.is_descending,
    ) + sorted(
        (row for row in rows if row.place.time is None),
        key=lambda row: row.place.uuid,
        reverse=query.is_descending,
    )


# -- in the order ------------------------------------------------------------


def _ordered(
    connection: sa.Connection, query: Query, limit: int, after: Place | None
) -> Iterator[_Row | None]:
    """Yield rows in the order, and None where the bound is met."""
    filters = query.filters()
    size = limit + 1
    if filters:
        size *= GROWTH
    left = VISITS
    for timed, place in _parts(query, after):
        for row in _read(connection, query, filters, size, left, timed, place):
            yield row
            if row is None:
                return
            left -= 1


def _parts(
    query: Query, after: Place | None
) -> Iterator[tuple[bool, Place | None]]:
    """Yield the parts of the order, those with a time and those without, and
    after which place each goes on."""
    is_timed = after is None or after.time is not None
    if is_timed:
        yield True, after
    # What has no time is in no window.
    if not query.windows()[query.sort]:
        yield False, None if is_timed else after


def _read(
    connection: sa.Connection,
    query: Query,
    filters: Sequence[Any],
    size: int,
    left: int,
    timed: bool,
    after: Place | None,
) -> Iterator[_Row | None]:
    """Yield the rows of a part of the order, and None where the bound is
    met.

    :param size: how many the first statement reads
    :param left: how many may be read
    """
    matches = (
        sa.case((sa.and_(*filters), 1), else_=0)
        if filters
        else sa.literal_column('1')
    )
    while left:
        size = min(size, left)
        found = connection.execute(
            _statement(query, matches, after, timed, size)
        ).all()
        for each in found:
            after = Place(each[1], each.uuid)
            yield _Row(each.id, after, bool(each.matches))
        if len(found) < size:
            return
        left -= len(found)
        size *= GROWTH
    yield None


def _statement(
    query: Query, matches: Any, after: Place | None, timed: bool, size: int
) -> Any:
    column, uuid = query.column, ACTIONS.c.uuid
    conditions = [*query.owned(), *query.windows()[query.sort]]
    if not timed:
        conditions.append(
            column.is_(None) if after is None else _null_behind(query, after)
        )
    elif after is None:
        conditions.append(column.is_not(None))
    else:
        conditions.append(_behind(query, after))
    order = (column, uuid) if timed else (uuid,)
    return (
        sa.select(
            ACTIONS.c.id,
            column,
            uuid,
            matches.label('matches'),
        )
        .where(*conditions)
        .order_by(
            *(
                each.desc() if query.is_descending else each.asc()
                for each in order
            )
        )
        .limit(size)
    )


def _behind(query: Query, place: Place) -> Any:
    column, uuid = query.column, ACTIONS.c.uuid
    at = sa.literal(place.time, column.type)
    if query.is_descending:
        # MariaDB finds the place in the index by the first of these alone.
        return sa.and_(column <= at, sa.or_(column < at, uuid < place.uuid))
    return sa.and_(column >= at, sa.or_(column > at, uuid > place.uuid))


def _null_behind(query: Query, place: Place) -> Any:
    uuid = ACTIONS.c.uuid
    return sa.and_(
        query.column.is_(None),
        uuid < place.uuid if query.is_descending else uuid > place.uuid,
    )
