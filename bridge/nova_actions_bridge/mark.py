# SPDX-License-Identifier: Apache-2.0
"""Marks what has been recorded already, so that it is not recorded twice.

Nova's own record passes the wrapped methods, too, and that of a compute
service passes a conductor, which may also have the bridge. The mark is a
context variable in this thread, and a key in the context of the request for
the process that serves a call; Nova without the bridge ignores it.
"""

import contextlib
import contextvars
import functools
from collections.abc import Iterator, Mapping
from typing import Any

from nova_actions.reporter.event import harmless

#: The key in a context's dictionary, and the attribute of the context.
WORD = 'nova_actions_recorded'

_recorded = contextvars.ContextVar('nova_actions_recorded', default=False)
_for_compute = contextvars.ContextVar(
    'nova_actions_for_compute', default=False
)


def is_for_compute() -> bool:
    """Tell whether this thread records for a compute service without a
    bridge."""
    return _for_compute.get()


def is_recorded() -> bool:
    """Tell whether what this thread does now is recorded already."""
    return _recorded.get()


@contextlib.contextmanager
def recorded(is_so: bool = True) -> Iterator[None]:
    """Mark what this thread does in the context as recorded, or not."""
    token = _recorded.set(is_so)
    try:
        yield
    finally:
        _recorded.reset(token)


def sent(to_dict: Any) -> Any:
    """Return ``RequestContext.to_dict``, wrapped to include the mark."""

    @functools.wraps(to_dict)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        values = to_dict(self, *args, **kwargs)
        if not is_recorded():
            return values
        marked = harmless('mark of a request', lambda: {**values, WORD: True})
        return values if marked is None else marked

    return wrapper


def received(from_dict: Any) -> Any:
    """Return ``RequestContext.from_dict``, wrapped to keep the mark."""

    @functools.wraps(from_dict.__func__)
    def wrapper(
        cls: Any, values: Mapping[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        context = from_dict.__get__(None, cls)(values, *args, **kwargs)
        harmless('mark of a request', _keep, context, values)
        return context

    return classmethod(wrapper)


def _keep(context: Any, values: Mapping[str, Any]) -> None:
    if values.get(WORD):
        setattr(context, WORD, True)


def served(is_always: bool) -> Any:
    """Return a wrapper for methods of ``ConductorManager`` that serve compute
    services; it applies the mark of the call.

    :param is_always: every compute service records for itself
    """

    def make(method: Any) -> Any:
        @functools.wraps(method)
        def wrapper(self: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
            is_done = is_always or getattr(context, WORD, False)
            token = _for_compute.set(not is_done)
            try:
                with recorded(is_done):
                    return method(self, context, *args, **kwargs)
            finally:
                _for_compute.reset(token)

        return wrapper

    return make
