# SPDX-License-Identifier: Apache-2.0
"""What is read from and written to our own database.

Each function is one transaction; rows come back as dictionaries with naive
UTC times. In every writing transaction the parent row (the action) is locked
before its children, so parallel events of one action wait for each other
instead of deadlocking.
"""

import datetime
from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa
from oslo_utils import timeutils
from oslo_utils import uuidutils
from sqlalchemy import orm

from nova_actions import actions
from nova_actions import exception
from nova_actions.db import models
from nova_actions.db import status
from nova_actions.db.engine import begun
from nova_actions.db.engine import dispose
from nova_actions.db.engine import engine
from nova_actions.db.engine import errors_translated
from nova_actions.db.engine import reader
from nova_actions.db.engine import setup
from nova_actions.db.engine import writer
from nova_actions.db.importing import instance_import

__all__ = ['begun', 'dispose', 'engine', 'errors_translated',
           'instance_import', 'setup']

Row = dict[str, Any]

_instances = cast(sa.Table, models.Instance.__table__)
_actions = cast(sa.Table, models.InstanceAction.__table__)
_events = cast(sa.Table, models.InstanceActionEvent.__table__)


def _columns(table: sa.FromClause) -> set[str]:
    return {column.name for column in table.columns}


def _complete(table: sa.FromClause, values: Mapping[str, Any]) -> Row:
    """Return a whole row of the table from the values that are known."""
    row = {'uuid': uuidutils.generate_uuid(),
           'created_at': timeutils.utcnow(), 'deleted': 0, 'redactions': 0}
    row.update({name: value for name, value in values.items()
                if value is not None})
    return {name: row.get(name) for name in _columns(table)}


def _insert(session: orm.Session, table: Any, row: Row) -> Row:
    values = {name: value for name, value in row.items() if name != 'id'
              or value is not None}
    result = cast(Any, session.execute(sa.insert(table).values(values)))
    return {**row, 'id': result.inserted_primary_key[0]}


def _not_deleted(context_read_deleted: str, table: Any) -> list[Any]:
    if context_read_deleted == 'yes':
        return []
    return [table.c.deleted != 0 if context_read_deleted == 'only'
            else table.c.deleted == 0]


# Instances

@reader
def instance_get(session: orm.Session, uuid: str) -> Row | None:
    """Return the instance of our own database, None when it has none."""
    row = session.execute(sa.select(_instances).where(
        _instances.c.uuid == uuid)).mappings().one_or_none()
    # Where a collation pads with spaces, another id could have matched.
    return dict(row) if row and row['uuid'] == uuid else None


@reader
def instance_list(session: orm.Session, name: str,
                  project_id: str | None = None, limit: int = 1000,
                  ) -> list[Row]:
    """Return the undeleted instances of that display name, newest first."""
    query = sa.select(_instances).where(
        _instances.c.display_name == name, _instances.c.deleted == 0)
    if project_id is not None:
        query = query.where(_instances.c.project_id == project_id)
    query = query.order_by(_instances.c.created_at.desc(),
                           _instances.c.id.desc()).limit(limit)
    return [dict(row) for row in session.execute(query).mappings()]


# Actions

def _newest(query: Any) -> Any:
    return query.order_by(_actions.c.created_at.desc(),
                          _actions.c.id.desc()).limit(1)


def _by_request(instance_uuid: str, request_id: str | None) -> Any:
    """Return the id of the newest action of a request, as a subquery."""
    other = _actions.alias()
    return sa.select(other.c.id).where(
        other.c.instance_uuid == instance_uuid,
        other.c.request_id == request_id,
    ).order_by(other.c.created_at.desc(), other.c.id.desc()).limit(
        1).scalar_subquery()


def _superseded() -> Any:
    """Whether a newer action of the same instance has the same request id,
    so that the id alone does not name this row."""
    newer = _actions.alias()
    return sa.exists().where(
        newer.c.instance_uuid == _actions.c.instance_uuid,
        newer.c.request_id == _actions.c.request_id,
        sa.tuple_(newer.c.created_at, newer.c.id)
        > sa.tuple_(_actions.c.created_at, _actions.c.id),
    ).correlate(_actions).label('superseded')


