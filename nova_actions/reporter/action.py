# SPDX-License-Identifier: Apache-2.0
"""Actions: started and finished alone, or with one step in them."""

import datetime
import types
from typing import Self

from oslo_utils import timeutils

from nova_actions.reporter import active
from nova_actions.reporter import event
from nova_actions.reporter import misuse
from nova_actions.reporter import transition


def begin_action(
    context: transition.Context,
    instance_uuid: str,
    action: str,
    start_time: datetime.datetime | None = None,
) -> str | None:
    """Begin an action, of which steps are reported later, here or elsewhere.

    Steps of the same request belong to it. An action that never gets one
    ends by :func:`finish_action`.

    :param context: the request's context
    :param instance_uuid: the server
    :param action: 1 to 255 characters, e.g. ``reboot``
    :param start_time: when it was asked for, by default now; naive means UTC
    :returns: the action's uuid; None if it could not be recorded
    :raises RecordingRequired: only if the action is a required one
    """
    required = event.is_required(action)
    begun = event.harmless(
        'begin of an action',
        _begin,
        context,
        instance_uuid,
        action,
        required,
        start_time,
    )
    if required and begun is None:
        event.refuse(action)
    return begun


def _begin(
    context: transition.Context,
    instance_uuid: str,
    action: str,
    required: bool,
    start_time: datetime.datetime | None,
) -> str | None:
    misuse.warn(context, action, (instance_uuid,))
    begun = transition.begin(context, transition.ACTION, instance_uuid, action)
    if start_time is not None:
        begun['start_time'] = transition.time_of(
            timeutils.normalize_time(start_time)
        )
    stored = active.current().record([begun], required)
    return begun['uuid'] if stored else None


def finish_action(
    context: transition.Context,
    instance_uuid: str,
    action: str,
    uuid: str | None = None,
) -> None:
    """End an action that has no step to end it. It never raises.

    How it ended is what its steps say; without one it has succeeded.

    :param context: the request's context
    :param instance_uuid: the server
    :param action: its name
    :param uuid: what :func:`begin_action` has returned; by default the newest
        action of that name in the request is meant
    """
    event.harmless(
        'end of an action', _end, context, instance_uuid, action, uuid
    )


def _end(
    context: transition.Context,
    instance_uuid: str,
    action: str,
    uuid: str | None,
) -> None:
    misuse.warn(context, action, (instance_uuid,))
    end = transition.begin(context, transition.END, instance_uuid, action)
    end['action_uuid'], end['finish_time'] = uuid, end['start_time']
    active.current().record([end])


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

    def __init__(
        self,
        context: transition.Context,
        instance_uuid: str,
        action: str,
        host: str | None = None,
    ) -> None:
        self.context = context
        self.instance_uuid = instance_uuid
        self.action = action
        self._event = event.EventReporter(context, action, host, instance_uuid)

    def __enter__(self) -> Self:
        """Begin the action.

        :raises RecordingRequired: only if the action is a required one
        """
        begun = event.harmless(
            'begin of an action',
            transition.begin,
            self.context,
            transition.ACTION,
            self.instance_uuid,
            self.action,
        )
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

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: types.TracebackType | None,
    ) -> None:
        self._event.__exit__(exc_type, exc_val, exc_tb)
