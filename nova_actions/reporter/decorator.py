# SPDX-License-Identifier: Apache-2.0
"""wrap_instance_event: report each call of a method as a step."""

import functools
import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any

from nova_actions.reporter import event

Call = tuple[list[str], Mapping[str, Any]]
FailedWhen = Callable[[Any], Any] | Collection[Any] | None


def wrap_instance_event(
    prefix: str, graceful_exit: bool = False,
    failed_when: FailedWhen = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Report each call of a method ``(self, context, …, instance, …)`` as
    the step ``<prefix>_<name of the method>`` of that instance's action.

    :param prefix: usually the service, e.g. ``compute``
    :param graceful_exit: accepted for Nova's callers
    :param failed_when: return values that mean failure; or a function that
        is given the return value and returns what is true for a failure, a
        text being the reason
    :raises TypeError: when the method has no argument ``instance``
    :raises RecordingRequired: (the wrapped method) the step is listed in
        ``[reporter] required_actions`` and its start cannot be stored
    """
    def decorator(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(inspect.unwrap(function))
        if 'instance' not in signature.parameters:
            raise TypeError(
                f'{function.__qualname__} has no argument "instance"')
        event_name = f'{prefix}_{function.__name__}'

        def call(*args: Any, **kwargs: Any) -> Call:
            given = signature.bind(*args, **kwargs).arguments
            return [_uuid_of(given['instance'])], given

        @functools.wraps(function)
        def wrapper(self: Any, context: Any, *args: Any,
                    **kwargs: Any) -> Any:
            found, given = event.harmless(
                f'start of {event_name}', functools.partial(
                    call, self, context, *args, **kwargs)) or ([], {})
            with event.EventReporter(
                    context, event_name, getattr(self, 'host', None),
                    *found, arguments=given) as step:
                result = function(self, context, *args, **kwargs)
                if failed_when is not None:
                    reason = event.harmless(
                        f'outcome of {event_name}', _failure, failed_when,
                        result)
                    if reason is not None:
                        step.fail(reason)
                return result
        return wrapper
    return decorator


def _uuid_of(instance: Any) -> str:
    try:
        return str(instance['uuid'])
    except TypeError:
        return str(instance.uuid)


def _failure(failed_when: FailedWhen, result: Any) -> str | None:
    """Return why a return value means failure, None if it does not."""
    if callable(failed_when):
        answer = failed_when(result)
        if not answer:
            return None
        return answer if isinstance(answer, str) else f'It returned {result}.'
    for value in failed_when or ():
        if value is result or value == result:
            return f'It returned {result}.'
    return None
