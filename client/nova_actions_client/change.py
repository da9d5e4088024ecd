# SPDX-License-Identifier: Apache-2.0
"""A change: one transition of an action or of one of its steps."""

import dataclasses
import datetime
from collections.abc import Mapping

from nova_actions_client import moment
from nova_actions_client import record
from nova_actions_client import view as views

#: The status for the result of a step, or for nothing when it begins.
_STATUS: Mapping[str | None, str] = {
    None: record.RUNNING,
    record.SUCCESS: record.SUCCEEDED,
    record.ERROR: record.FAILED,
    record.CLOSED: record.INTERRUPTED,
}
#: The filters that compare one field of a change, and that field.
_FIELDS = {
    'server': 'server',
    'server_name': 'server_name',
    'action': 'action',
    'user_id': 'user',
    'host': 'host',
    'event': 'step',
    'reason': 'reason',
    'request_id': 'request',
    'global_request_id': 'global_request',
}
#: A query with one of these selects steps,
_OF_STEPS = {'host', 'event'}
#: and otherwise one with one of these selects whole actions.
_OF_ACTIONS = {'status', 'min_duration'}


@dataclasses.dataclass(frozen=True)
class Change:
    """One transition, with the statuses of the list of actions."""

    at: datetime.datetime
    #: of the action
    id: str
    action: str
    server: str
    #: of the action, or of the step, from then on
    status: str
    #: when the action, or the step, started
    start: datetime.datetime | None = None
    server_name: str | None = None
    #: the name of the step; None for the action as a whole
    step: str | None = None
    host: str | None = None
    reason: str | None = None
    request: str | None = None
    global_request: str | None = None
    user: str | None = None
    project: str | None = None

    @property
    def begins(self) -> bool:
        """Tell whether the action, or the step, starts with it."""
        return self.status == record.RUNNING

    @property
    def duration(self) -> float | None:
        """Seconds that the action, or the step, took; None when it starts."""
        if self.begins or self.start is None:
            return None
        return (self.at - self.start).total_seconds()


def of_view(view: views.Change) -> Change:
    """Return a change of an answer of ``/v1/changes``."""
    at = moment.parse(view['at'])
    assert at is not None
    return Change(
        at=at,
        id=view['action_uuid'],
        action=view['action'],
        server=view['server'],
        start=moment.parse(view['started_at']),
        status=_STATUS.get(view['outcome'], str(view['outcome'])),
        server_name=view['server_name'],
        step=view['event'],
        host=view.get('host'),
        reason=view['reason'],
        request=view['request_id'],
        user=view['user_id'],
        global_request=view['global_request_id'],
        project=view['project_id'],
    )


def of_action(action: record.Action) -> Change:
    """Return the last change of an action in a list."""
    return Change(
        at=action.finish or action.start,
        id=action.id or '',
        action=action.action,
        server=action.server,
        start=action.start,
        status=action.status or record.RUNNING,
        server_name=action.server_name,
        reason=action.reason,
        request=action.request,
        global_request=action.global_request,
        user=action.user,
        project=action.project,
    )


def fits(change: Change, query: views.Query) -> bool:
    """Tell whether the filters of a query select a change.

    Status and duration are those of the whole action, or of a step where the
    query names a step or a host.
    """
    return (
        _is_of_kind(change, query)
        and ('status' not in query or change.status in query['status'])
        and (
            'min_duration' not in query
            or (change.duration or 0) >= moment.length(query['min_duration'])
        )
        and all(
            getattr(change, _FIELDS[name]) == value
            for name, value in query.items()
            if name in _FIELDS
        )
    )


def _is_of_kind(change: Change, query: views.Query) -> bool:
    """Tell whether a query selects steps, or actions, if this is one."""
    if _OF_STEPS & query.keys():
        return change.step is not None
    if _OF_ACTIONS & query.keys():
        return change.step is None
    return True


def is_shown_by(change: Change, action: record.Action) -> bool:
    """Tell whether a listed action already includes a change: its start, and
    everything up to its end."""
    if change.step is None and change.begins:
        return True
    if action.finish is None or change.at > action.finish:
        return False
    # An interrupted action may still end, with the time when it really ended.
    return (
        action.status != record.INTERRUPTED
        or change.status == record.INTERRUPTED
    )
