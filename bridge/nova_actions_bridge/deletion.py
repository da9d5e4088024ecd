# SPDX-License-Identifier: Apache-2.0
"""Deletions that nova-api does itself: of servers without a host, or whose
host is down.

Nova starts the action of such a deletion afterwards or not at all, and never
ends it.
"""

import contextvars
import dataclasses
import sys
from typing import Any

from nova_actions import reporter

NAME = 'delete'


@dataclasses.dataclass(frozen=True)
class _Deletion:
    request_id: str | None
    server: str
    action_uuid: str | None


_last: contextvars.ContextVar[_Deletion | None] = contextvars.ContextVar(
    'nova_actions_deletion', default=None
)


def is_known(request_id: str | None, server: str, action: str) -> bool:
    """Tell whether this action is a deletion that this thread has recorded."""
    return action == NAME and _find(request_id, server) is not None


def _find(request_id: str | None, server: str) -> _Deletion | None:
    last = _last.get()
    if last and (last.request_id, last.server) == (request_id, server):
        return last
    return None


def begin(context: Any, server: str) -> None:
    """Start the action when Nova announces the deletion."""
    if _find(context.request_id, server) is None:
        _last.set(
            _Deletion(
                context.request_id,
                server,
                reporter.begin_action(context, server, NAME),
            )
        )


def end(context: Any, server: str) -> None:
    """End the action when Nova announces that the server is deleted.

    Nova also announces that while an error propagates; this is not the end.
    """
    last = _find(context.request_id, server)
    if last and last.action_uuid and sys.exc_info()[1] is None:
        reporter.finish_action(context, server, NAME, last.action_uuid)
        _last.set(dataclasses.replace(last, action_uuid=None))
