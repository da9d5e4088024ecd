# SPDX-License-Identifier: Apache-2.0
"""What is asked of a cell: each a function of a connection and the cell's
schema. Ids compare exactly, whatever the cell's collation."""

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions import vocabulary
from nova_actions.cells import schema
from nova_actions.db import page

Row = dict[str, Any]
Schema = schema.Schema

#: The state of a server that is as good as deleted: in no list of Nova's.
SOFT_DELETED = 'soft-delete'

_BAD = (vocabulary.RESULT_ERROR, vocabulary.RESULT_INTERRUPTED)


def _is(connection: sa.Connection, column: Any, value: str) -> Any:
    """Return the condition that a column has that value.

    On MySQL a collation may take "A" and "a " for "a"; what its index finds
    is compared once more, by bytes.
    """
    if connection.dialect.name not in ('mysql', 'mariadb'):
        return column == value
    return sa.and_(
        column == value,
        sa.cast(column, sa.BINARY) == sa.cast(sa.literal(value), sa.BINARY),
    )


def _all(connection: sa.Connection, query: Any) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _rows(
    connection: sa.Connection,
    table: sa.FromClause,
    *conditions: sa.ColumnElement[bool],
) -> list[Row]:
    """Return rows by their ids."""
    return _all(
        connection, sa.select(table).where(*conditions).order_by(table.c.id)
    )


def nothing(_connection: sa.Connection, _schema: schema.Schema) -> None:
    """Ask nothing: a cell that answers is connected, and has the tables."""


def instance_get(
    connection: sa.Connection, tables: Schema, uuid: str
) -> Row | None:
    table = tables.instances
    for row in _rows(connection, table, _is(connection, table.c.uuid, uuid)):
        if row['uuid'] == uuid:
            return row
    return None


def instance_list(
    connection: sa.Connection,
    tables: Schema,
    limit: int,
    name: str | None,
    project_id: str | None,
    after: Mapping[str, Any] | None,
) -> list[Row]:
    """Return undeleted instances, newest first by (created_at, uuid).

    :param after: the instance to go on after
    """
    table = tables.instances
    conditions = [
        _is(connection, table.c[column], value)
        for column, value in (
            ('display_name', name),
            ('project_id', project_id),
        )
        if value is not None
    ]
    return _all(
        connection,
        page.of_servers(
            table,
            after,
            limit,
            *conditions,
            table.c.hidden.is_not(sa.true()),
            table.c.vm_state.is_distinct_from(SOFT_DELETED),
        ),
    )


def instance_many(
    connection: sa.Connection, tables: Schema, uuids: Iterable[str]
) -> list[Row]:
    """Return the instances among those."""
    table, wanted = tables.instances, sorted(set(uuids))
    return [
        row
        for some in page.chunks(wanted)
        for row in _rows(connection, table, table.c.uuid.in_(some))
        if row['uuid'] in wanted
    ]


def instance_page(
    connection: sa.Connection, tables: Schema, after: int, limit: int
) -> list[Row]:
    """Return the next instances by id."""
    table = tables.instances
    return _all(
        connection,
        sa.select(table)
        .where(table.c.id > after)
        .order_by(table.c.id)
        .limit(limit),
    )


def action_page(
    connection: sa.Connection,
    tables: Schema,
    instance_uuid: str,
    limit: int,
    *,
    behind: page.Place | None = None,
    filters: Mapping[str, datetime.datetime] | None = None,
    read_deleted: str = 'no',
    request_id: str | None = None,
) -> list[Row]:
    """Return the next actions of an instance, newest first by (created_at,
    id).

    :param behind: where to go on
    :param request_id: of those of one request
    """
    table, filters = tables.actions, filters or {}
    conditions = _seen(table, read_deleted)
    if behind is not None:
        conditions.append(behind.admits(table))
    if 'changes-since' in filters:
        conditions.append(table.c.updated_at >= filters['changes-since'])
    if 'changes-before' in filters:
        conditions.append(table.c.updated_at <= filters['changes-before'])
    if request_id is not None:
        conditions.append(_is(connection, table.c.request_id, request_id))
    query = _actions(connection, table, instance_uuid, *conditions)
    return _all(
        connection,
        query.order_by(
            # A time that is NULL comes last on every database.
            table.c.created_at.is_(None),
            table.c.created_at.desc(),
            table.c.id.desc(),
        ).limit(limit),
    )


def action_get(
    connection: sa.Connection,
    tables: Schema,
    instance_uuid: str,
    action_id: int,
    read_deleted: str,
) -> Row | None:
    """Return an action of an instance by its id."""
    table = tables.actions
    rows = _all(
        connection,
        _actions(
            connection,
            table,
            instance_uuid,
            table.c.id == action_id,
            *_seen(table, read_deleted),
        ),
    )
    return next(iter(rows), None)


def action_named(
    connection: sa.Connection,
    tables: Schema,
    instance_uuid: str,
    requests: Sequence[str | None],
) -> list[Row]:
    """Return what is to be compared of all actions of those requests."""
    table = tables.actions
    query = sa.select(
        table.c.id,
        table.c.request_id,
        table.c.action,
        table.c.start_time,
        table.c.created_at,
    ).where(_is(connection, table.c.instance_uuid, instance_uuid))
    return [
        row
        for some in page.chunks(requests)
        for row in _all(
            connection, query.where(page.one_of(table.c.request_id, some))
        )
    ]


