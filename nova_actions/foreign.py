# SPDX-License-Identifier: Apache-2.0
"""Calls of methods that belong to the code whose work is recorded."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

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

    Recording stops at each Exception, but lets all else pass: a signal may
    raise SystemExit or KeyboardInterrupt at any time, and the process must
    end then. So only such short functions are wrapped. Nobody can tell a
    signal that arrives in one of them from what the method itself raises;
    it is lost.

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
            raise ForeignError(type(error).__name__) from error

    return wrapper


@contained
def text(value: object) -> str:
    """Return ``str(value)``, and never an object of a subclass, which may
    override anything."""
    return str.__str__(str(value))
