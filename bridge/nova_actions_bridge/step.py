# SPDX-License-Identifier: Apache-2.0
"""Steps: Nova's EventReporter, and the steps that Nova records without it."""

import contextvars
import dataclasses
import functools
import sys
from typing import Any

from nova_actions import reporter
from nova_actions.reporter.event import harmless
from nova_actions_bridge import behalf
from nova_actions_bridge import mark

_ATTRIBUTE = '_nova_actions_step'
_CONDUCTOR = 'conductor_'
_COMPUTE = 'compute_'


@dataclasses.dataclass(eq=False)
class Step:
    """A step that this thread is in.

    :param failure: the reason, if Nova handles the exception itself
    """

    report: reporter.EventReporter
    handle: reporter.Handle | None = None
    failure: object = None

    @property
    def name(self) -> str:
        return self.report.event_name

    def is_of(self, server: str) -> bool:
        return server in self.report.instance_uuids


_open: contextvars.ContextVar[tuple[Step, ...]] = contextvars.ContextVar(
    'nova_actions_steps', default=()
)


def innermost(server: str) -> Step | None:
    """Return the innermost step of a server that this thread is in, or
    None."""
    return next(
        (each for each in reversed(_open.get()) if each.is_of(server)), None
    )


def is_conductors(server: str) -> bool:
    """Tell whether this thread is in a conductor's own step of a server.

    An action or a step of a compute that starts there is a copy for the
    database of another cell (resize between cells); it is also recorded where
    it happens.
    """
    return any(
        each.is_of(server) and each.name.startswith(_CONDUCTOR)
        for each in _open.get()
    )


def _begin(
    context: Any, name: str, host: str | None, *servers: str
) -> Step | None:
    if name.startswith(_COMPUTE) and any(map(is_conductors, servers)):
        return None
    step = Step(reporter.EventReporter(context, name, host, *servers))
    step.report.__enter__()
    _open.set((*_open.get(), step))
    return step


def _leave(step: Step) -> None:
    _open.set(tuple(each for each in _open.get() if each is not step))


# -- EventReporter ----------------------------------------------------------


def entered(enter: Any) -> Any:
    """Return ``EventReporter.__enter__``, wrapped to start a step."""

    @functools.wraps(enter)
    def wrapper(self: Any) -> Any:
        if mark.is_recorded():
            return enter(self)
        harmless('begin of a step', _enter, self)
        try:
            with mark.recorded():
                return enter(self)
        except BaseException:
            # Then Nova does not run the step.
            harmless('end of a step', _exit, self, *sys.exc_info())
            raise

    return wrapper


def exited(leave: Any) -> Any:
    """Return ``EventReporter.__exit__``, wrapped to end the step."""

    @functools.wraps(leave)
    def wrapper(self: Any, *error: Any) -> Any:
        if not mark.is_recorded():
            harmless('end of a step', _exit, self, *error)
        with mark.recorded():
            return leave(self, *error)

    return wrapper


def _enter(nova: Any) -> None:
    setattr(
        nova,
        _ATTRIBUTE,
        _begin(
            nova.context,
            nova.event_name,
            nova.host,
            *map(str, nova.instance_uuids),
        ),
    )


def _exit(
    nova: Any, exc_type: Any = None, exc_val: Any = None, exc_tb: Any = None
) -> None:
    step: Step | None = getattr(nova, _ATTRIBUTE, None)
    setattr(nova, _ATTRIBUTE, None)
    if step is None:
        return
    _leave(step)
    if exc_type is None and isinstance(step.failure, BaseException):
        exc_val = step.failure
        exc_type, exc_tb = type(exc_val), exc_val.__traceback__
    elif exc_type is None and step.failure is not None:
        step.report.fail(step.failure)
    step.report.__exit__(exc_type, exc_val, exc_tb)


# -- InstanceActionEvent ----------------------------------------------------


def begun(event_start: Any) -> Any:
    """Return ``InstanceActionEvent.event_start``, wrapped to start a step."""

    @functools.wraps(event_start.__func__)
    def wrapper(cls: Any, *args: Any, **kwargs: Any) -> Any:
        call = event_start.__get__(None, cls)
        if mark.is_recorded():
            return call(*args, **kwargs)
        if mark.is_for_compute():
            return behalf.begin(call, *args, **kwargs)
        harmless('begin of a step', functools.partial(_start, *args, **kwargs))
        with mark.recorded():
            return call(*args, **kwargs)

    return classmethod(wrapper)


def ended(event_finish: Any) -> Any:
    """Return ``InstanceActionEvent.event_finish_with_failure``, wrapped to
    end the step."""

    @functools.wraps(event_finish.__func__)
    def wrapper(cls: Any, *args: Any, **kwargs: Any) -> Any:
        call = event_finish.__get__(None, cls)
        if mark.is_recorded():
            return call(*args, **kwargs)
        if mark.is_for_compute():
            return behalf.end(call, *args, **kwargs)
        harmless('end of a step', functools.partial(_finish, *args, **kwargs))
        with mark.recorded():
            return call(*args, **kwargs)

    return classmethod(wrapper)


def _start(
    context: Any,
    instance_uuid: str,
    event_name: str,
    want_result: object = True,
    host: str | None = None,
) -> None:
    step = _begin(context, event_name, host, str(instance_uuid))
    if step is not None:
        step.handle = step.report.detach()


def _finish(
    context: Any,
    instance_uuid: str,
    event_name: str,
    exc_val: object = None,
    exc_tb: object = None,
    want_result: object = None,
) -> None:
    for step in reversed(_open.get()):
        # The step of an EventReporter ends with it.
        if (
            step.handle is not None
            and step.name == event_name
            and step.is_of(str(instance_uuid))
        ):
            _leave(step)
            reporter.finish(step.handle, exc_val, exc_tb)
            return