def _actions(
    connection: sa.Connection,
    table: sa.FromClause,
    instance_uuid: str,
    *conditions: sa.ColumnElement[bool],
) -> Any:
    """Return the query for actions, each with ``superseded``: whether the
    cell has a newer one of the same request."""
    newer = table.alias('newer')
    later = sa.or_(
        newer.c.created_at > table.c.created_at,
        sa.and_(newer.c.created_at.is_not(None), table.c.created_at.is_(None)),
        sa.and_(
            newer.c.created_at.is_not_distinct_from(table.c.created_at),
            newer.c.id > table.c.id,
        ),
    )
    superseded = (
        sa.exists()
        .where(
            newer.c.instance_uuid == table.c.instance_uuid,
            newer.c.request_id == table.c.request_id,
            later,
        )
        .correlate(table)
    )
    return sa.select(table, superseded.label('superseded')).where(
        _is(connection, table.c.instance_uuid, instance_uuid), *conditions
    )


def _seen(table: sa.FromClause, read_deleted: str) -> list[Any]:
    """Return the conditions for what a context sees of a table."""
    if read_deleted == 'yes':
        return []
    deleted = sa.func.coalesce(table.c.deleted, 0)
    return [deleted != 0 if read_deleted == 'only' else deleted == 0]


def action_ends(
    connection: sa.Connection,
    tables: Schema,
    ids: Sequence[int],
    read_deleted: str,
) -> dict[int, list[Row]] | None:
    """Return what tells how actions ended, by their ids: of the events of
    one name one that is open, or one that failed and the last one. None
    where that would mean to read all events of the cell."""
    if not tables.finds_events:
        return None
    ends: dict[int, list[Row]] = {row_id: [] for row_id in ids}
    for some in page.chunks(ids):
        for row in _all(
            connection, _ends(connection, tables.events, some, read_deleted)
        ):
            ends[row['action_id']] += _told(row)
    return ends


def _ends(
    connection: sa.Connection,
    table: sa.FromClause,
    ids: Sequence[int],
    read_deleted: str,
) -> Any:
    """Return the query for one row for each name of events of an action,
    however many events there are."""
    name: Any = table.c.event
    if connection.dialect.name in ('mysql', 'mariadb'):
        name = sa.cast(name, sa.BINARY)
    count = sa.func.count
    ends = (
        sa.select(
            table.c.action_id,
            sa.func.max(table.c.id).label('last'),
            (count() - count(table.c.finish_time)).label('open'),
            sa.func.max(table.c.finish_time).label('finish_time'),
            count(
                sa.case((table.c.result.in_(_BAD), 1)),
            ).label('bad'),
        )
        .where(
            table.c.action_id.in_(ids),
            *_seen(table, read_deleted),
        )
        .group_by(table.c.action_id, name)
        .subquery('ends')
    )
    return sa.select(ends, table.c.event, table.c.result).join(
        table, table.c.id == ends.c.last
    )


def _told(row: Row) -> list[Row]:
    last = {name: row[name] for name in ('event', 'finish_time', 'result')}
    if row['open']:
        return [{**last, 'finish_time': None}]
    bad = {**last, 'result': vocabulary.RESULT_ERROR}
    return [bad, last] if row['bad'] else [last]


def action_events(
    connection: sa.Connection,
    tables: Schema,
    action_id: int,
    read_deleted: str,
) -> tuple[list[Row], list[Row]]:
    """Return the newest events of an action, whole, and what tells how it
    ended."""
    newest = event_list(connection, tables, action_id, read_deleted)
    if len(newest) < page.EVENTS:
        return newest, sorted(newest, key=lambda event: int(event['id']))
    tables = dataclasses.replace(tables, finds_events=True)
    ends = action_ends(connection, tables, [action_id], read_deleted) or {}
    return newest, ends[action_id]


def action_instance(
    connection: sa.Connection, tables: Schema, action_id: int
) -> Row | None:
    """Return the instance that an action belongs to."""
    uuid = connection.execute(
        sa.select(tables.actions.c.instance_uuid).where(
            tables.actions.c.id == action_id
        )
    ).scalar_one_or_none()
    return instance_get(connection, tables, uuid) if uuid else None


def event_list(
    connection: sa.Connection,
    tables: Schema,
    action_id: int,
    read_deleted: str,
    limit: int | None = page.EVENTS,
) -> list[Row]:
    """Return the newest events of an action, newest first by (created_at,
    id)."""
    table = tables.events
    return _all(
        connection,
        page.newest(
            sa.select(table).where(
                table.c.action_id == action_id, *_seen(table, read_deleted)
            ),
            table,
            limit,
        ),
    )


def event_get(
    connection: sa.Connection,
    tables: Schema,
    action_id: int,
    event_id: int,
    read_deleted: str,
) -> Row | None:
    table = tables.events
    for row in _rows(
        connection, table, table.c.id == event_id, *_seen(table, read_deleted)
    ):
        if row['action_id'] == action_id:
            return row
    return None
