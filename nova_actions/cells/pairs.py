# SPDX-License-Identifier: Apache-2.0
"""Which actions of two databases are the same: one to one, since one request
may do the same thing to a server twice."""

import collections
import datetime
from collections.abc import Callable, Iterable
from typing import Any

Row = dict[str, Any]

#: How far apart the two starts of one action may be. Nova takes the time when
#: the request came in, and most databases keep whole seconds of it.
APART = datetime.timedelta(seconds=2)


def _action(row: Row) -> Any:
    return row['action']


def find(
    own: Iterable[Row],
    others: Iterable[Row],
    kind: Callable[[Row], Any] = _action,
    apart: datetime.timedelta = APART,
) -> dict[int, Row]:
    """Return our own row of each one that another database has too, by its
    id there.

    :param own: actions on one server, of one request; or whatever has
        ``id`` and ``start_time``
    :param others: those of the other database
    :param kind: tells of a row what must be the same; of an action, its name
    :param apart: how far apart the two starts may be
    """
    found: dict[int, Row] = {}
    # In one order, so that a page agrees with the next.
    own, others = (
        sorted(rows, key=lambda row: int(row['id'])) for rows in (own, others)
    )
    for name, rows in _by(kind, others).items():
        mine = [row for row in own if kind(row) == name]
        # What agrees most is found first.
        for tell in (lambda row: row['start_time'], _second):
            mine, rows = _equal(mine, rows, tell, found)
        _near(mine, rows, found, apart)
    return found


def _by(
    tell: Callable[[Row], Any],
    rows: Iterable[Row],
) -> dict[Any, list[Row]]:
    found = collections.defaultdict(list)
    for row in rows:
        found[tell(row)].append(row)
    return found


def _second(row: Row) -> datetime.datetime | None:
    at: datetime.datetime | None = row['start_time']
    return at and at.replace(microsecond=0)


def _equal(
    own: Iterable[Row],
    others: Iterable[Row],
    tell: Callable[[Row], Any],
    found: dict[int, Row],
) -> tuple[list[Row], list[Row]]:
    """Pair the rows that agree in everything; return the rest."""
    left, mine = [], _by(tell, own)
    for row in others:
        if same := mine.get(tell(row)):
            found[row['id']] = same.pop(0)
        else:
            left.append(row)
    return [row for rows in mine.values() for row in rows], left


def _near(
    own: Iterable[Row],
    others: Iterable[Row],
    found: dict[int, Row],
    limit: datetime.timedelta,
) -> None:
    """Pair those that began at about the same time, in their order."""
    mine, theirs = (
        collections.deque(
            sorted(
                (row for row in rows if row['start_time']),
                key=lambda row: row['start_time'],
            )
        )
        for rows in (own, others)
    )
    while mine and theirs:
        apart = mine[0]['start_time'] - theirs[0]['start_time']
        if abs(apart) < limit:
            found[theirs.popleft()['id']] = mine.popleft()
        elif apart > datetime.timedelta(0):
            theirs.popleft()
        else:
            mine.popleft()