@reader
def _stored(session: orm.Session, table: sa.Table, uuid: str) -> Row | None:
    row = session.execute(sa.select(table).where(
        table.c.uuid == uuid)).mappings().one_or_none()
    return dict(row) if row else None


@writer
def _action_insert(session: orm.Session, row: Row,
                   owner: Mapping[str, Any] | None) -> Row:
    if owner is not None:
        _insert(session, _instances, _complete(_instances, owner))
    return _insert(session, _actions, row)


def action_create(context: Any, values: Mapping[str, Any],
                  owner: Mapping[str, Any] | None = None) -> Row:
    """Store an action, and register its instance when an owner is given.

    The same uuid again returns the row that is there.

    :raises InstanceExists: when the instance has been registered meanwhile
    :raises Conflict: when the uuid belongs to another instance's action
    """
    row = _complete(_actions, values)
    row['status'] = values.get('status') or status.derive(row)
    try:
        return _action_insert(context, row, owner)
    except exception.Conflict:
        found = _stored(context, _actions, row['uuid'])
        if found and found['instance_uuid'] == row['instance_uuid']:
            return found
        if owner is not None and not found:
            raise exception.InstanceExists(
                instance_uuid=owner['uuid']) from None
        raise


@writer
def action_finish(session: orm.Session, instance_uuid: str,
                  request_id: str | None, finish_time: datetime.datetime,
                  ) -> Row:
    """End the newest action of a request.

    :raises InstanceActionNotFound: when there is none
    """
    locked = session.execute(
        sa.select(_actions).where(
            _actions.c.id == _by_request(instance_uuid, request_id)
        ).with_for_update()).mappings().one_or_none()
    if locked is None:
        raise exception.InstanceActionNotFound(
            request_id=request_id, instance_uuid=instance_uuid)
    row = dict(locked)
    events = session.execute(
        sa.select(_events.c.event, _events.c.finish_time, _events.c.result)
        .where(_events.c.action_id == row['id'])
        .order_by(_events.c.id)).mappings().all()
    row['finish_time'] = max(finish_time, row['finish_time'] or finish_time)
    row['updated_at'] = max(finish_time, row['updated_at'] or finish_time)
    row['status'] = status.derive({'finish_time': finish_time}, [
        dict(event) for event in events])
    row['message'] = (
        status.MESSAGE_ERROR
        if row['status'] in (status.FAILED, status.INTERRUPTED) else None)
    session.execute(sa.update(_actions).where(
        _actions.c.id == row['id']).values(
            {name: row[name] for name in (
                'finish_time', 'updated_at', 'status', 'message')}))
    return row


@reader
def action_get(session: orm.Session, instance_uuid: str, identifier: str,
               read_deleted: str = 'no') -> Row | None:
    """Return an action of an instance by its request id (the newest of that
    request) or by its own uuid, with its ``events`` as they were then."""
    query = sa.select(_actions, _superseded()).where(
        _actions.c.instance_uuid == instance_uuid,
        sa.or_(_actions.c.request_id == identifier,
               _actions.c.uuid == identifier),
        *_not_deleted(read_deleted, _actions))
    row = session.execute(_newest(query)).mappings().one_or_none()
    if row and identifier in (row['request_id'], row['uuid']):
        return {**row, 'events': _events_of(session, row['id'],
                                            read_deleted)}
    return None


@reader
def action_get_instance(session: orm.Session, action_id: int) -> Row | None:
    """Return the instance that an action belongs to."""
    row = session.execute(
        sa.select(_instances).join(
            _actions, _actions.c.instance_uuid == _instances.c.uuid
        ).where(_actions.c.id == action_id)).mappings().one_or_none()
    return dict(row) if row else None


