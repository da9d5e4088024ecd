# SPDX-License-Identifier: Apache-2.0
"""ActionReporter: an action that one process begins and ends."""

import types
from typing import Self

from nova_actions.reporter import event
from nova_actions.reporter import transition


class ActionReporter:
    """Context manager that reports a whole action with one step in it.

    The action begins with the context's request; its step, named as the
    action, says how it ended. Like :class:`EventReporter` it never raises,
    but for an action that is listed in ``[reporter] required_actions``.

    :param context: the request's context
    :param instance_uuid: the server
    :param action: 1 to 255 characters, e.g. ``reboot``
    :param host: where it runs
    """

    def __init__(self, context: transition.Context, instance_uuid: str,
                 action: str, host: str | None = None) -> None:
        self.context = context
        self.instance_uuid = instance_uuid
        self.action = action
        self._event = event.EventReporter(context, action, host,
                                          instance_uuid)

    def __enter__(self) -> Self:
        """Begin the action.

        :raises RecordingRequired: only if the action is a required one
        """
        begun = event.harmless(
            f'begin of {self.action}', transition.begin, self.context,
            transition.ACTION, self.instance_uuid, self.action)
        if begun is None:
            self._event.begin()
        else:
            self._event.begin(begun, action_uuid=begun['uuid'])
        return self

    def fail(self, reason: object) -> None:
        """As of :meth:`EventReporter.fail`."""
        self._event.fail(reason)

    def detach(self) -> transition.Handle | None:
        """As of :meth:`EventReporter.detach`."""
        return self._event.detach()

    def __exit__(self, exc_type: type[BaseException] | None,
                 exc_val: BaseException | None,
                 exc_tb: types.TracebackType | None) -> None:
        self._event.__exit__(exc_type, exc_val, exc_tb)
