# SPDX-License-Identifier: Apache-2.0
"""Calls of methods that belong to the code whose work is recorded."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

P = ParamSpec('P')
R = TypeVar('R')


class ForeignError(Exception):
    """A foreign method raised what is no Exception: SystemExit,
    KeyboardInterrupt or GeneratorExit, for example. The text is its class.
    """


def contained(function: Callable[P, R]) -> Callable[P, R]:
    """Wrap a function that does little but call foreign methods: a property,
    ``__str__``, ``__eq__``. What they raise must not end the work, nor stand
    in place of its own exception.

    A signal handler, or a greenlet that is killed, may raise SystemExit or
    KeyboardInterrupt in such a method, too, and the process must end then.
    So the function is called once more: what it raises again at the same
    place is its own, all else came from outside and passes. What a method
    raises only once passes, too.

    :param function: may be called twice
    :raises ForeignError: (the wrapped function) instead of what is no
        Exception; Exceptions stay as they are
    """

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except Exception:
            raise
        except BaseException as error:
            if _raises_again(error, function, args, kwargs):
                raise ForeignError(type(error).__name__) from error
            raise

    return wrapper


def _raises_again(
    error: BaseException,
    function: Callable[..., object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
) -> bool:
    try:
        function(*args, **kwargs)
    except BaseException as again:  # noqa: BLE001 - the first one passes
        return type(again) is type(error) and _way(again) == _way(error)
    return False


def _way(error: BaseException) -> list[tuple[Any, int]]:
    """Return through which lines an exception came, but for that of this
    module's function that caught it. Instructions would not do: CPython
    replaces those that run often."""
    found = []
    step = error.__traceback__
    while step is not None:
        found.append((step.tb_frame.f_code, step.tb_lineno))
        step = step.tb_next
    return found[1:]


@contained
def text(value: object) -> str:
    """Return ``str(value)``, and never an object of a subclass, which may
    override anything."""
    return str.__str__(str(value))