@reader
def action_list(session: orm.Session, instance_uuid: str | None = None,
                project_id: str | None = None, limit: int | None = None,
                marker: str | None = None,
                filters: Mapping[str, datetime.datetime] | None = None,
                read_deleted: str = 'no') -> list[Row]:
    """Return actions, newest first by (created_at, id).

    :param project_id: of the servers' owner
    :param marker: a request id, or an action's uuid, after which to go on
    :param filters: ``changes-since``, ``changes-before``: the window on
        updated_at, both ends inclusive
    :raises MarkerNotFound: when the marker names nothing
    """
    if limit == 0:
        return []
    conditions = []
    scope = _not_deleted(read_deleted, _actions)
    if instance_uuid is not None:
        scope.append(_actions.c.instance_uuid == instance_uuid)
    if project_id is not None:
        scope.append(_actions.c.instance_uuid.in_(
            sa.select(_instances.c.uuid).where(
                _instances.c.project_id == project_id)))
    filters = filters or {}
    if 'changes-since' in filters:
        conditions.append(
            _actions.c.updated_at >= filters['changes-since'])
    if 'changes-before' in filters:
        conditions.append(
            _actions.c.updated_at <= filters['changes-before'])
    if marker is not None:
        conditions.append(
            sa.tuple_(_actions.c.created_at, _actions.c.id)
            < sa.tuple_(*_position(session, scope, marker)))
    query = sa.select(_actions, _superseded()).where(
        *scope, *conditions).order_by(
            _actions.c.created_at.desc(), _actions.c.id.desc()).limit(limit)
    return [dict(row) for row in session.execute(query).mappings()]


@reader
def action_all(session: orm.Session, instance_uuid: str) -> list[Row]:
    """Return all actions of an instance, the deleted ones too, in no
    order."""
    return [dict(row) for row in session.execute(sa.select(_actions).where(
        _actions.c.instance_uuid == instance_uuid)).mappings()]


def _position(session: orm.Session, scope: list[Any], marker: str,
              ) -> tuple[Any, Any]:
    row = session.execute(_newest(
        sa.select(_actions.c.created_at, _actions.c.id,
                  _actions.c.request_id, _actions.c.uuid).where(
            *scope, sa.or_(_actions.c.request_id == marker,
                           _actions.c.uuid == marker)))).one_or_none()
    if row is None or marker not in (row.request_id, row.uuid):
        raise exception.MarkerNotFound(marker=marker)
    return (sa.literal(row.created_at, _actions.c.created_at.type),
            sa.literal(row.id, _actions.c.id.type))


# Events

def _lock(session: orm.Session, action_id: Any) -> Row | None:
    row = session.execute(sa.select(_actions).where(
        _actions.c.id == action_id).with_for_update()
    ).mappings().one_or_none()
    return dict(row) if row else None


def event_start(context: Any, values: Mapping[str, Any],
                is_system: bool = False,
                owner: Mapping[str, Any] | None = None) -> Row:
    """Store an event and set its action running.

    The same uuid again returns the row that is there.

    :param values: the event's columns, ``instance_uuid`` and ``request_id``
    :param is_system: the caller has no project: where the request has no
        action, the event joins the instance's newest one while that is open
        or interrupted, else a new action ``system``
    :param owner: the instance, when our own database does not have it
    :raises InstanceActionNotFound: when the request has no action
    :raises Conflict: when the uuid is another action's event
    """
    row = _complete(_events, values)
    try:
        return _event_insert(context, row, values, is_system, owner)
    except exception.Conflict:
        found = _stored(context, _events, row['uuid'])
        if found and found['event'] == row['event']:
            instance = action_get_instance(context, found['action_id'])
            if instance and instance['uuid'] == values['instance_uuid']:
                return found
        if owner is not None and not found:
            # The instance has been registered meanwhile.
            return event_start(context, values, is_system)
        raise


