# SPDX-License-Identifier: Apache-2.0
"""Starts actions, and ends those that have no steps."""

import datetime
import functools
from typing import Any

from nova_actions import reporter
from nova_actions.reporter.event import harmless
from nova_actions_bridge import deletion
from nova_actions_bridge import mark
from nova_actions_bridge import step

_ATTRIBUTE = '_nova_actions_uuid'


def begun(action_start: Any) -> Any:
    """Return ``InstanceAction.action_start``, wrapped to start our action,
    too."""

    @functools.wraps(action_start.__func__)
    def wrapper(cls: Any, *args: Any, **kwargs: Any) -> Any:
        call = action_start.__get__(None, cls)
        if mark.is_recorded():
            return call(*args, **kwargs)
        uuid = harmless(
            'begin of an action', functools.partial(_begin, *args, **kwargs)
        )
        with mark.recorded():
            made = call(*args, **kwargs)
        if made is not None:
            harmless('begin of an action', setattr, made, _ATTRIBUTE, uuid)
        return made

    return classmethod(wrapper)


def _begin(
    context: Any,
    instance_uuid: str,
    action_name: str,
    want_result: object = True,
) -> str | None:
    server = str(instance_uuid)
    if step.is_conductors(server) or deletion.is_known(
        context.request_id, server, action_name
    ):
        return None
    at = getattr(context, 'timestamp', None)
    return reporter.begin_action(
        context,
        server,
        action_name,
        start_time=at if isinstance(at, datetime.datetime) else None,
    )


def ended(finish: Any) -> Any:
    """Return ``InstanceAction.finish``, wrapped to end our action, too."""

    @functools.wraps(finish)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not mark.is_recorded():
            harmless('end of an action', _end, self)
        with mark.recorded():
            return finish(self, *args, **kwargs)

    return wrapper


def _end(action: Any) -> None:
    reporter.finish_action(
        action._context,
        str(action.instance_uuid),
        action.action,
        getattr(action, _ATTRIBUTE, None),
    )
