# SPDX-License-Identifier: Apache-2.0
"""Starts and finishes of events, as a Nova client calls them.

A call is a batch of one. Calls of one request that would wait for each other
are entered together.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import clock
from nova_actions.db import group_commit
from nova_actions.db import ledger
from nova_actions.db import ledger_events
from nova_actions.db import ledger_locking
from nova_actions.db import table
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.ledger_rules import OUTCOME
from nova_actions.db.ledger_rules import START
from nova_actions.db.ledger_rules import Action
from nova_actions.db.ledger_rules import EventRow
from nova_actions.db.ledger_rules import Ledger
from nova_actions.db.ledger_rules import Report
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.table import Row

_START = ledger_locking.newest_of_request(
    ACTIONS, *ledger_locking.ACTION_READ
).with_for_update()
_SYSTEM_START = (
    sa.select(*ledger_locking.ACTION_READ)
    .where(
        ACTIONS.c.id
        == sa.func.coalesce(
            ledger_locking.by_request(), ledger_locking.begun_before()
        ),
    )
    .with_for_update()
)


@dataclasses.dataclass(frozen=True)
class _Call:
    """A start, which has the new event's row, or a finish.

    :param values: what the caller gave
    :param is_whole: whether each column of the event is needed, its id too
    """

    context: Any
    values: Mapping[str, Any]
    row: Row | None = None
    is_system: bool = False
    is_whole: bool = False


def event_start(
    context: Any,
    values: Mapping[str, Any],
    is_system: bool = False,
    owner: Mapping[str, Any] | None = None,
    is_whole: bool = True,
) -> Row:
    """Store an event and bring its action up to date.

    The same uuid again returns the row that is there.

    :param values: the event's columns, ``instance_uuid``, ``request_id``
        and ``owner_id``, the project of the instance
    :param is_system: the caller has no project: where the request has no
        action, the event joins the instance's newest one while that is open
        or interrupted, else a new action ``system``
    :param owner: the instance, when our own database does not have it
    :param is_whole: whether each column of the row is needed, its id too
    :raises InstanceActionNotFound: when the request has no action
    :raises Conflict: when the uuid is another action's event
    """
    row = table.complete(EVENTS, values)
    try:
        stored = (
            _submit(_Call(context, values, row, is_system, is_whole))
            if (owner is None)
            else _start(context, row, values, is_system, is_whole, owner)
        )
    except exception.Conflict:
        found = table.stored(context, EVENTS, row['uuid'])
        if (
            found
            and found['event'] == row['event']
            and (_is_of(context, found, values['instance_uuid']))
        ):
            return found
        if owner is not None and not found:
            # The instance has been registered meanwhile.
            return event_start(context, values, is_system, is_whole=is_whole)
        raise
    return _whole(context, stored) if is_whole else stored


def event_finish(
    context: Any,
    values: Mapping[str, Any],
    is_system: bool = False,
    is_whole: bool = True,
) -> Row:
    """Finish one open event, or correct one that was closed as interrupted.

    :param values: ``uuid`` (the handle), or ``id`` and ``action_id``, or
        ``request_id``, ``event`` and maybe ``host``; ``instance_uuid``;
        ``finish_time``, ``result`` and what else the event's row takes
    :param is_whole: whether each column of the row is needed, its id too
    :raises InstanceActionNotFound: when the request has no action
    :raises InstanceActionEventNotFound: when nothing open is meant, nor
        one that has finished with the same result (a resend)
    :raises Forbidden: when another host's event is meant
    """
    fitted, _late = clock.fit(values)
    row = _submit(
        _Call(context, fitted, is_system=is_system, is_whole=is_whole)
    )
    return _whole(context, row) if is_whole else row


def _whole(context: Any, row: Row) -> Row:
    """Return a row with its id and all its columns, which is read again where
    it has come without some."""
    if row.get('id') is not None and 'traceback' in row:
        return row
    return table.stored(context, EVENTS, row['uuid']) or row


@reader
def _is_of(
    connection: sa.Connection, event: Mapping[str, Any], instance_uuid: str
) -> bool:
    found = connection.execute(
        sa.select(ACTIONS.c.instance_uuid).where(
            ACTIONS.c.id == event['action_id']
        )
    ).scalar_one_or_none()
    return bool(found == instance_uuid)


# -- one call ----------------------------------------------------------------


@recorder
def _start(
    connection: Any,
    row: Row,
    values: Mapping[str, Any],
    is_system: bool,
    is_told: bool,
    owner: Mapping[str, Any] | None = None,
) -> Row:
    uuid = values['instance_uuid']
    found = table.found(
        connection,
        _SYSTEM_START if is_system else _START,
        {
            'instance_uuid': uuid,
            'request_id': values['request_id'],
            **({'start_time': row['start_time']} if is_system else {}),
        },
    )
    # What is open decides alone; of what has ended, all have a say.
    events = (
        ledger_events.events(connection, [found[0]['id']])
        if (found and row['finish_time'] is not None)
        else []
    )
    book = _book(values, found, events, owner)
    book.enter(_entry(row, values, is_system))
    ledger.store(connection, book, is_told=is_told)
    return cast(Row, book.new_events[0][0])


def _book(
    values: Mapping[str, Any],
    locked: list[Row],
    events: list[Row],
    owner: Mapping[str, Any] | None = None,
) -> Ledger:
    uuid = values['instance_uuid']
    return Ledger(
        timeutils.utcnow(),
        {
            uuid: dict(owner)
            if owner
            else {
                'uuid': uuid,
                'id': True,
                'project_id': values.get('owner_id'),
            }
        },
        locked,
        events,
    )


def _entry(row: Row, values: Mapping[str, Any], is_system: bool) -> Report:
    """Return a start as the rules take it."""
    return {
        'kind': START,
        'uuid': row['uuid'],
        'name': row['event'],
        'instance_uuid': values['instance_uuid'],
        'request_id': values['request_id'],
        'global_request_id': values.get('global_request_id'),
        'host': row['host'],
        'action_uuid': None,
        'start_time': row['start_time'],
        'is_system': is_system,
        'row': lambda: cast(EventRow, row),
    }


#: What says which event a finish means.
_MEANS = (
    'uuid',
    'id',
    'action_id',
    'instance_uuid',
    'request_id',
    'event',
    'host',
)


def _locking_of(
    values: Mapping[str, Any], is_system: bool
) -> ledger_locking.Locking:
    """Return what locks what a finish means."""
    if values.get('uuid'):
        return ledger_locking.BY_HANDLE
    if 'id' in values:
        return ledger_locking.BY_ID
    if is_system:
        return ledger_locking.BY_REQUEST_OR_STEP
    return ledger_locking.BY_REQUEST


@recorder
def _finish(
    connection: Any,
    values: Mapping[str, Any],
    is_system: bool,
    is_whole: bool,
) -> Row:
    given = {name: values.get(name) for name in _MEANS}
    locked, events, is_all = _locking_of(values, is_system).found(
        connection, given, is_whole
    )
    if not locked or locked[-1]['instance_uuid'] != values['instance_uuid']:
        raise _unknown(values)
    if not (is_all and any(_is_meant(row, values) for row in events)):
        events = ledger_events.events_meant(
            connection, [row['id'] for row in locked], given
        )
    book = _book(values, locked, events)
    event = _finish_in(book, values)
    ledger.store(connection, book)
    return event


def _finish_in(book: Ledger, values: Mapping[str, Any]) -> Row:
    action, event = _meant(book, values)
    report = {
        **dict.fromkeys((*OUTCOME, 'host')),
        'redactions': 0,
        'request_id': action.row['request_id'],
        **values,
    }
    book.finish(event, action, cast(Report, report))
    return cast(Row, event)


def _meant(book: Ledger, values: Mapping[str, Any]) -> tuple[Action, EventRow]:
    """Return the event that a finish means, and its action."""
    actions = list(book.actions.values())
    # One request may have several actions of a server, oldest first here.
    # Where none has the step, the newest tells which one lacks it.
    meant = [
        (row['finish_time'] is None, at, number, action, row)
        for at, action in enumerate(actions)
        for number, row in enumerate(action.events.values())
        if _is_meant(row, values)
    ]
    if not meant:
        raise exception.InstanceActionEventNotFound(
            action_id=actions[-1].row['id'],
            event=values.get('event') or values.get('id'),
        )
    *_order, action, event = max(meant, key=lambda found: found[:3])
    return action, event


def _is_meant(event: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    for name in ('uuid', 'id'):
        if values.get(name) is not None:
            return bool(event[name] == values[name])
    return event['event'] == values['event'] and (
        not values.get('host') or event['host'] == values['host']
    )


def _unknown(values: Mapping[str, Any]) -> exception.ActionsException:
    if values.get('uuid') or 'id' in values:
        return exception.InstanceActionEventNotFound(
            action_id=values.get('action_id'),
            event=values.get('event') or values.get('id'),
        )
    return exception.InstanceActionNotFound(
        request_id=values['request_id'], instance_uuid=values['instance_uuid']
    )


# -- several calls -----------------------------------------------------------


def _apply(calls: Sequence[_Call]) -> Sequence[Any]:
    if len(calls) > 1:
        answers: list[Any] = _apply_all(calls[0].context, calls)
        return answers
    (call,) = calls
    if call.row is None:
        return [
            _finish(call.context, call.values, call.is_system, call.is_whole)
        ]
    return [
        _start(
            call.context, call.row, call.values, call.is_system, call.is_whole
        )
    ]


_GROUP: group_commit.Group[_Call, Row] = group_commit.Group(_apply)


def _submit(call: _Call) -> Row:
    """Do a call, together with others of its request that wait."""
    values = call.values
    if call.is_system or not values.get('request_id'):
        # Which action will be locked is not known yet.
        row: Row = _apply([call])[0]
        return row
    return _GROUP.submit((values['instance_uuid'], values['request_id']), call)


@recorder
def _apply_all(connection: Any, calls: Sequence[_Call]) -> list[Any]:
    """Enter calls of one request, in their order; return the row of each, or
    its error."""
    values = calls[0].values
    locked, events, is_all = ledger_locking.BY_REQUEST.found(
        connection,
        {
            'instance_uuid': values['instance_uuid'],
            'request_id': values['request_id'],
        },
        is_whole=any(call.is_whole for call in calls),
    )
    if not locked:
        return [_unknown(call.values) for call in calls]
    if not is_all:
        events = ledger_events.events(
            connection, [row['id'] for row in locked]
        )
    book = _book(values, locked, events)
    answers = [_enter(book, call) for call in calls]
    ledger.store(connection, book)
    return answers


def _enter(book: Ledger, call: _Call) -> Any:
    try:
        if call.row is not None:
            book.enter(_entry(call.row, call.values, is_system=False))
            return book.event(call.row['uuid'])
        if not any(
            _is_meant(row, call.values) and row['finish_time'] is None
            for action in book.actions.values()
            for row in action.events.values()
        ):
            # A resend, or a step of another request, or of none.
            return group_commit.ALONE
        return _finish_in(book, call.values)
    except exception.ActionsException as error:
        return error