@writer
def _event_insert(session: orm.Session, row: Row, values: Mapping[str, Any],
                  is_system: bool, owner: Mapping[str, Any] | None) -> Row:
    instance_uuid, request_id = values['instance_uuid'], values['request_id']
    action_id = _by_request(instance_uuid, request_id)
    if is_system:
        action_id = sa.func.coalesce(action_id, _newest_of(instance_uuid))
    action = _lock(session, action_id)
    if is_system and (action is None or (
            action['request_id'] != request_id
            and action['status'] not in status.OPEN)):
        if owner is not None:
            _insert(session, _instances, _complete(_instances, owner))
        action = _insert(session, _actions, _complete(
            _actions, _system_action(values)))
    elif action is None:
        raise exception.InstanceActionNotFound(
            request_id=request_id, instance_uuid=instance_uuid)
    row = _insert(session, _events, {**row, 'action_id': action['id']})
    _settle(session, action, row, touch=action['request_id'] == request_id)
    return row


def _newest_of(instance_uuid: str) -> Any:
    table = _actions.alias()
    return sa.select(table.c.id).where(
        table.c.instance_uuid == instance_uuid).order_by(
            table.c.created_at.desc(), table.c.id.desc()).limit(
                1).scalar_subquery()


def _system_action(values: Mapping[str, Any]) -> Row:
    return {'action': actions.SYSTEM, 'status': status.RUNNING,
            'instance_uuid': values['instance_uuid'],
            'request_id': values['request_id'],
            'global_request_id': values.get('global_request_id'),
            'start_time': values['start_time'],
            'updated_at': values['start_time']}


def _settle(session: orm.Session, action: Row, event: Row,
            touch: bool) -> None:
    """Bring the locked action up to date with an event of its."""
    values: dict[str, Any]
    if event['finish_time'] is None:
        values = {'status': status.RUNNING, 'message': None,
                  'finish_time': None}
    else:
        values = dict(status.settled(action['id']))
    moved = event['finish_time'] or event['start_time']
    if touch and moved:
        values['updated_at'] = max(moved, action['updated_at'] or moved)
    session.execute(sa.update(_actions).where(
        _actions.c.id == action['id']).values(values))


def _candidate(values: Mapping[str, Any]) -> Any:
    """Return the id of the event that a finish means, as a subquery on the
    locked action: by handle, else the newest open one of that name (on that
    host when it is given), else the newest of that name."""
    event = _events.alias()
    query = sa.select(event.c.id).where(event.c.action_id == _actions.c.id)
    if values.get('uuid'):
        query = query.where(event.c.uuid == values['uuid'])
    elif values.get('id'):
        query = query.where(event.c.id == values['id'])
    else:
        query = query.where(event.c.event == values['event'])
        if values.get('host'):
            query = query.where(event.c.host == values['host'])
    return query.order_by(
        sa.case((event.c.finish_time.is_(None), 0), else_=1),
        event.c.id.desc()).limit(1).correlate(_actions).scalar_subquery()


def _finishing_action(values: Mapping[str, Any], is_system: bool) -> Any:
    """Return the id of the action whose event is to be finished."""
    if values.get('uuid'):
        return sa.select(_events.c.action_id).where(
            _events.c.uuid == values['uuid']).scalar_subquery()
    if values.get('id'):
        return values['action_id']
    action_id = _by_request(values['instance_uuid'], values['request_id'])
    if not is_system:
        return action_id
    action, event = _actions.alias(), _events.alias()
    anywhere = sa.select(event.c.action_id).join(
        action, action.c.id == event.c.action_id).where(
            action.c.instance_uuid == values['instance_uuid'],
            event.c.event == values['event'])
    if values.get('host'):
        anywhere = anywhere.where(event.c.host == values['host'])
    anywhere = anywhere.order_by(
        sa.case((event.c.finish_time.is_(None), 0), else_=1),
        event.c.id.desc()).limit(1)
    return sa.func.coalesce(action_id, anywhere.scalar_subquery())


