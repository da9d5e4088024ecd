# SPDX-License-Identifier: Apache-2.0
"""Reads a followed cell: by primary key or a unique index only,
columns by their names, a bounded number of rows in each statement.

A row that Nova archives keeps its id in the shadow table. Each question reads
the table first and its shadow then, so that a row which moves in between is
found.
"""

import dataclasses
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

import sqlalchemy as sa

from nova_actions.cells import schema
from nova_actions.cells.cell import Cell
from nova_actions.cells.follow import source_row
from nova_actions.db import page

R = TypeVar('R')
Row = dict[str, Any]

INSTANCES = 'instances'
SHADOW = 'shadow_'

#: What tells whether a row has changed.
_NARROW = {
    source_row.ACTIONS: ('id', 'created_at'),
    source_row.EVENTS: ('id', 'created_at', 'finish_time', 'result'),
}


@dataclasses.dataclass(frozen=True)
class Tables:
    """The tables of a cell by their names; a shadow that it lacks, or that
    may not be read, is not there."""

    all: dict[str, sa.FromClause]

    def both(self, name: str) -> list[sa.FromClause]:
        """Return a table, and its shadow if there is one."""
        return [
            self.all[each]
            for each in (name, SHADOW + name)
            if each in self.all
        ]


class Source:
    """A cell that is followed.

    :param url: of its database
    :param timeout: how many seconds an answer is waited for
    """

    def __init__(self, name: str, url: str, timeout: float) -> None:
        # One of its own: what goes wrong here must not have the cell count
        # as silent for those who look at it.
        self._cell = Cell(name, url, timeout)
        self._shadows: dict[str, sa.FromClause] = {}
        self._read_at = float('-inf')

    @property
    def name(self) -> str:
        return self._cell.name

    def dispose(self) -> None:
        """Close the connections."""
        self._cell.engine.dispose()

    def ask(self, question: Callable[..., R], *args: Any) -> R:
        """Return the answer to a question of a connection and tables.

        :raises CellUnavailable: there is none
        """

        def run(connection: sa.Connection, seen: schema.Schema) -> R:
            return question(connection, self._tables(connection, seen), *args)

        return self._cell.ask(run)

    def _tables(
        self, connection: sa.Connection, seen: schema.Schema
    ) -> Tables:
        now = time.monotonic()
        if now >= self._read_at + schema.INDEXES_FOR:
            self._shadows = _shadows(connection)
            self._read_at = now
        return Tables(
            {
                INSTANCES: seen.instances,
                source_row.ACTIONS: seen.actions,
                source_row.EVENTS: seen.events,
                **self._shadows,
            }
        )


def _shadows(connection: sa.Connection) -> dict[str, sa.FromClause]:
    names = [SHADOW + name for name in schema.COLUMNS]
    found = {}
    for name, columns in schema.readable(connection, names).items():
        original = name.removeprefix(SHADOW)
        if not schema.lacking(original, columns):
            found[name] = schema.table(name, schema.COLUMNS[original], columns)
    return found


def following(
    connection: sa.Connection,
    tables: Tables,
    name: str,
    after: int,
    limit: int,
) -> tuple[list[Row], bool]:
    """Return the next rows by id, and whether there may be more."""
    found: dict[int, Row] = {}
    is_full = False
    for table in tables.both(name):
        rows = _all(
            connection,
            sa.select(table)
            .where(table.c.id > after)
            .order_by(table.c.id)
            .limit(limit),
        )
        is_full |= len(rows) == limit
        for row in rows:
            found.setdefault(row['id'], row)
    # A table with a full page has more rows only above the first ids.
    ids = sorted(found)[:limit]
    return [found[each] for each in ids], is_full or len(ids) < len(found)


def of_ids(
    connection: sa.Connection, tables: Tables, name: str, ids: Collection[int]
) -> list[Row]:
    """Return the rows of those ids, in their order."""
    return _of_ids(connection, tables, name, ids, None)


def ends_of(
    connection: sa.Connection, tables: Tables, name: str, ids: Collection[int]
) -> list[Row]:
    """Return what tells whether rows of those ids have changed."""
    return _of_ids(connection, tables, name, ids, _NARROW[name])


def _of_ids(
    connection: sa.Connection,
    tables: Tables,
    name: str,
    ids: Collection[int],
    columns: Iterable[str] | None,
) -> list[Row]:
    found: dict[int, Row] = {}
    for table in tables.both(name):
        wanted = sorted(set(ids) - found.keys())
        for some in page.chunks(wanted):
            for row in _all(
                connection, _select(table, columns).where(table.c.id.in_(some))
            ):
                found[row['id']] = row
    return [found[each] for each in sorted(found)]


def between(
    connection: sa.Connection, tables: Tables, name: str, low: int, high: int
) -> list[Row]:
    """Return what tells whether rows above one id, up to another, are new or
    have changed."""
    found: dict[int, Row] = {}
    for table in tables.both(name):
        for row in _all(
            connection,
            _select(table, _NARROW[name]).where(
                table.c.id > low, table.c.id <= high
            ),
        ):
            found.setdefault(row['id'], row)
    return [found[each] for each in sorted(found)]


def edges(
    connection: sa.Connection, tables: Tables, name: str
) -> list[tuple[int, int]]:
    """Return the least and the greatest id of a table and of its shadow; (0,
    0) of an empty one."""
    found = []
    for table in tables.both(name):
        low, high = connection.execute(
            sa.select(sa.func.min(table.c.id), sa.func.max(table.c.id))
        ).one()
        found.append((low or 0, high or 0))
    return found


def newest(
    connection: sa.Connection, tables: Tables, name: str, limit: int
) -> list[Row]:
    """Return the rows with the greatest ids of a table and of its
    shadow."""
    return [
        row
        for table in tables.both(name)
        for row in _all(
            connection,
            sa.select(table).order_by(table.c.id.desc()).limit(limit),
        )
    ]


def owners(
    connection: sa.Connection, tables: Tables, uuids: Iterable[str]
) -> list[Row]:
    """Return the servers among those that are not archived."""
    table = tables.all[INSTANCES]
    return [
        row
        for some in page.chunks(sorted(set(uuids)))
        for row in _all(
            connection, sa.select(table).where(table.c.uuid.in_(some))
        )
    ]


def archived_owners(
    connection: sa.Connection, tables: Tables, after: int, limit: int
) -> list[Row]:
    """Return the next archived servers by id: no index finds them by
    uuid."""
    table = tables.all.get(SHADOW + INSTANCES)
    if table is None:
        return []
    return _all(
        connection,
        sa.select(table)
        .where(table.c.id > after)
        .order_by(table.c.id)
        .limit(limit),
    )


def _select(table: sa.FromClause, columns: Iterable[str] | None) -> Any:
    if columns is None:
        return sa.select(table)
    return sa.select(*(table.c[each] for each in columns))


def _all(connection: sa.Connection, query: Any) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]
