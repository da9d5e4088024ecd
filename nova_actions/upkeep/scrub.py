# SPDX-License-Identifier: Apache-2.0
"""Applies today's rules of sanitising to what was stored under older ones.

Rows are read in the order of their keys. Those that change are written in
short transactions, those of the record under the lock of their action.
``updated_at`` stays: it is about the work that the row records.

The change log and the statistics keep copies of names, which outlive the rows
that they came from.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from nova_actions import sanitize
from nova_actions.context import RequestContext
from nova_actions.db import ledger_store
from nova_actions.db.engine import reader
from nova_actions.db.engine import writer
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import CHANGES
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES
from nova_actions.db.models import ROLLUPS
from nova_actions.sanitize import text

Row = dict[str, Any]

#: How many rows are looked at in one step.
BATCH = 200

#: Tables that copy from others come after them.
TABLES = (INSTANCES, ACTIONS, EVENTS, CHANGES, ROLLUPS)

#: Names that people or other programs chose. Not the project of an instance:
#: that is its owner.
_NAMES: Mapping[str, Sequence[str]] = {
    INSTANCES.name: ('display_name',),
    ACTIONS.name: (
        'action',
        'global_request_id',
        'user_id',
        'user_name',
        'project_id',
        'project_name',
        'message',
    ),
    EVENTS.name: ('event', 'host', 'error_type'),
    CHANGES.name: (
        'display_name',
        'action',
        'global_request_id',
        'user_id',
        'event',
        'host',
    ),
    ROLLUPS.name: ('action', 'event', 'host'),
}
#: The texts of an event.
_TEXTS = ('details', 'traceback')


@dataclasses.dataclass(frozen=True)
class Done:
    """How many rows were looked at, and how many changed (or would)."""

    seen: int = 0
    changed: int = 0


def scrub(
    context: RequestContext,
    sanitizer: sanitize.Sanitizer,
    *,
    pause: Callable[[], object],
    dry_run: bool = False,
) -> Iterator[Done]:
    """Sanitise what is stored; yield the progress after each batch.

    The same again changes nothing: after an interruption, scrub again.

    :param pause: called after a batch that was written
    :param dry_run: only count
    """
    done = Done()
    for table in TABLES:
        last = 0
        while rows := _page(context, table, last):
            last = rows[-1][_key(table).name]
            unsafe = [row for row in rows if changes(table, row, sanitizer)]
            changed = len(unsafe)
            if unsafe and not dry_run:
                changed = sum(
                    _write(context, table, part, sanitizer)
                    for part in _parts(table, unsafe)
                )
                pause()
            done = Done(done.seen + len(rows), done.changed + changed)
            yield done


def _parts(table: sa.Table, rows: list[Row]) -> list[list[Row]]:
    """Split rows into transactions. Instances are locked by writers in no
    order, so no transaction may hold one while it waits for another."""
    return [[row] for row in rows] if table is INSTANCES else [rows]


@reader
def scrub_total(connection: sa.Connection) -> int:
    """Return how many rows there are to look at."""
    return sum(
        connection.execute(
            sa.select(sa.func.count()).select_from(table)
        ).scalar_one()
        for table in TABLES
    )


def changes(
    table: sa.Table, row: Mapping[str, Any], sanitizer: sanitize.Sanitizer
) -> Row:
    """Return the values of a row that are not as today's rules want them."""
    wanted: Row = {
        name: sanitizer.name(row[name]) for name in _NAMES[table.name]
    }
    if table is EVENTS:
        safe = sanitizer.again(row['details'], row['traceback'], row['rules'])
        wanted.update(details=safe.details, traceback=safe.traceback)
    changed = {
        name: value for name, value in wanted.items() if value != row[name]
    }
    if changed and table is EVENTS:
        new = sum(_masked(row[name], changed.get(name)) for name in _TEXTS)
        if new > 0:
            changed['redactions'] = row['redactions'] + new
        changed['rules'] = sanitizer.rules
    return changed


def _masked(before: str | None, after: str | None) -> int:
    """Return how many more placeholders a text has now; 0 for one that is
    not changed.

    :param after: None where it is not
    """
    if after is None:
        return 0
    return text.count(after) - text.count(before or '')


def _key(table: sa.Table) -> sa.Column[Any]:
    [key] = table.primary_key
    return key


def _columns(table: sa.Table) -> list[sa.Column[Any]]:
    names = [_key(table).name, *_NAMES[table.name]]
    if table is EVENTS:
        names += ['action_id', *_TEXTS, 'redactions', 'rules']
    return [table.c[name] for name in names]


@reader
def _page(connection: sa.Connection, table: sa.Table, after: int) -> list[Row]:
    key = _key(table)
    query = (
        sa.select(*_columns(table))
        .where(key > after)
        .order_by(key)
        .limit(BATCH)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


@writer
def _write(
    session: orm.Session,
    table: sa.Table,
    rows: Sequence[Row],
    sanitizer: sanitize.Sanitizer,
) -> int:
    """Sanitise rows as they are now; return how many changed."""
    if table is ACTIONS:
        ledger_store.lock(session, [row['id'] for row in rows])
    elif table is EVENTS:
        ledger_store.lock(session, {row['action_id'] for row in rows})
    key = _key(table)
    now = session.execute(
        sa.select(*_columns(table))
        .where(key.in_(sorted(row[key.name] for row in rows)))
        .order_by(key)
    ).mappings()
    changed = 0
    for row in [dict(row) for row in now]:
        values = changes(table, row, sanitizer)
        if values:
            session.execute(
                sa.update(table)
                .where(key == row[key.name])
                .values(values)
                .execution_options(synchronize_session=False)
            )
            changed += 1
    return changed
