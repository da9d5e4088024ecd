# SPDX-License-Identifier: Apache-2.0
"""Events: the steps of an action, each on a host.

The parent row (the action) is locked before its children, so parallel events
of one action wait for each other instead of deadlocking.
"""

import datetime
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils
from sqlalchemy import orm

from nova_actions import actions
from nova_actions import exception
from nova_actions import vocabulary
from nova_actions.db import clock
from nova_actions.db import page
from nova_actions.db import rows
from nova_actions.db import status
from nova_actions.db.engine import reader
from nova_actions.db.engine import writer
from nova_actions.db.instance import action_get_instance
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES
from nova_actions.db.rows import Row


def _lock(session: orm.Session, action_id: Any) -> Row | None:
    row = session.execute(sa.select(ACTIONS).where(
        ACTIONS.c.id == action_id).with_for_update()
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
    row = rows.complete(EVENTS, values)
    try:
        return _event_insert(context, row, values, is_system, owner)
    except exception.Conflict:
        found = rows.stored(context, EVENTS, row['uuid'])
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
    action_id = rows.by_request(instance_uuid, request_id)
    if is_system:
        action_id = sa.func.coalesce(action_id, _newest_of(instance_uuid))
    action = _lock(session, action_id)
    if is_system and (action is None or (
            action['request_id'] != request_id
            and action['status'] not in status.OPEN)):
        if owner is not None:
            rows.insert(session, INSTANCES, rows.complete(INSTANCES, owner))
        action = rows.insert(session, ACTIONS, rows.complete(
            ACTIONS, _system_action(values)))
    elif action is None:
        raise exception.InstanceActionNotFound(
            request_id=request_id, instance_uuid=instance_uuid)
    row = rows.insert(session, EVENTS, {**row, 'action_id': action['id']})
    _settle(session, action, row, touch=action['request_id'] == request_id)
    return row


def _newest_of(instance_uuid: str) -> Any:
    table = ACTIONS.alias()
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
                  'finish_time': None, 'evidence': None}
    else:
        values = dict(status.settled(action['id']))
    at = event['finish_time'] or event['start_time']
    values['updated_at'] = rows.moved(action, at if touch else None)
    session.execute(sa.update(ACTIONS).where(
        ACTIONS.c.id == action['id']).values(values))


def _candidate(values: Mapping[str, Any]) -> Any:
    """Return the id of the event that a finish means, as a subquery on the
    locked action: by handle, else the newest open one of that name (on that
    host when it is given), else the newest of that name."""
    event = EVENTS.alias()
    query = sa.select(event.c.id).where(event.c.action_id == ACTIONS.c.id)
    if values.get('uuid'):
        query = query.where(event.c.uuid == values['uuid'])
    elif 'id' in values:
        query = query.where(event.c.id == values['id'])
    else:
        query = query.where(event.c.event == values['event'])
        if values.get('host'):
            query = query.where(event.c.host == values['host'])
    return query.order_by(
        sa.case((event.c.finish_time.is_(None), 0), else_=1),
        event.c.id.desc()).limit(1).correlate(ACTIONS).scalar_subquery()


def _finishing_action(values: Mapping[str, Any], is_system: bool) -> Any:
    """Return the id of the action whose event is to be finished."""
    if values.get('uuid'):
        return sa.select(EVENTS.c.action_id).where(
            EVENTS.c.uuid == values['uuid']).scalar_subquery()
    if 'id' in values:
        return values['action_id']
    # One request may have several actions of a server. Where none has the
    # step, the newest tells which one lacks it.
    found = [_holder(values, of_request=True),
             rows.by_request(values['instance_uuid'], values['request_id'])]
    if is_system:
        found.append(_holder(values, of_request=False))
    return sa.func.coalesce(*found)


