# SPDX-License-Identifier: Apache-2.0
"""The rules of the record (design.md, 7): what becomes of it when something
is reported.

Pure: rows that the caller has locked go in, changed and new rows come out.
There is no SQL here, and no clock.
"""

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypedDict, cast

from nova_actions import actions
from nova_actions import exception
from nova_actions import vocabulary
from nova_actions.db import clock
from nova_actions.db import status
from nova_actions.db.change import kind

Row = dict[str, Any]
Time = datetime.datetime


class Report(TypedDict, total=False):
    """A report as the rules take it; what a kind does not say may be left
    out.

    ``row`` returns what is stored of an event that is new; ``is_system``
    tells that the event is project-less, so that it joins what is running.
    """

    kind: str
    #: The handle.
    uuid: str
    name: str
    instance_uuid: str
    request_id: str | None
    global_request_id: str | None
    host: str | None
    action_uuid: str | None
    user_id: str | None
    user_name: str | None
    project_id: str | None
    project_name: str | None
    is_system: bool
    row: Callable[[], 'EventRow']
    start_time: Time | None
    #: Of a finish or an end only.
    finish_time: Time
    result: str | None
    details: str | None
    traceback: str | None
    error_type: str | None
    reason: str | None
    duration_us: int | None
    redactions: int
    rules: str | None


class ActionRow(TypedDict, total=False):
    """What the rules read and write of an action's row."""

    id: int
    uuid: str
    instance_uuid: str
    action: str
    created_at: Time
    request_id: str | None
    global_request_id: str | None
    owner_id: str | None
    start_time: Time | None
    finish_time: Time | None
    updated_at: Time | None
    status: str
    message: str | None
    evidence: str | None


class EventRow(TypedDict, total=False):
    """What the rules read and write of an event's row."""

    id: int
    uuid: str
    action_id: int
    event: str
    host: str | None
    #: Its reporter's session.
    epoch: str | None
    start_time: Time | None
    finish_time: Time | None
    updated_at: Time | None
    created_at: Time
    result: str | None
    details: str | None
    traceback: str | None
    error_type: str | None
    reason: str | None
    duration_us: int | None
    redactions: int
    rules: str | None


ACTION = 'action'
START = 'start'
FINISH = 'finish'
#: An action ends by itself, whatever its steps say.
END = 'end'
#: What is about a step.
STEPS = (START, FINISH)

APPLIED = 'applied'
KNOWN = 'known'

MICROSECOND = datetime.timedelta(microseconds=1)

#: What a finish says of an event.
OUTCOME = (
    'result',
    'details',
    'traceback',
    'error_type',
    'reason',
    'duration_us',
    'rules',
)
_ACTOR = ('instance_uuid', 'request_id', 'global_request_id')


@dataclasses.dataclass
class Action:
    """An action's row, with what is known of its events.

    :param events: by uuid, oldest first: all that :func:`status.derive`
        needs and the one that ended last, or of an action that only begins
        steps, none
    :param is_new: this transaction stores it
    :param is_touched: something of it has changed
    :param is_ended: it has been ended by itself since its events changed
    :param moved: when that happened, of what belongs to its request
    :param told: its status as far as changes tell it
    """

    row: ActionRow
    told: str
    events: dict[str, EventRow] = dataclasses.field(default_factory=dict)
    is_new: bool = False
    is_touched: bool = False
    is_ended: bool = False
    moved: Time | None = None

    def touch(self, at: Time | None) -> None:
        """Note that an event of it has changed, at a time that moves it or
        at none."""
        self.is_touched = True
        self.is_ended = False
        if at is not None:
            self.moved = max(at, self.moved or at)

    @property
    def status(self) -> str:
        if not self.events:
            return str(self.row['status'])
        return status.derive(self.row, self.events.values())


