# SPDX-License-Identifier: Apache-2.0
"""How large the database is, and how fast it grows."""

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from nova_actions.db.engine import reader
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import Base

#: The growth is measured over this many days.
DAYS = 7

_DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Table:
    """A table and its size, indexes included.

    :param bytes: None if the database does not report it
    """

    name: str
    rows: int
    bytes: int | None


@dataclasses.dataclass(frozen=True)
class Growth:
    """What a day adds: the mean of the last days.

    :param bytes: estimated from the present size of a row; None if the
        database does not report sizes
    """

    actions: float
    events: float
    bytes: float | None


@reader
def tables(connection: sa.Connection) -> list[Table]:
    """Return the tables with their row counts and sizes, largest first."""
    size = _SIZES.get(connection.dialect.name, _on_mysql)
    found = [
        Table(
            each.name,
            connection.execute(
                sa.select(sa.func.count()).select_from(each)
            ).scalar_one(),
            size(connection, each.name),
        )
        for each in Base.metadata.sorted_tables
    ]
    return sorted(
        found, key=lambda each: (-(each.bytes or 0), -each.rows, each.name)
    )


def _on_postgresql(connection: sa.Connection, name: str) -> int | None:
    return connection.execute(
        sa.select(
            sa.func.pg_total_relation_size(sa.cast(name, postgresql.REGCLASS))
        )
    ).scalar()


def _on_mysql(connection: sa.Connection, name: str) -> int | None:
    return connection.execute(
        sa.text(
            'SELECT data_length + index_length FROM information_schema.tables '
            'WHERE table_schema = DATABASE() AND table_name = :name'
        ),
        {'name': name},
    ).scalar()


def _on_sqlite(connection: sa.Connection, name: str) -> int | None:
    is_told = connection.execute(
        sa.text("SELECT 1 FROM pragma_module_list WHERE name = 'dbstat'")
    ).scalar()
    if not is_told:
        return None
    return connection.execute(
        sa.text(
            'SELECT sum(pgsize) FROM dbstat WHERE name IN '
            '(SELECT name FROM sqlite_master WHERE tbl_name = :name)'
        ),
        {'name': name},
    ).scalar()


_SIZES: dict[str, Callable[[sa.Connection, str], int | None]] = {
    'postgresql': _on_postgresql,
    'sqlite': _on_sqlite,
}


@reader
def oldest(connection: sa.Connection) -> datetime.datetime | None:
    """Return when the oldest action was created, naive UTC."""
    return connection.execute(
        sa.select(sa.func.min(ACTIONS.c.created_at))
    ).scalar()


@reader
def _added(
    connection: sa.Connection, since: datetime.datetime
) -> tuple[int, int]:
    """Return how many actions were created since, and how many events they
    have."""
    is_new = ACTIONS.c.created_at >= since
    return connection.execute(
        sa.select(sa.func.count()).select_from(ACTIONS).where(is_new)
    ).scalar_one(), connection.execute(
        sa.select(sa.func.count())
        .select_from(EVENTS.join(ACTIONS, ACTIONS.c.id == EVENTS.c.action_id))
        .where(is_new)
    ).scalar_one()


def growth(
    context: Any, now: datetime.datetime, found: list[Table]
) -> Growth | None:
    """Return what a day adds; None if there is no action.

    :param now: naive UTC
    :param found: the tables
    """
    first = oldest(context)
    if first is None:
        return None
    since = max(first, now - DAYS * _DAY)
    # A record younger than a day counts as one day.
    days = max(1.0, (now - since) / _DAY)
    actions, events = (number / days for number in _added(context, since))
    by_name = {each.name: each for each in found}
    sizes = [_row_size(by_name[each.name]) for each in (ACTIONS, EVENTS)]
    return Growth(
        actions,
        events,
        None
        if None in sizes
        else (actions * (sizes[0] or 0) + events * (sizes[1] or 0)),
    )


def _row_size(each: Table) -> float | None:
    return None if each.bytes is None else each.bytes / max(1, each.rows)