def _holder(values: Mapping[str, Any], of_request: bool) -> Any:
    """Return the id of the newest action that has a step as is meant, an
    open one first, as a subquery: one of that request, or any."""
    action, event = ACTIONS.alias(), EVENTS.alias()
    query = sa.select(event.c.action_id).join(
        action, action.c.id == event.c.action_id).where(
            action.c.instance_uuid == values['instance_uuid'],
            event.c.event == values['event'])
    if of_request:
        query = query.where(action.c.request_id == values['request_id'])
    if values.get('host'):
        query = query.where(event.c.host == values['host'])
    return query.order_by(
        sa.case((event.c.finish_time.is_(None), 0), else_=1),
        action.c.created_at.desc(), action.c.id.desc(),
        event.c.id.desc()).limit(1).scalar_subquery()


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
    values, _late = clock.fit(values)
    action_id = _finishing_action(values, is_system)
    # A second round only where another finish came between the reading and
    # the lock (PostgreSQL reads the event as of before the wait).
    for _round in range(2):
        action, event = _lock_with_event(session, values, action_id)
        if event['finish_time'] is not None and (
                event['result'] != vocabulary.RESULT_INTERRUPTED):
            if event['result'] == values['result']:
                return event
            raise exception.InstanceActionEventNotFound(
                action_id=action['id'], event=event['event'])
        changes = _finish_changes(values, event)
        updated: Any = session.execute(sa.update(EVENTS).where(
            EVENTS.c.id == event['id'],
            sa.or_(EVENTS.c.finish_time.is_(None),
                   EVENTS.c.result == vocabulary.RESULT_INTERRUPTED)
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
    changes['finish_time'] = clock.end_of(
        event['start_time'], values['finish_time'], changes['duration_us'])
    changes['redactions'] = event['redactions'] + values.get('redactions', 0)
    changes['updated_at'] = timeutils.utcnow()
    return changes


def _lock_with_event(session: orm.Session, values: Mapping[str, Any],
                     action_id: Any) -> tuple[Row, Row]:
    """Lock the action and read the event that is meant."""
    columns = [column.label(f'event_{column.name}')
               for column in EVENTS.columns]
    found = session.execute(
        sa.select(ACTIONS, *columns).select_from(ACTIONS.outerjoin(
            EVENTS, EVENTS.c.id == _candidate(values))
        ).where(ACTIONS.c.id == action_id
                ).with_for_update(of=ACTIONS)).mappings().one_or_none()
    if found is None or (
            found['instance_uuid'] != values['instance_uuid']):
        if values.get('uuid') or 'id' in values:
            raise exception.InstanceActionEventNotFound(
                action_id=values.get('action_id'),
                event=values.get('event') or values['id'])
        raise exception.InstanceActionNotFound(
            request_id=values['request_id'],
            instance_uuid=values['instance_uuid'])
    action = {name: found[name] for name in rows.columns(ACTIONS)}
    event = {name: found[f'event_{name}'] for name in rows.columns(EVENTS)}
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
    row = session.execute(sa.select(EVENTS).where(
        EVENTS.c.action_id == action_id, EVENTS.c.id == event_id,
        *rows.not_deleted(read_deleted, EVENTS))).mappings().one_or_none()
    return dict(row) if row else None


@reader
def event_list(session: orm.Session, action_id: int,
               read_deleted: str = 'no',
               limit: int | None = page.EVENTS) -> list[Row]:
    """Return the newest events of an action, newest first by (created_at,
    id).

    :param limit: how many at the most, and no more than fit into
        :data:`page.EVENT_BYTES`; None gives all
    """
    return events_of(session, action_id, read_deleted, limit)


def events_of(session: orm.Session, action_id: int, read_deleted: str,
              limit: int | None = page.EVENTS) -> list[Row]:
    """Return the same within a transaction."""
    query = page.newest(sa.select(EVENTS).where(
        EVENTS.c.action_id == action_id,
        *rows.not_deleted(read_deleted, EVENTS)), EVENTS, limit)
    return page.within(session.execute(query).mappings(), limit)