class Ledger:
    """The part of the record that one transaction is about.

    A report says ``kind``, ``uuid`` (the handle), ``name``,
    ``instance_uuid``, ``request_id``, ``host``, ``action_uuid``,
    ``start_time``, ``finish_time``, and ``is_system``: nobody's, which joins
    what runs; ``row()`` returns what is stored of an event that is new.

    :param now: naive UTC
    :param instances: the known ones, by uuid; one without ``id`` is known
        elsewhere, and registered with its first action
    :param locked: rows of actions, oldest first
    :param events: rows of events of those actions, oldest first
    """

    def __init__(
        self,
        now: Time,
        instances: Mapping[str, Row],
        locked: Iterable[Row],
        events: Iterable[Row],
    ) -> None:
        self._now = now
        self._instances = dict(instances)
        self.actions = {
            row['uuid']: Action(cast(ActionRow, row), row['status'])
            for row in locked
        }
        self._events: dict[str, tuple[EventRow, Action]] = {}
        by_id = {each.row['id']: each for each in self.actions.values()}
        for row in events:
            if row['action_id'] in by_id:
                self._hold(cast(EventRow, row), by_id[row['action_id']])
        #: What is to be stored, oldest first.
        self.new_instances: list[Row] = []
        self.new_events: list[tuple[EventRow, Action]] = []
        self.changed_events: dict[str, EventRow] = {}
        #: What happened, in order.
        self.transitions: list[Row] = []

    def _hold(self, row: EventRow, action: Action) -> None:
        action.events[row['uuid']] = row
        self._events[row['uuid']] = row, action

    def event(self, uuid: str) -> EventRow | None:
        """Return an event that is here by its uuid, None when it is not."""
        found = self._events.get(uuid)
        return found and found[0]

    def enter(self, report: Report) -> str:
        """Enter a report: ``APPLIED``, or ``KNOWN`` when it changes nothing.

        :raises ActionsException: it is refused
        """
        return {
            ACTION: self._action,
            START: self._start,
            FINISH: self._finish,
            END: self._end,
        }[report['kind']](report)

    # -- actions ----------------------------------------------------------

    def _action(self, report: Report) -> str:
        known = self.actions.get(report['uuid'])
        if known is not None:
            if known.row['instance_uuid'] != report['instance_uuid']:
                raise exception.Conflict()
            return KNOWN
        uuid = report['instance_uuid']
        if uuid not in self._instances:
            if report['name'] != actions.CREATE or not report['project_id']:
                raise exception.InstanceNotFound(instance_id=uuid)
            self._instances[uuid] = {
                'uuid': uuid,
                'project_id': report['project_id'],
                'user_id': report['user_id'],
            }
        self._add_action(
            {
                **_picked(
                    report,
                    *_ACTOR,
                    'uuid',
                    'user_id',
                    'user_name',
                    'project_id',
                    'project_name',
                    'start_time',
                ),
                'action': report['name'],
                'updated_at': report['start_time'],
            }
        )
        return APPLIED

    def _add_action(self, values: Row) -> Action:
        instance = self._instances[values['instance_uuid']]
        if not instance.get('id') and instance not in self.new_instances:
            self.new_instances.append(instance)
        row = {
            'status': status.RUNNING,
            'message': None,
            'finish_time': None,
            'evidence': None,
            'owner_id': instance.get('project_id'),
            **values,
        }
        action = Action(cast(ActionRow, row), status.RUNNING, is_new=True)
        self.actions[values['uuid']] = action
        self.transitions.append(kind.begun(action.row, None, self._now))
        return action

    def _end(self, report: Report) -> str:
        action, at = self._action_to_end(report), report['finish_time']
        # An earlier report of the batch may have ended the action.
        self._catch_up(action)
        before = action.row['finish_time'], action.row['status']
        if (
            before[0] is not None
            and at <= before[0]
            and (
                before[1]
                == status.derive({'finish_time': at}, action.events.values())
            )
        ):
            return KNOWN
        self.end(action, at)
        return APPLIED

    def _action_to_end(self, report: Report) -> Action:
        """Return the action that is named, else the newest of that name in
        the request."""
        named = self._named(report)
        if named is not None:
            return named
        uuid = report['instance_uuid']
        for each in reversed(self.actions.values()):
            if (uuid, report['request_id'], report['name']) == (
                each.row['instance_uuid'],
                each.row['request_id'],
                each.row['action'],
            ):
                return each
        raise exception.InstanceActionNotFound(
            request_id=report['request_id'], instance_uuid=uuid
        )

    def end(self, action: Action, at: Time) -> None:
        """End an action, whatever is open of it."""
        row = action.row
        row['finish_time'] = _latest(at, row['finish_time'], row['start_time'])
        row['status'] = status.derive(
            {'finish_time': at}, action.events.values()
        )
        self._close(action, at)

    def interrupt_action(self, action: Action, evidence: str) -> None:
        """Close an action that never got a step."""
        row = action.row
        row['finish_time'] = _latest(self._now, row['start_time'])
        row['status'] = status.INTERRUPTED
        self._close(action, self._now)
        row['evidence'] = evidence

    def _close(self, action: Action, at: Time) -> None:
        action.row['message'] = _message(action.row['status'])
        action.row['evidence'] = None
        action.touch(at)
        action.is_ended = True
        self._move(action)

    # -- events -----------------------------------------------------------

    def _start(self, report: Report) -> str:
        known = self._events.get(report['uuid'])
        if known is not None:
            _check_same(*known, report)
            return KNOWN
        self._add_event(report, {})
        return APPLIED

    def _finish(self, report: Report) -> str:
        known = self._events.get(report['uuid'])
        if known is None:
            # Its start is delayed or lost: the finish says all of it.
            self._add_event(report, self._outcome(report, report))
            return APPLIED
        _check_same(*known, report)
        return self.finish(*known, report)

    def finish(self, event: EventRow, action: Action, report: Report) -> str:
        """Finish an event that is open, or correct one that was closed as
        interrupted.

        :raises Forbidden: it is another host's
        :raises InstanceActionEventNotFound: it has finished otherwise
        """
        if report['host'] and event['host'] != report['host']:
            raise exception.Forbidden('A host may finish only its own events.')
        if event['finish_time'] is not None and (
            event['result'] != vocabulary.RESULT_INTERRUPTED
        ):
            if event['result'] == report['result']:
                return KNOWN
            raise exception.InstanceActionEventNotFound(
                action_id=action.row.get('id'), event=event['event']
            )
        event.update(self._outcome(report, event))
        event['redactions'] += report['redactions']
        self._changed(
            event, action, report['finish_time'], report['request_id']
        )
        return APPLIED

    def interrupt(
        self,
        event: EventRow,
        action: Action,
        evidence: str,
        rules: str | None = None,
    ) -> None:
        """Close an open event whose end will not be reported.

        :param rules: which rules the evidence was made safe by
        """
        # Where the clocks disagree, an end still comes after its beginning.
        event.update(
            {
                'finish_time': _latest(self._now, event['start_time']),
                'result': vocabulary.RESULT_INTERRUPTED,
                'details': evidence,
                'rules': rules,
                'reason': vocabulary.REASON_INTERRUPTED,
                'updated_at': self._now,
            }
        )
        self._changed(event, action, self._now, action.row['request_id'])

    def _changed(
        self,
        event: EventRow,
        action: Action,
        at: Time | None,
        request_id: str | None,
    ) -> None:
        if event.get('id') is not None:
            self.changed_events[event['uuid']] = event
        if event['finish_time'] is not None:
            self.transitions.append(kind.ended(action.row, event))
        action.touch(at if action.row['request_id'] == request_id else None)

    def _outcome(self, report: Report, event: EventRow | Report) -> EventRow:
        outcome = cast(EventRow, _picked(report, *OUTCOME))
        if outcome['details'] is None and event.get('result') is None:
            # The details of its start are kept.
            outcome['details'] = event['details']
            outcome['rules'] = event['rules']
        began, ended = event['start_time'], report['finish_time']
        if outcome['duration_us'] is None and began:
            outcome['duration_us'] = max(0, (ended - began) // MICROSECOND)
        outcome['finish_time'] = clock.end_of(
            began, ended, outcome['duration_us'], self._now
        )
        outcome['updated_at'] = self._now
        return outcome

    def _add_event(self, report: Report, outcome: EventRow) -> None:
        action = self._action_of(report)
        row: EventRow = {**report['row'](), **outcome}
        self._hold(row, action)
        self.new_events.append((row, action))
        self.transitions.append(kind.begun(action.row, row, self._now))
        self._changed(
            row,
            action,
            row['finish_time'] or row['start_time'],
            report['request_id'],
        )

    def _action_of(self, report: Report) -> Action:
        """Return the action that an event belongs to: the one that is named,
        else the newest of the request, else (of a project-less event) one
        that is open or a new action ``system``."""
        uuid = report['instance_uuid']
        named = self._named(report)
        if named is not None:
            return named
        own = [
            each
            for each in self.actions.values()
            if each.row['instance_uuid'] == uuid
        ]
        for each in reversed(own):
            if each.row['request_id'] == report['request_id']:
                return each
        if uuid not in self._instances:
            raise exception.InstanceNotFound(instance_id=uuid)
        if not report['is_system']:
            raise exception.InstanceActionNotFound(
                request_id=report['request_id'], instance_uuid=uuid
            )
        return _open_at(own, report['start_time']) or self._add_system(report)

    def _named(self, report: Report) -> Action | None:
        """Return the action whose uuid a report names, if it is one of the
        report's server."""
        found = self.actions.get(report['action_uuid'] or '')
        if found is None or (
            found.row['instance_uuid'] != report['instance_uuid']
        ):
            return None
        return found

    def _add_system(self, report: Report) -> Action:
        """Add the action that a project-less event gets for itself."""
        return self._add_action(
            {
                **_picked(report, *_ACTOR, 'start_time'),
                'uuid': _system_uuid(report['uuid']),
                'action': actions.SYSTEM,
                'user_id': None,
                'user_name': None,
                'project_id': None,
                'project_name': None,
                'updated_at': report['start_time'],
            }
        )

    # -- what follows -----------------------------------------------------

    def settle(self) -> list[Action]:
        """Bring the actions up to date with their events; return those that
        changed and are stored already."""
        touched = [each for each in self.actions.values() if each.is_touched]
        for action in touched:
            self._catch_up(action)
            if action.row['status'] not in (action.told, status.RUNNING):
                self.transitions.append(kind.ended(action.row))
        return [each for each in touched if not each.is_new]

    def _catch_up(self, action: Action) -> None:
        if action.is_touched and action.events and not action.is_ended:
            self._settle(action)

    def _settle(self, action: Action) -> None:
        row, events = action.row, action.events.values()
        row['status'] = status.derive(row, events)
        row['message'] = _message(row['status'])
        row['evidence'] = None
        row['finish_time'] = None
        if row['status'] != status.RUNNING:
            # The steps' hosts have other clocks than who began the action.
            row['finish_time'] = _latest(
                row['start_time'], *(event['finish_time'] for event in events)
            )
        self._move(action)

    def _move(self, action: Action) -> None:
        """Change ``updated_at`` with each change of an action's events,
        whatever their times are. InnoDB skips an UPDATE that changes nothing,
        and Galera, which compares the rows that two nodes have written, would
        then accept both."""
        before = action.row['updated_at']
        if before is None:
            action.row['updated_at'] = action.moved or self._now
        else:
            action.row['updated_at'] = _latest(
                action.moved,
                (before if action.is_new else before + MICROSECOND),
            )


def _picked(report: Report, *names: str) -> Row:
    """Return some of what a report says."""
    said: Mapping[str, Any] = report
    return {name: said[name] for name in names}


def _check_same(event: EventRow, action: Action, report: Report) -> None:
    if (event['event'], action.row['instance_uuid']) != (
        report['name'],
        report['instance_uuid'],
    ):
        raise exception.Conflict("The handle is another event's.")


def _open_at(own: list[Action], began: Time | None) -> Action | None:
    """Return the action that was the newest when an event began, if it may
    still be added to."""
    for each in reversed(own):
        if (
            not began
            or not each.row['start_time']
            or (each.row['start_time'] <= began)
        ):
            return each if each.status in status.OPEN else None
    return None


def _system_uuid(event_uuid: str) -> str:
    """Return the uuid of the action that an event gets for itself: the same
    whenever the event is reported."""
    return str(uuid.uuid5(uuid.UUID(event_uuid), actions.SYSTEM))


def _message(value: str) -> str | None:
    return (
        status.MESSAGE_ERROR
        if value in (status.FAILED, status.INTERRUPTED)
        else None
    )


def _latest(*times: Time | None) -> Time:
    return max(time for time in times if time is not None)