@writer
def event_finish(session: orm.Session, values: Mapping[str, Any],
                 is_system: bool = False) -> Row:
    """Finish one open event, or correct one that was closed as interrupted.

    :param values: ``uuid`` (the handle), or ``id`` and ``action_id``, or
        ``request_id``, ``event`` and maybe ``host``; ``instance_uuid``;
        ``finish_time``, ``result`` and what else the event's row takes
    :raises InstanceActionNotFound: when the request has no action
    :raises InstanceActionEventNotFound: when nothing open is meant, nor
        one that has finished with the same result (a resend)
    :raises Forbidden: when another host's event is meant
    """
    action_id = _finishing_action(values, is_system)
    # A second round only where another finish came between the reading and
    # the lock (PostgreSQL reads the event as of before the wait).
    for _round in range(2):
        action, event = _lock_with_event(session, values, action_id)
        if event['finish_time'] is not None and (
                event['result'] != status.RESULT_INTERRUPTED):
            if event['result'] == values['result']:
                return event
            raise exception.InstanceActionEventNotFound(
                action_id=action['id'], event=event['event'])
        changes = _finish_changes(values, event)
        updated: Any = session.execute(sa.update(_events).where(
            _events.c.id == event['id'],
            sa.or_(_events.c.finish_time.is_(None),
                   _events.c.result == status.RESULT_INTERRUPTED)
        ).values(changes))
        if updated.rowcount:
            event = {**event, **changes}
            touch = (action['request_id'] == values['request_id']
                     if 'request_id' in values else True)
            _settle(session, action, event, touch)
            return event
    raise exception.InstanceActionEventNotFound(
        action_id=action['id'], event=event['event'])


def _finish_changes(values: Mapping[str, Any], event: Row) -> Row:
    changes = {name: values.get(name) for name in (
        'finish_time', 'result', 'details', 'traceback', 'error_type',
        'reason', 'duration_us')}
    if changes['duration_us'] is None and event['start_time']:
        elapsed = values['finish_time'] - event['start_time']
        changes['duration_us'] = max(
            0, elapsed // datetime.timedelta(microseconds=1))
    changes['redactions'] = event['redactions'] + values.get('redactions', 0)
    changes['updated_at'] = timeutils.utcnow()
    return changes


def _lock_with_event(session: orm.Session, values: Mapping[str, Any],
                     action_id: Any) -> tuple[Row, Row]:
    """Lock the action and read the event that is meant."""
    columns = [column.label(f'event_{column.name}')
               for column in _events.columns]
    found = session.execute(
        sa.select(_actions, *columns).select_from(_actions.outerjoin(
            _events, _events.c.id == _candidate(values))
        ).where(_actions.c.id == action_id
                ).with_for_update(of=_actions)).mappings().one_or_none()
    if found is None or (
            found['instance_uuid'] != values['instance_uuid']):
        if values.get('uuid') or values.get('id'):
            raise exception.InstanceActionEventNotFound(
                action_id=values.get('action_id'),
                event=values.get('event') or values['id'])
        raise exception.InstanceActionNotFound(
            request_id=values['request_id'],
            instance_uuid=values['instance_uuid'])
    action = {name: found[name] for name in _columns(_actions)}
    event = {name: found[f'event_{name}'] for name in _columns(_events)}
    if event['id'] is None:
        raise exception.InstanceActionEventNotFound(
            action_id=action['id'],
            event=values.get('event') or values.get('id'))
    if values.get('host') and event['host'] != values['host']:
        raise exception.Forbidden(
            'A host may finish only its own events.')
    return action, event


@reader
def event_get(session: orm.Session, action_id: int, event_id: int,
              read_deleted: str = 'no') -> Row | None:
    row = session.execute(sa.select(_events).where(
        _events.c.action_id == action_id, _events.c.id == event_id,
        *_not_deleted(read_deleted, _events))).mappings().one_or_none()
    return dict(row) if row else None


@reader
def event_list(session: orm.Session, action_id: int,
               read_deleted: str = 'no') -> list[Row]:
    """Return the events of an action, newest first by (created_at, id)."""
    return _events_of(session, action_id, read_deleted)


def _events_of(session: orm.Session, action_id: int,
               read_deleted: str) -> list[Row]:
    query = sa.select(_events).where(
        _events.c.action_id == action_id,
        *_not_deleted(read_deleted, _events)).order_by(
            _events.c.created_at.desc(), _events.c.id.desc())
    return [dict(row) for row in session.execute(query).mappings()]
