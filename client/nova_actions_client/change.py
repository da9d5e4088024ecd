# SPDX-License-Identifier: Apache-2.0
"""A change: one transition of an action or of one of its steps."""

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

from nova_actions_client import moment
from nova_actions_client import record

#: What the outcome of a step, or the status of an action, is in a word.
_STATUS = {
    None: record.RUNNING,
    record.SUCCESS: record.SUCCEEDED,
    record.ERROR: record.FAILED,
    record.CLOSED: record.INTERRUPTED,
}
#: Filters of the log that a change tells by itself, and the fields to look at.
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
#: Those that select steps.
_OF_STEPS = {'host', 'event'}
#: All filters that :func:`fits` looks at.
FILTERS = {*_FIELDS, 'status', 'min_duration'}


@dataclasses.dataclass(frozen=True)
class Change:
    """One transition, in the words of the list of actions."""

    at: datetime.datetime
    #: of the action
    id: str
    action: str
    server: str
    #: how the action, or the step, stands from then on
    status: str
    #: when the action, or the step, began
    start: datetime.datetime | None = None
    server_name: str | None = None
    #: the name of the step; None when it is about the action as a whole
    step: str | None = None
    host: str | None = None
    reason: str | None = None
    request: str | None = None
    global_request: str | None = None
    user: str | None = None
    project: str | None = None

    @property
    def begins(self) -> bool:
        return self.status == record.RUNNING

    @property
    def duration(self) -> float | None:
        """Seconds of what has ended; None of what begins."""
        if self.begins or self.start is None:
            return None
        return (self.at - self.start).total_seconds()


def of_view(view: Mapping[str, Any]) -> Change:
    """Return a change of an answer of ``/v1/changes``."""
    at = moment.parse(view['at'])
    assert at is not None
    return Change(
        at=at,
        id=view['action_uuid'],
        action=view['action'],
        server=view['server'],
        start=moment.parse(view['started_at']),
        status=_STATUS.get(view['outcome'], view['outcome']),
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
    """Return how an action stands, as its last change."""
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


def fits(change: Change, query: Mapping[str, Any]) -> bool:
    """Tell whether a change is one that the filters of a query select.

    How something ended and how long it took is asked of the whole action;
    of its steps where the query names a step or a host.
    """
    if not _OF_STEPS.isdisjoint(query):
        if change.step is None:
            return False
    elif change.step is not None and not {'status', 'min_duration'}.isdisjoint(
        query
    ):
        return False
    if 'status' in query and change.status not in query['status']:
        return False
    if 'min_duration' in query and (change.duration or 0) < moment.length(
        query['min_duration']
    ):
        return False
    return all(
        getattr(change, field) == query[name]
        for name, field in _FIELDS.items()
        if name in query
    )


def is_shown_by(change: Change, action: record.Action) -> bool:
    """Tell whether an action as it was listed shows what a change tells:
    that it began, and all until it ended."""
    if change.step is None and change.begins:
        return True
    if action.finish is None or change.at > action.finish:
        return False
    # What was interrupted may end after all, with the true time of its end.
    return (
        action.status != record.INTERRUPTED
        or change.status == record.INTERRUPTED
    )
