# SPDX-License-Identifier: Apache-2.0
"""Steps of compute services that have no bridge, recorded by the conductor.

Start and end arrive as two calls, at any worker of any conductor, and the end
does not name its host. Both refer to the same row of Nova's, so our handle is
derived from it. If two attempts of one step are open at once, Nova does not
say which of them ends; the newer one is taken.
"""

import dataclasses
import functools
import importlib
import uuid
from collections.abc import Callable
from typing import Any

from oslo_utils import timeutils

from nova_actions import reporter
from nova_actions.reporter import active
from nova_actions.reporter import transition
from nova_actions.reporter.event import harmless
from nova_actions_bridge import mark

Call = Callable[..., Any]


@dataclasses.dataclass(frozen=True)
class _Asked:
    """The arguments of Nova's ``InstanceActionEvent.event_start``."""

    context: Any
    instance_uuid: str
    event_name: str
    want_result: bool = True
    host: str | None = None


def begin(call: Call, *args: Any, **kwargs: Any) -> Any:
    """Start a step in Nova's record and in ours.

    :param call: Nova's ``InstanceActionEvent.event_start``, called with the
        other arguments; where those are unknown here, that is all
    """
    asked: _Asked | None = harmless(
        'begin of a step', functools.partial(_Asked, *args, **kwargs)
    )
    with mark.recorded():
        if asked is None:
            return call(*args, **kwargs)
        row = call(
            asked.context,
            asked.instance_uuid,
            asked.event_name,
            want_result=True,
            host=asked.host,
        )
    harmless(
        'begin of a step', _record, asked.context, asked.instance_uuid, row
    )
    return row if asked.want_result else None


def _record(context: Any, server: str, row: Any) -> None:
    active.current().record([_start(context, server, row)])


def _start(context: Any, server: str, row: Any) -> transition.Transition:
    handle = uuid.uuid5(
        uuid.UUID(str(server)), f'{context.request_id} {row.id}'
    )
    return {
        **transition.begin(
            context, transition.START, server, row.event, host=row.host
        ),
        'uuid': str(handle),
        'start_time': transition.time_of(
            timeutils.normalize_time(row.start_time)
        ),
    }


def end(call: Call, *args: Any, **kwargs: Any) -> Any:
    """End a step in Nova's record and in ours.

    :param call: Nova's ``InstanceActionEvent.event_finish_with_failure``,
        called with the other arguments
    """
    row = harmless(
        'search for a step', functools.partial(_open, *args, **kwargs)
    )
    with mark.recorded():
        ended = call(*args, **kwargs)
    if row is not None:
        harmless(
            'end of a step', functools.partial(_end, row, *args, **kwargs)
        )
    return ended


def _open(
    context: Any,
    instance_uuid: str,
    event_name: str,
    *_outcome: Any,
    **_more: Any,
) -> Any:
    """Return Nova's row of the newest open step of a name, or None."""
    objects = importlib.import_module('nova.objects')
    action = objects.InstanceAction.get_by_request_id(
        context, instance_uuid, context.request_id
    )
    if action is None:
        return None
    rows = objects.InstanceActionEventList.get_by_action(context, action.id)
    return max(
        (
            each
            for each in rows
            if each.event == event_name and each.finish_time is None
        ),
        key=lambda each: each.id,
        default=None,
    )


def _end(
    row: Any,
    context: Any,
    instance_uuid: str,
    event_name: str,
    exc_val: object = None,
    exc_tb: object = None,
    want_result: object = None,
) -> None:
    # The start was not measured by this process's clock, so the duration is
    # the difference of the two times.
    handle = reporter.Handle(
        (_start(context, instance_uuid, row),), began=0, origin=''
    )
    if exc_tb is None:
        reporter.finish(handle)
    else:
        reporter.finish(handle, exc_val or 'It failed.', exc_tb)
