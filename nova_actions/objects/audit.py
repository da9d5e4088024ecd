# SPDX-License-Identifier: Apache-2.0
"""The audit log: who has read the tracebacks of which action.

It has its own logger, so that an operator can write it to a separate file. A
line has ids only.
"""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from nova_actions.context import RequestContext

if TYPE_CHECKING:
    from nova_actions.objects import gate
    from nova_actions.objects.instance_action_event import InstanceActionEvent

LOG = logging.getLogger('nova_actions.audit')


def tracebacks_read(
    context: RequestContext,
    instance: 'gate.Instance',
    events: 'Iterable[InstanceActionEvent]',
) -> None:
    """Log, in one line per call, that a caller is given tracebacks; no line
    when none of the events has a traceback that the caller may see.

    :param instance: the server of the events
    """
    actions = sorted(
        {
            event.action_id or 0
            for event in events
            if event.traceback is not None
        }
    )
    if actions:
        LOG.info(
            'Tracebacks read: action %s of server %s, by user %s of '
            'project %s, in request %s',
            ', '.join(map(str, actions)),
            instance and instance['uuid'],
            context.user_id,
            context.project_id,
            context.request_id,
        )
