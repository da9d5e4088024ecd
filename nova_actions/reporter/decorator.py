# SPDX-License-Identifier: Apache-2.0
"""wrap_instance_event: report each call of a method as a step."""

import functools
import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any, ParamSpec, TypeVar, cast

from nova_actions import foreign
from nova_actions.reporter import event
from nova_actions.reporter import misuse
from nova_actions.reporter import transition

P = ParamSpec('P')
R = TypeVar('R')
Call = tuple[str | None, str, Mapping[str, object]]
FailedWhen = Callable[[Any], object] | Collection[object] | None


def wrap_instance_event(
    prefix: str,
    graceful_exit: bool = False,
    failed_when: FailedWhen = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Report each call of a method ``(self, context, …, instance, …)`` as
    the step ``<prefix>_<name of the method>`` of that instance's action. The
    step of a coroutine lasts until it has been awaited.

    :param prefix: usually the service, e.g. ``compute``
    :param graceful_exit: accepted for Nova's callers
    :param failed_when: return values that mean failure; or a function that
        is given the return value and returns what is true for a failure, a
        text being the reason
    :raises TypeError: when the method has no argument ``instance``, or is a
        generator, whose work is not done when the call is
    :raises RecordingRequired: (the wrapped method) the step is listed in
        ``[reporter] required_actions`` and its start cannot be stored
    """
    if callable(prefix):
        misuse.undecorated(prefix)
        return cast(Callable[..., Any], prefix)

    def decorator(function: Callable[P, R]) -> Callable[P, R]:
        method = _Method(function, prefix, failed_when)
        undecorated = cast(Callable[..., Any], function)

        @functools.wraps(function)
        def wrapper(
            self: object,
            context: transition.Context,
            *args: object,
            **kwargs: object,
        ) -> object:
            with method.begin(self, context, *args, **kwargs) as step:
                return method.judge(
                    step, undecorated(self, context, *args, **kwargs)
                )

        @functools.wraps(function)
        async def awaited(
            self: object,
            context: transition.Context,
            *args: object,
            **kwargs: object,
        ) -> object:
            with method.begin(self, context, *args, **kwargs) as step:
                return method.judge(
                    step, await undecorated(self, context, *args, **kwargs)
                )

        return cast(
            Callable[P, R],
            awaited if inspect.iscoroutinefunction(function) else wrapper,
        )

    return decorator


class _Method:
    """What is known of a method whose calls are steps."""

    def __init__(
        self,
        function: Callable[..., object],
        prefix: str,
        failed_when: FailedWhen,
    ) -> None:
        self._signature = inspect.signature(inspect.unwrap(function))
        if 'instance' not in self._signature.parameters:
            raise TypeError(
                f'{function.__qualname__} has no argument "instance"'
            )
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(
            function
        ):
            raise TypeError(
                f'{function.__qualname__} is a generator; use '
                'EventReporter where it does its work'
            )
        self._event_name = f'{prefix}_{function.__name__}'
        self._failed_when = failed_when

    def begin(
        self,
        holder: object,
        context: transition.Context,
        /,
        *args: object,
        **kwargs: object,
    ) -> event.EventReporter:
        """Return the step that a call is."""
        found = event.harmless(
            f'start of {self._event_name}',
            self._look_at,
            holder,
            context,
            *args,
            **kwargs,
        )
        if found is None:
            return event.EventReporter(context, self._event_name, None)
        host, uuid, given = found
        return event.EventReporter(
            context, self._event_name, host, uuid, arguments=given
        )

    @foreign.contained
    def _look_at(
        self, holder: object, /, *args: object, **kwargs: object
    ) -> Call:
        given = self._signature.bind(holder, *args, **kwargs).arguments
        return (
            getattr(holder, 'host', None),
            _uuid_of(given['instance']),
            given,
        )

    def judge(self, step: event.EventReporter, result: R) -> R:
        """Return what a call returned, and see whether that is a failure."""
        if self._failed_when is not None:
            reason = event.harmless(
                f'outcome of {self._event_name}',
                _failure,
                self._failed_when,
                result,
            )
            if reason is not None:
                step.fail(reason)
        return result


def _uuid_of(instance: Any) -> str:
    try:
        return str(instance['uuid'])
    except TypeError:
        return str(instance.uuid)


@foreign.contained
def _failure(failed_when: FailedWhen, result: object) -> str | None:
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
