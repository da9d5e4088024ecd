# SPDX-License-Identifier: Apache-2.0
"""What becomes of each report of a batch: decided in memory, in the order of
the batch, from rows that the caller has locked."""

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from oslo_utils import timeutils
from oslo_utils import uuidutils

from nova_actions import actions
from nova_actions import exception
from nova_actions import vocabulary
from nova_actions.db import clock
from nova_actions.db import status

Row = dict[str, Any]
Report = Mapping[str, Any]

ACTION = 'action'
START = 'start'
FINISH = 'finish'

APPLIED = 'applied'
KNOWN = 'known'
REFUSED = 'refused'

_OUTCOME = ('result', 'details', 'traceback', 'error_type', 'reason',
            'duration_us')
_ACTOR = ('instance_uuid', 'request_id', 'global_request_id')


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What became of one report.

    :param error: the class of the refusal, in :mod:`nova_actions.exception`
    :param replaced: how many of its characters the database cannot hold
    :param cut: how many of its times were from the future
    """

    verdict: str
    error: str | None = None
    reason: str | None = None
    replaced: int = 0
    cut: int = 0


def refused(error: exception.ActionsException) -> Verdict:
    return Verdict(REFUSED, type(error).__name__, error.format_message())


class Book:
    """The rows that a batch is about, and what the batch makes of them.

    :param instances: the known ones, by uuid
    :param locked: actions, oldest first
    :param events: those of the batch's handles, and all events of actions
        that work of nobody's may be added to, oldest first
    """

    def __init__(self, instances: Mapping[str, Row], locked: Iterable[Row],
                 events: Iterable[Row]) -> None:
        self._instances = dict(instances)
        self._actions = {row['uuid']: row for row in locked}
        by_id = {row['id']: row for row in self._actions.values()}
        self._events = {row['uuid']: {**row, 'action': by_id[
            row['action_id']]} for row in events if row['action_id'] in by_id}
        self.new_instances: list[Row] = []
        self.new_actions: list[Row] = []
        self.new_events: list[Row] = []
        self.changed: dict[int, Row] = {}
        #: Actions whose events changed, and when they last moved (None: they
        #: are not moved by what does not belong to their request).
        self.touched: dict[str, tuple[Row, datetime.datetime | None]] = {}

    def enter(self, report: Report) -> Verdict:
        """Enter one report.

        Only what is needed of it is looked at; shapes have been checked.
        """
        enter = {ACTION: self._action, START: self._start,
                 FINISH: self._finish}[report['kind']]
        try:
            return Verdict(enter(report))
        except exception.ActionsException as error:
            return refused(error)

    def _action(self, report: Report) -> str:
        known = self._actions.get(report['uuid'])
        if known is not None:
            if known['instance_uuid'] != report['instance_uuid']:
                raise exception.Conflict()
            return KNOWN
        uuid = report['instance_uuid']
        if uuid not in self._instances:
            if report['name'] != actions.CREATE or not report['project_id']:
                raise exception.InstanceNotFound(instance_id=uuid)
            self._instances[uuid] = {
                'uuid': uuid, 'project_id': report['project_id'],
                'user_id': report['user_id']}
        self._register(uuid)
        self._add_action({
            **{name: report[name] for name in (
                *_ACTOR, 'uuid', 'user_id', 'user_name', 'project_id',
                'project_name', 'start_time')},
            'action': report['name'], 'updated_at': report['start_time']})
        return APPLIED

    def _register(self, uuid: str) -> None:
        """Have the instance in our own database, whoever knows it."""
        instance = self._instances[uuid]
        if not instance.get('id') and instance not in self.new_instances:
            self.new_instances.append(instance)

    def _add_action(self, values: Row) -> Row:
        row = {'status': status.RUNNING, 'message': None,
               'finish_time': None, **values}
        self._actions[row['uuid']] = row
        self.new_actions.append(row)
        return row

    def _start(self, report: Report) -> str:
        known = self._events.get(report['uuid'])
        if known is not None:
            self._check_same(known, report)
            return KNOWN
        self._add_event(report, {'finish_time': None})
        return APPLIED

    def _finish(self, report: Report) -> str:
        event = self._events.get(report['uuid'])
        if event is None:
            # Its start is still on the way, or lost: the finish tells all.
            self._add_event(report, self._outcome(report, report))
            return APPLIED
        self._check_same(event, report)
        if report['host'] and event['host'] != report['host']:
            raise exception.Forbidden(
                'A host may finish only its own events.')
        if event['finish_time'] is not None and (
                event['result'] != vocabulary.RESULT_INTERRUPTED):
            if event['result'] == report['result']:
                return KNOWN
            raise exception.InstanceActionEventNotFound(
                action_id=event['action'].get('id'), event=event['event'])
        event.update(self._outcome(report, event))
        if event.get('id') is not None:
            self.changed[event['id']] = event
        self._touch(event['action'], report)
        return APPLIED

    @staticmethod
    def _check_same(event: Row, report: Report) -> None:
        if (event['event'] != report['name'] or event['action'][
                'instance_uuid'] != report['instance_uuid']):
            raise exception.Conflict(
                'The handle is another event\'s.')

    @staticmethod
    def _outcome(report: Report, event: Mapping[str, Any]) -> Row:
        outcome = {name: report[name] for name in _OUTCOME}
        if outcome['duration_us'] is None and event['start_time']:
            elapsed = report['finish_time'] - event['start_time']
            outcome['duration_us'] = max(
                0, elapsed // datetime.timedelta(microseconds=1))
        outcome['finish_time'] = clock.end_of(
            event['start_time'], report['finish_time'],
            outcome['duration_us'])
        outcome['redactions'] = (event.get('redactions') or 0) + (
            report['redactions'] if event is not report else 0)
        outcome['updated_at'] = timeutils.utcnow()
        return outcome

    def _add_event(self, report: Report, outcome: Row) -> None:
        action = self._action_of(report)
        row: Row = dict.fromkeys(_OUTCOME)
        row.update({name: report[name] for name in (
            'uuid', 'host', 'epoch', 'start_time')})
        row.update(event=report['name'], action=action, updated_at=None,
                   redactions=0)
        row.update(outcome)
        self._events[row['uuid']] = row
        self.new_events.append(row)
        self._touch(action, report)

    def _touch(self, action: Row, report: Report) -> None:
        moved = report['finish_time'] or report['start_time']
        if action['request_id'] != report['request_id']:
            moved = None
        before = self.touched.get(action['uuid'], (action, None))[1]
        times = [time for time in (before, moved) if time is not None]
        self.touched[action['uuid']] = (action, max(times, default=None))

    def _action_of(self, report: Report) -> Row:
        uuid = report['instance_uuid']
        found = self._actions.get(report['action_uuid'] or '')
        if found is not None and found['instance_uuid'] == uuid:
            return found
        own = [row for row in self._actions.values()
               if row['instance_uuid'] == uuid]
        for row in reversed(own):
            if row['request_id'] == report['request_id']:
                return row
        if report['project_id'] is None and uuid in self._instances:
            return self._open(own, report) or self._system_action(report)
        if uuid not in self._instances:
            raise exception.InstanceNotFound(instance_id=uuid)
        raise exception.InstanceActionNotFound(
            request_id=report['request_id'], instance_uuid=uuid)

    def _open(self, own: list[Row], report: Report) -> Row | None:
        """Return the action that was the newest when the event began, if it
        may still be added to."""
        began = report['start_time']
        for row in reversed(own):
            if not began or not row['start_time'] or (
                    row['start_time'] <= began):
                return row if self._status(row) in status.OPEN else None
        return None

    def _status(self, action: Row) -> str:
        events = [event for event in self._events.values()
                  if event['action'] is action]
        return status.derive(action, events) if events else action['status']

    def _system_action(self, report: Report) -> Row:
        self._register(report['instance_uuid'])
        return self._add_action({
            **{name: report[name] for name in _ACTOR},
            'uuid': uuidutils.generate_uuid(), 'action': actions.SYSTEM,
            'user_id': None, 'user_name': None, 'project_id': None,
            'project_name': None, 'start_time': report['start_time'],
            'updated_at': report['start_time']})
