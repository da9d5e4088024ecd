# SPDX-License-Identifier: Apache-2.0
"""What is asked of a cell: each a function of a connection and the cell's
schema. Ids compare exactly, whatever the cell's collation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions.db import page
from nova_actions.db.cells import schema

Row = dict[str, Any]
Schema = schema.Schema

#: How many ids stand in one statement.
CHUNK = 1000
#: The state of a server that is as good as deleted: in no list of Nova's.
SOFT_DELETED = 'soft-delete'


def _is(connection: sa.Connection, column: Any, value: str) -> Any:
    """Return the condition that a column has that value.

    On MySQL a collation may take "A" and "a " for "a"; what its index finds
    is compared once more, by bytes.
    """
    if connection.dialect.name not in ('mysql', 'mariadb'):
        return column == value
    return sa.and_(column == value, sa.cast(column, sa.BINARY) == sa.cast(
        sa.literal(value), sa.BINARY))


def _rows(connection: sa.Connection, table: sa.TableClause,
          *conditions: Any) -> list[Row]:
    """Return rows with every column that we know of, by their ids."""
    lacking = dict.fromkeys(schema.COLUMNS[table.name])
    return [{**lacking, **row} for row in connection.execute(
        sa.select(table).where(*conditions).order_by(
            table.c.id)).mappings()]


def nothing(_connection: sa.Connection, _schema: schema.Schema) -> None:
    """Ask nothing: a cell that answers is connected, and has the tables."""


def instance_get(connection: sa.Connection, tables: Schema,
                 uuid: str) -> Row | None:
    table = tables.instances
    for row in _rows(connection, table, _is(connection, table.c.uuid, uuid)):
        if row['uuid'] == uuid:
            return row
    return None


def instance_list(connection: sa.Connection, tables: Schema, limit: int,
                  name: str | None, project_id: str | None,
                  after: Mapping[str, Any] | None) -> list[Row]:
    """Return undeleted instances, newest first by (created_at, uuid).

    :param after: the instance to go on after
    """
    table = tables.instances
    conditions = [
        _is(connection, table.c[column], value) for column, value in (
            ('display_name', name), ('project_id', project_id))
        if value is not None]
    if 'hidden' in table.c:
        conditions.append(table.c.hidden.is_not(sa.true()))
    if 'vm_state' in table.c:
        conditions.append(table.c.vm_state.is_distinct_from(SOFT_DELETED))
    query = page.of_servers(table, after, limit, *conditions)
    lacking = dict.fromkeys(schema.COLUMNS[table.name])
    return [{**lacking, **row}
            for row in connection.execute(query).mappings()]


def instance_many(connection: sa.Connection, tables: Schema,
                  uuids: Iterable[str]) -> list[Row]:
    """Return the instances among those."""
    table, wanted = tables.instances, sorted(set(uuids))
    return [row for some in _chunks(wanted)
            for row in _rows(connection, table, table.c.uuid.in_(some))
            if row['uuid'] in wanted]


def instance_page(connection: sa.Connection, tables: Schema, after: int,
                  limit: int) -> list[Row]:
    """Return the next instances by id."""
    table = tables.instances
    lacking = dict.fromkeys(schema.COLUMNS[table.name])
    return [{**lacking, **row} for row in connection.execute(
        sa.select(table).where(table.c.id > after).order_by(
            table.c.id).limit(limit)).mappings()]


def action_keys(connection: sa.Connection, tables: Schema,
                instance_uuid: str) -> list[Row]:
    """Return what places each action of an instance in a list."""
    table = tables.actions
    query = sa.select(
        table.c.id, table.c.instance_uuid, table.c.request_id,
        table.c.created_at, table.c.updated_at, table.c.deleted,
    ).where(_is(connection, table.c.instance_uuid, instance_uuid))
    return [dict(row) for row in connection.execute(query).mappings()
            if row['instance_uuid'] == instance_uuid]


def action_rows(connection: sa.Connection, tables: Schema,
                ids: Sequence[int]) -> list[Row]:
    """Return actions, each with ``events``: what their ends tell of it, None
    where that would mean to read all events of the cell."""
    table = tables.actions
    rows = {row['id']: {**row, 'events': None} for some in _chunks(ids)
            for row in _rows(connection, table, table.c.id.in_(some))}
    if tables.finds_events:
        for row in rows.values():
            row['events'] = []
        for event in _ends(connection, tables, ids):
            if event['action_id'] in rows:
                rows[event['action_id']]['events'].append(event)
    return list(rows.values())


def _ends(connection: sa.Connection, tables: Schema,
          ids: Sequence[int]) -> list[Row]:
    table = tables.events
    return [dict(row) for some in _chunks(ids) for row in connection.execute(
        sa.select(table.c.id, table.c.action_id, table.c.event,
                  table.c.finish_time, table.c.result, table.c.deleted)
        .where(table.c.action_id.in_(some)).order_by(table.c.id)).mappings()]


def action_with_events(connection: sa.Connection, tables: Schema,
                       action_id: int) -> Row | None:
    """Return an action, its newest events whole as ``newest``, and as
    ``events`` what tells how each of them ended."""
    table = tables.actions
    for row in _rows(connection, table, table.c.id == action_id):
        newest = event_list(connection, tables, action_id)
        events = sorted(newest, key=lambda event: event['id'])
        if len(newest) >= page.EVENTS:
            events = _ends(connection, tables, [action_id])
        return {**row, 'newest': newest, 'events': events}
    return None


def action_instance(connection: sa.Connection, tables: Schema,
                    action_id: int) -> Row | None:
    """Return the instance that an action belongs to."""
    uuid = connection.execute(sa.select(tables.actions.c.instance_uuid).where(
        tables.actions.c.id == action_id)).scalar_one_or_none()
    return instance_get(connection, tables, uuid) if uuid else None


def event_list(connection: sa.Connection, tables: Schema, action_id: int,
               limit: int | None = page.EVENTS) -> list[Row]:
    """Return the newest events of an action, newest first by (created_at,
    id)."""
    table = tables.events
    query = page.newest(sa.select(table).where(
        table.c.action_id == action_id), table, limit)
    lacking = dict.fromkeys(schema.COLUMNS[table.name])
    return [{**lacking, **row}
            for row in connection.execute(query).mappings()]


def event_get(connection: sa.Connection, tables: Schema, action_id: int,
              event_id: int) -> Row | None:
    table = tables.events
    for row in _rows(connection, table, table.c.id == event_id):
        if row['action_id'] == action_id:
            return row
    return None


def _chunks(ids: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return [ids[start:start + CHUNK] for start in range(0, len(ids), CHUNK)]
