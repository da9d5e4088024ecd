# SPDX-License-Identifier: Apache-2.0
"""EventReporter: one step on one or more servers, from start to end."""

import logging
import time
import types
from collections.abc import Callable
from typing import Any, Self

from oslo_utils import timeutils
from oslo_utils import uuidutils

from nova_actions.objects import text
from nova_actions.objects.instance_action_event import InstanceActionEvent

LOG = logging.getLogger(__name__)


def harmless(what: str, function: Callable[..., Any], *args: Any,
             **kwargs: Any) -> bool:
    """Record something; an error of recording is logged and goes no further.

    :returns: whether it was recorded
    """
    try:
        function(*args, **kwargs)
    except Exception as error:
        LOG.warning('%s was not recorded: %s', what, type(error).__name__)
        LOG.debug('Why it was not recorded:', exc_info=True)
        return False
    return True


class EventReporter:
    """Context manager that reports a step: its start, end and outcome.

    It never raises, and never hides an exception of the wrapped code.

    :param context: the request's context
    :param event_name: 1 to 255 characters, e.g. ``compute_reboot_instance``
    :param host: where the step runs
    :param instance_uuids: the servers that it is a step of
    :param graceful_exit: accepted for Nova's callers; recording is always
        graceful here
    """

    def __init__(self, context: Any, event_name: str, host: str | None,
                 *instance_uuids: str, graceful_exit: bool = False) -> None:
        self.context = context
        self.event_name = event_name
        self.host = host
        self.handles = {uuid: uuidutils.generate_uuid()
                        for uuid in instance_uuids}
        self._began = 0

    def __enter__(self) -> Self:
        self._began = time.monotonic_ns()
        now = timeutils.utcnow()
        for instance_uuid, handle in self.handles.items():
            harmless(
                f'Start of {self.event_name}',
                InstanceActionEvent.event_start, self.context, instance_uuid,
                self.event_name, want_result=False, host=self.host,
                uuid=handle, start_time=now)
        return self

    def __exit__(self, exc_type: type[BaseException] | None,
                 exc_val: BaseException | None,
                 exc_tb: types.TracebackType | None) -> None:
        duration = (time.monotonic_ns() - self._began) // 1000
        now = timeutils.utcnow()
        error = (text.sanitizer().error(exc_val, exc_tb)
                 if exc_val is not None else None)
        for instance_uuid, handle in self.handles.items():
            harmless(
                f'End of {self.event_name}',
                InstanceActionEvent.event_finish_with_failure, self.context,
                instance_uuid, self.event_name,
                exc_val=error.details if error else None,
                exc_tb=(error.traceback or '') if error else None,
                want_result=False, host=self.host, uuid=handle,
                finish_time=now, duration=duration,
                error_type=error.error_type if error else None)
