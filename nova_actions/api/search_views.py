# SPDX-License-Identifier: Apache-2.0
"""What a search finds, as a client reads it."""

import datetime
from typing import Any

from oslo_utils import timeutils

from nova_actions.api.views import View
from nova_actions.objects.action_detail import ActionDetail
from nova_actions.objects.action_summary import ActionSummary
from nova_actions.objects.completeness import Complete
from nova_actions.sanitize import error

#: Fields of a step that are there for who may see them.
_GUARDED = ('host', 'error_type', 'details', 'traceback')


def time(value: datetime.datetime | None) -> str | None:
    """Return a time in ISO 8601, UTC, with microseconds."""
    if value is None:
        return None
    return (
        timeutils.normalize_time(value).isoformat(timespec='microseconds')
        + 'Z'
    )


def seconds(
    start: datetime.datetime | None, end: datetime.datetime | None
) -> float | None:
    """Return how long something took, None where that is not known."""
    if start is None or end is None:
        return None
    return max(0.0, (end - start).total_seconds())


def summary(record: ActionSummary) -> View:
    """Return an action at a glance; ``hosts`` for who may see them."""
    found: View = {
        'uuid': record.uuid,
        'server': record.instance_uuid,
        'server_name': record.server_name,
        'action': record.action,
        'status': record.status,
        'started_at': time(record.start_time),
        'finished_at': time(record.finish_time),
        'updated_at': time(record.updated_at),
        'duration': seconds(record.start_time, record.finish_time),
        'user_id': record.user_id,
        'user_name': record.user_name,
        'project_id': record.owner_id,
        'request_id': record.request_id,
        'global_request_id': record.global_request_id,
        'reason': record.reason,
        'attempts': record.attempts,
    }
    if record.hosts is not None:
        found['hosts'] = record.hosts
    return found


def window(found: Complete) -> dict[str, Any]:
    """Return the times that an answer is about."""
    return {
        name: time(getattr(found, name))
        for name in (
            'started_after',
            'started_before',
            'updated_after',
            'updated_before',
        )
    }


def completeness(found: Complete) -> dict[str, Any]:
    """Return how complete an answer is."""
    answer: dict[str, Any] = {
        'limit': found.limit,
        'asked_at': time(found.asked_at),
        'window': window(found),
        'purged_before': time(found.purged_before),
        'follow_lag': found.follow_lag,
        'silent_cell_count': found.silent_cell_count,
        'silent_host_count': found.silent_host_count,
    }
    if found.silent_cells is not None:
        answer.update(
            silent_cells=found.silent_cells, silent_hosts=found.silent_hosts
        )
    return answer


def detail(found: ActionDetail) -> View:
    """Return one action in full."""
    view = {
        **summary(found.summary),
        'events': _events(found),
        'usual': None,
        'alike': None,
    }
    p50, p95 = found.usual_p50, found.usual_p95
    if p50 is not None and p95 is not None:
        view['usual'] = {
            'p50': p50 / 1_000_000,
            'p95': p95 / 1_000_000,
            'count': found.usual_count,
        }
    if found.alike_count is not None:
        view['alike'] = {'count': found.alike_count, 'hours': 24}
        if found.alike_hosts is not None:
            view['alike']['hosts'] = found.alike_hosts
    return view


def _events(found: ActionDetail) -> list[View]:
    """Return the steps, each with which attempt it is and the gap before it:
    the seconds in which no step ran."""
    attempts = dict(found.attempts_before)
    ended = found.ended_before
    views = []
    for event in found.events:
        attempts[event.event] = attempts.get(event.event, 0) + 1
        view: View = {
            'uuid': event.uuid,
            'event': event.event,
            'started_at': time(event.start_time),
            'finished_at': time(event.finish_time),
            'duration': seconds(event.start_time, event.finish_time)
            if event.duration is None
            else event.duration / 1_000_000,
            'result': event.result,
            'reason': event.reason,
            'attempt': attempts[event.event],
            'gap': seconds(ended, event.start_time),
        }
        view.update(
            {
                name: getattr(event, name)
                for name in _GUARDED
                if getattr(event, name) is not None
            }
        )
        if event.details is not None:
            view['causes'] = [
                {'error_type': kind, 'message': said}
                for kind, said in error.causes_in(event.details)
            ]
        views.append(view)
        ended = max(filter(None, (ended, event.finish_time)), default=None)
    return views
