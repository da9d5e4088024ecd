# SPDX-License-Identifier: Apache-2.0
"""Events: the steps of an action, each on a host."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import clock
from nova_actions.db import ledger
from nova_actions.db import ledger_rows
from nova_actions.db import page
from nova_actions.db import rows
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.ledger_rules import START
from nova_actions.db.ledger_rules import Action
from nova_actions.db.ledger_rules import Ledger
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES
from nova_actions.db.rows import Row

_START = sa.select(ACTIONS).where(
    ACTIONS.c.id == ledger_rows.by_request()).with_for_update()
_SYSTEM_START = sa.select(ACTIONS).where(ACTIONS.c.id == sa.func.coalesce(
    ledger_rows.by_request(), ledger_rows.begun_before())).with_for_update()

_NAMES = tuple(column.name for column in EVENTS.columns)
_OWNER_NAMES = tuple(column.name for column in INSTANCES.columns)


def event_start(context: Any, values: Mapping[str, Any],
                is_system: bool = False,
                owner: Mapping[str, Any] | None = None) -> Row:
    """Store an event and bring its action up to date.

    The same uuid again returns the row that is there.

    :param values: the event's columns, ``instance_uuid``, ``request_id``
        and ``owner_id``, the project of the instance
    :param is_system: the caller has no project: where the request has no
        action, the event joins the instance's newest one while that is open
        or interrupted, else a new action ``system``
    :param owner: the instance, when our own database does not have it
    :raises InstanceActionNotFound: when the request has no action
    :raises Conflict: when the uuid is another action's event
    """
    row = rows.complete(EVENTS, values)
    try:
        return _event_start(context, row, values, is_system, owner)
    except exception.Conflict:
        found = rows.stored(context, EVENTS, row['uuid'])
        if found and found['event'] == row['event'] and (
                _is_of(context, found, values['instance_uuid'])):
            return found
        if owner is not None and not found:
            # The instance has been registered meanwhile.
            return event_start(context, values, is_system)
        raise


@reader
def _is_of(session: Any, event: Mapping[str, Any],
           instance_uuid: str) -> bool:
    found = session.execute(sa.select(ACTIONS.c.instance_uuid).where(
        ACTIONS.c.id == event['action_id'])).scalar_one_or_none()
    return bool(found == instance_uuid)


@recorder
def _event_start(connection: Any, row: Row, values: Mapping[str, Any],
                 is_system: bool, owner: Mapping[str, Any] | None) -> Row:
    uuid = values['instance_uuid']
    found = connection.execute(_SYSTEM_START if is_system else _START, {
        'instance_uuid': uuid, 'request_id': values['request_id'],
        **({'start_time': row['start_time']} if is_system else {}),
    }).mappings().one_or_none()
    locked = [dict(found)] if found else []
    # What is open decides alone; of what has ended, all have a say.
    events = ledger_rows.events(connection, [locked[0]['id']]) if (
        locked and row['finish_time'] is not None) else []
    known = dict(owner) if owner else {
        'uuid': uuid, 'id': True, 'project_id': values.get('owner_id')}
    book = Ledger(timeutils.utcnow(), {uuid: known}, locked, events)
    book.enter({
        'kind': START, 'uuid': row['uuid'], 'name': row['event'],
        'instance_uuid': uuid, 'request_id': values['request_id'],
        'global_request_id': values.get('global_request_id'),
        'host': row['host'], 'action_uuid': None,
        'start_time': row['start_time'], 'is_system': is_system,
        'row': lambda: row})
    ledger.store(connection, book)
    return book.new_events[0][0]


def event_finish(context: Any, values: Mapping[str, Any],
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
    fitted, _late = clock.fit(values)
    row = _event_finish(context, fitted, is_system)
    if 'traceback' in row:
        return row
    return rows.stored(context, EVENTS, row['uuid']) or row


@recorder
def _event_finish(connection: Any, values: Mapping[str, Any],
                  is_system: bool) -> Row:
    action, event, book = _meant(connection, values, is_system)
    book.finish(event, action, {
        **dict.fromkeys(('details', 'traceback', 'error_type', 'reason',
                         'duration_us', 'rules', 'host')), 'redactions': 0,
        'request_id': action.row['request_id'], **values})
    ledger.store(connection, book)
    return event


def _meant(connection: Any, values: Mapping[str, Any],
           is_system: bool) -> tuple[Action, Row, Ledger]:
    """Lock the action and return the event that a finish means."""
    if values.get('uuid'):
        query, which = ledger_rows.BY_HANDLE, ['uuid']
    elif 'id' in values:
        query, which = ledger_rows.BY_ID, ['id']
    else:
        query = (ledger_rows.BY_REQUEST_OR_STEP if is_system
                 else ledger_rows.BY_REQUEST)
        which = ['event', *(['host'] if values.get('host') else [])]
    locked, events = ledger_rows.locked_with_events(connection, query, {
        name: values.get(name) for name in (
            'uuid', 'id', 'action_id', 'instance_uuid', 'request_id',
            'event', 'host')})
    if not locked or locked[-1]['instance_uuid'] != values['instance_uuid']:
        raise _unknown(values)
    book = Ledger(timeutils.utcnow(), {}, locked, events)
    # One request may have several actions of a server, oldest first here.
    # Where none has the step, the newest tells which one lacks it.
    meant = [(row['finish_time'] is None, at, row['id'], action, row)
             for at, action in enumerate(book.actions.values())
             for row in action.events.values()
             if all(row[name] == values[name] for name in which)]
    if not meant:
        raise exception.InstanceActionEventNotFound(
            action_id=locked[-1]['id'],
            event=values.get('event') or values.get('id'))
    *_order, action, event = max(meant, key=lambda found: found[:3])
    return action, event, book


def _unknown(values: Mapping[str, Any]) -> exception.ActionsException:
    if values.get('uuid') or 'id' in values:
        return exception.InstanceActionEventNotFound(
            action_id=values.get('action_id'),
            event=values.get('event') or values.get('id'))
    return exception.InstanceActionNotFound(
        request_id=values['request_id'],
        instance_uuid=values['instance_uuid'])


@functools.cache
def _get(read_deleted: str) -> Any:
    return sa.select(EVENTS).where(
        EVENTS.c.action_id == sa.bindparam('action_id'),
        EVENTS.c.id == sa.bindparam('event_id'),
        *rows.not_deleted(read_deleted, EVENTS))


@functools.cache
def _list(read_deleted: str, is_limited: bool) -> Any:
    return page.newest(sa.select(EVENTS).where(
        EVENTS.c.action_id == sa.bindparam('action_id'),
        *rows.not_deleted(read_deleted, EVENTS)), EVENTS,
        page.LIMIT if is_limited else None)


@functools.cache
def _list_with_owner(read_deleted: str) -> Any:
    return with_events(
        INSTANCES.join(ACTIONS, ACTIONS.c.instance_uuid == INSTANCES.c.uuid),
        INSTANCES.columns, ACTIONS.c.id, read_deleted).where(
            ACTIONS.c.id == sa.bindparam('action_id'))


def with_events(source: Any, columns: Iterable[Any], action_id: Any,
                read_deleted: str) -> Any:
    """Return the query for one row and, beside it, the newest events of an
    action, as :func:`row_and_events` reads it.

    :param source: what the row is selected from
    :param columns: of the row
    :param action_id: the column with the action's id
    """
    return page.newest(sa.select(*columns, *EVENTS.columns).select_from(
        source.outerjoin(EVENTS, sa.and_(
            EVENTS.c.action_id == action_id,
            *rows.not_deleted(read_deleted, EVENTS)))), EVENTS, page.EVENTS)


def row_and_events(connection: sa.Connection, query: Any, names: Sequence[str],
                   values: Mapping[str, Any]) -> tuple[Row | None, list[Row]]:
    """Return the row of such a query, None when there is none, and the
    events.

    :param names: of the row's columns
    :param values: of the query's bind parameters
    """
    found = connection.execute(query, values).all()
    if not found:
        return None, []
    events = [dict(zip(_NAMES, row[len(names):], strict=True))
              for row in found]
    return dict(zip(names, found[0], strict=False)), page.within(
        [event for event in events if event['id'] is not None], page.EVENTS)


@reader
def event_get(connection: sa.Connection, action_id: int, event_id: int,
              read_deleted: str = 'no') -> Row | None:
    found = rows.found(connection, _get(read_deleted), {
        'action_id': action_id, 'event_id': event_id})
    return next(iter(found), None)


@reader
def event_list(connection: sa.Connection, action_id: int,
               read_deleted: str = 'no',
               limit: int | None = page.EVENTS) -> list[Row]:
    """Return the newest events of an action, newest first by (created_at,
    id).

    :param limit: how many at the most, and no more than fit into
        :data:`page.EVENT_BYTES`; None gives all
    """
    return page.within(rows.found(
        connection, _list(read_deleted, limit is not None),
        {'action_id': action_id, 'limit': limit}), limit)


@reader
def event_list_with_owner(connection: sa.Connection, action_id: int,
                          read_deleted: str = 'no',
                          ) -> tuple[Row | None, list[Row]]:
    """Return the instance that an action belongs to, None of an unknown
    one, and the action's newest events, as :func:`event_list` does."""
    return row_and_events(
        connection, _list_with_owner(read_deleted), _OWNER_NAMES,
        {'action_id': action_id})
