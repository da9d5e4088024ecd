# SPDX-License-Identifier: Apache-2.0
"""Actions: what was asked to be done to an instance."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils
from sqlalchemy import orm

from nova_actions import exception
from nova_actions.db import instance_action_event
from nova_actions.db import ledger_rows
from nova_actions.db import ledger_rules
from nova_actions.db import page
from nova_actions.db import rows
from nova_actions.db import status
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import INSTANCES
from nova_actions.db.rows import Row


def _newest(query: Any) -> Any:
    return query.order_by(ACTIONS.c.created_at.desc(),
                          ACTIONS.c.id.desc()).limit(1)


def _superseded() -> Any:
    """Whether a newer action of the same instance has the same request id,
    so that the id alone does not name this row."""
    newer = ACTIONS.alias()
    return sa.exists().where(
        newer.c.instance_uuid == ACTIONS.c.instance_uuid,
        newer.c.request_id == ACTIONS.c.request_id,
        sa.tuple_(newer.c.created_at, newer.c.id)
        > sa.tuple_(ACTIONS.c.created_at, ACTIONS.c.id),
    ).correlate(ACTIONS).label('superseded')


@recorder
def _action_insert(connection: Any, row: Row,
                   owner: Mapping[str, Any] | None) -> Row:
    if owner is not None:
        ledger_rows.insert(connection, INSTANCES,
                           [rows.complete(INSTANCES, owner)])
    stored = dict(row)
    ledger_rows.insert(connection, ACTIONS, [stored])
    return stored


def action_create(context: Any, values: Mapping[str, Any],
                  owner: Mapping[str, Any] | None = None) -> Row:
    """Store an action, and register its instance when an owner is given.

    The same uuid again returns the row that is there.

    :raises InstanceExists: when the instance has been registered meanwhile
    :raises Conflict: when the uuid belongs to another instance's action
    """
    row = rows.complete(ACTIONS, values)
    row['status'] = values.get('status') or status.derive(row)
    try:
        return _action_insert(context, row, owner)
    except exception.Conflict:
        found = rows.stored(context, ACTIONS, row['uuid'])
        if found and found['instance_uuid'] == row['instance_uuid']:
            return found
        if owner is not None and not found:
            raise exception.InstanceExists(
                instance_uuid=owner['uuid']) from None
        raise


@recorder
def action_finish(connection: Any, instance_uuid: str,
                  request_id: str | None, finish_time: datetime.datetime,
                  action_id: int | None = None) -> Row:
    """End the newest action of a request, or the one of that id.

    :raises InstanceActionNotFound: when there is none
    """
    locked, events = ledger_rows.locked_with_events(
        connection, *((ledger_rows.BY_REQUEST, {
            'instance_uuid': instance_uuid, 'request_id': request_id})
            if action_id is None else
            (ledger_rows.BY_ACTION, {'action_id': action_id})))
    if not locked or locked[-1]['instance_uuid'] != instance_uuid:
        raise exception.InstanceActionNotFound(
            request_id=request_id, instance_uuid=instance_uuid)
    book = ledger_rules.Ledger(timeutils.utcnow(), {}, locked, events)
    action = book.actions[locked[-1]['uuid']]
    book.end(action, finish_time)
    ledger_rows.update(connection, ACTIONS, [action.row])
    return action.row


@reader
def action_get(session: orm.Session, instance_uuid: str, identifier: str,
               read_deleted: str = 'no') -> Row | None:
    """Return an action of an instance by its request id (the newest of that
    request) or by its own uuid, with its ``events`` as they were then."""
    query = sa.select(ACTIONS, _superseded()).where(
        ACTIONS.c.instance_uuid == instance_uuid,
        sa.or_(ACTIONS.c.request_id == identifier,
               ACTIONS.c.uuid == identifier),
        *rows.not_deleted(read_deleted, ACTIONS))
    row = session.execute(_newest(query)).mappings().one_or_none()
    if row and identifier in (row['request_id'], row['uuid']):
        return {**row, 'events': instance_action_event.events_of(
            session, row['id'], read_deleted)}
    return None


@reader
def action_list(session: orm.Session, instance_uuid: str | None = None,
                project_id: str | None = None, limit: int | None = None,
                marker: str | None = None,
                filters: Mapping[str, datetime.datetime] | None = None,
                read_deleted: str = 'no',
                behind: page.Place | None = None) -> list[Row]:
    """Return actions, newest first by (created_at, id).

    :param project_id: of the servers' owner
    :param marker: a request id, or an action's uuid, after which to go on
    :param filters: ``changes-since``, ``changes-before``: the window on
        updated_at, both ends inclusive
    :param behind: a place after which to go on
    :raises MarkerNotFound: when the marker names nothing
    """
    if limit == 0:
        return []
    conditions = []
    scope = rows.not_deleted(read_deleted, ACTIONS)
    if instance_uuid is not None:
        scope.append(ACTIONS.c.instance_uuid == instance_uuid)
    if project_id is not None:
        scope.append(ACTIONS.c.instance_uuid.in_(
            sa.select(INSTANCES.c.uuid).where(
                INSTANCES.c.project_id == project_id)))
    filters = filters or {}
    if 'changes-since' in filters:
        conditions.append(
            ACTIONS.c.updated_at >= filters['changes-since'])
    if 'changes-before' in filters:
        conditions.append(
            ACTIONS.c.updated_at <= filters['changes-before'])
    if marker is not None:
        behind = _position(session, scope, marker)
    if behind is not None:
        conditions.append(
            sa.tuple_(ACTIONS.c.created_at, ACTIONS.c.id) < sa.tuple_(
                sa.literal(behind.created_at, ACTIONS.c.created_at.type),
                sa.literal(behind.id, ACTIONS.c.id.type)))
    query = sa.select(ACTIONS, _superseded()).where(
        *scope, *conditions).order_by(
            ACTIONS.c.created_at.desc(), ACTIONS.c.id.desc()).limit(limit)
    return [dict(row) for row in session.execute(query).mappings()]


@reader
def action_named(session: orm.Session, instance_uuid: str,
                 requests: Sequence[str | None]) -> list[Row]:
    """Return all actions of an instance with one of those request ids, the
    deleted ones too, in no order."""
    return [dict(row) for some in page.chunks(requests)
            for row in session.execute(sa.select(ACTIONS).where(
                ACTIONS.c.instance_uuid == instance_uuid,
                page.one_of(ACTIONS.c.request_id, some))).mappings()]


def _position(session: orm.Session, scope: list[Any], marker: str,
              ) -> page.Place:
    row = session.execute(_newest(
        sa.select(ACTIONS.c.created_at, ACTIONS.c.id,
                  ACTIONS.c.request_id, ACTIONS.c.uuid).where(
            *scope, sa.or_(ACTIONS.c.request_id == marker,
                           ACTIONS.c.uuid == marker)))).one_or_none()
    if row is None or marker not in (row.request_id, row.uuid):
        raise exception.MarkerNotFound(marker=marker)
    return page.Place(row.created_at, row.id)
