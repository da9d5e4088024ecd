# SPDX-License-Identifier: Apache-2.0
"""ActionReporter: an action that one process begins and ends."""

import types
from typing import Any, Self

from nova_actions.objects.instance_action import InstanceAction
from nova_actions.reporter import event


class ActionReporter:
    """Context manager that reports a whole action with one step in it.

    The action begins with the context's request; its step, named as the
    action, says how it ended. Like :class:`EventReporter` it never raises.

    :param context: the request's context
    :param instance_uuid: the server
    :param action: 1 to 255 characters, e.g. ``reboot``
    :param host: where it runs
    """

    def __init__(self, context: Any, instance_uuid: str, action: str,
                 host: str | None = None) -> None:
        self.context = context
        self.instance_uuid = instance_uuid
        self.action = action
        self._event = event.EventReporter(context, action, host,
                                          instance_uuid)

    def __enter__(self) -> Self:
        event.harmless(
            f'Action {self.action}', InstanceAction.action_start,
            self.context, self.instance_uuid, self.action,
            want_result=False)
        self._event.__enter__()
        return self

    def __exit__(self, exc_type: type[BaseException] | None,
                 exc_val: BaseException | None,
                 exc_tb: types.TracebackType | None) -> None:
        self._event.__exit__(exc_type, exc_val, exc_tb)
