# SPDX-License-Identifier: Apache-2.0
"""wrap_instance_event: report each call of a method as a step."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from nova_actions.reporter import event


def wrap_instance_event(
    prefix: str, graceful_exit: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Report each call of a method ``(self, context, …, instance, …)`` as
    the step ``<prefix>_<name of the method>`` of that instance's action.

    :param prefix: usually the service, e.g. ``compute``
    :param graceful_exit: accepted for Nova's callers
    :raises TypeError: when the method has no argument ``instance``
    """
    def decorator(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(inspect.unwrap(function))
        if 'instance' not in signature.parameters:
            raise TypeError(
                f'{function.__qualname__} has no argument "instance"')
        event_name = f'{prefix}_{function.__name__}'

        @functools.wraps(function)
        def wrapper(self: Any, context: Any, *args: Any,
                    **kwargs: Any) -> Any:
            bound = signature.bind(self, context, *args, **kwargs)
            instance = bound.arguments['instance']
            with event.EventReporter(context, event_name,
                                     getattr(self, 'host', None),
                                     instance['uuid']):
                return function(self, context, *args, **kwargs)
        return wrapper
    return decorator
