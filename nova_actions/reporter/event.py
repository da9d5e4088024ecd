# SPDX-License-Identifier: Apache-2.0
"""EventReporter: one step on one or more servers, from start to end."""

import functools
import logging
import types
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NoReturn, ParamSpec, Self, TypeVar

from nova_actions import exception
from nova_actions import sanitize
from nova_actions.reporter import active
from nova_actions.reporter import clock
from nova_actions.reporter import loss
from nova_actions.reporter import misuse
from nova_actions.reporter import nesting
from nova_actions.reporter import transition

P = ParamSpec('P')
R = TypeVar('R')
Secrets = Callable[[], Iterable[object]]

LOG = logging.getLogger(__name__)


def harmless(
    what: str, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
) -> R | None:
    """Do something of recording and return its result; an error is logged,
    counted and goes no further."""
    try:
        return function(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - never raises
        active.current().losses.add(
            loss.ERROR, 1, f'{what}: {type(error).__name__}'
        )
        loss.log_why(error)
        return None


def is_required(name: object) -> bool:
    """Tell whether an action or a step must not go unrecorded."""
    required = active.current().settings.required_actions
    return bool(required) and bool(
        harmless('is it required', _is_one_of, required, name)
    )


def _is_one_of(names: Collection[str], name: object) -> bool:
    return transition.name_of(name) in names


def refuse(name: object) -> NoReturn:
    """Refuse the work of which no record could be stored.

    :raises RecordingRequired: always
    """
    raise exception.RecordingRequired(
        action=transition.name_of(name),
        reason='neither spool nor conductor has it',
    )


def finish(
    handle: transition.Handle | None,
    exc_val: object = None,
    exc_tb: object = None,
    *,
    failed: object = None,
    secrets: Iterable[str] = (),
) -> None:
    """End a step that :meth:`EventReporter.detach` handed over, in whatever
    thread or process. It never raises.

    :param exc_val: the exception that it failed with; none if it succeeded
    :param exc_tb: its traceback, by default the exception's own
    :param failed: why it failed, where no exception tells
    :param secrets: values that are masked wherever they occur in the error
    """
    if handle is None:
        return
    harmless(
        'end of a step',
        _finish,
        handle,
        exc_val,
        exc_tb,
        failed,
        lambda: secrets,
    )


def _finish(
    handle: transition.Handle,
    exc_val: object,
    exc_tb: object,
    failed: object,
    secrets: Secrets,
) -> None:
    known: list[str] | None = []
    if exc_val is not None or failed is not None:
        known = _known(exc_val, secrets)
        nesting.hide(exc_val, known)
    if failed is not None and exc_val is None:
        outcome = transition.failure(failed, known)
        active.current().record(handle.finishes(outcome))
        return
    if exc_tb is None:
        exc_tb = nesting.traceback_of(exc_val)
    inside = nesting.references(exc_val, handle)
    has_own = len(inside) < len(handle.starts)
    outcome = transition.outcome(exc_val, exc_tb if has_own else None, known)
    ends = handle.finishes(outcome)
    for end in ends:
        if end['instance_uuid'] in inside:
            end['traceback'] = inside[end['instance_uuid']]
    is_stored = active.current().record(ends)
    if is_stored and has_own and outcome.get('traceback'):
        nesting.note(exc_val, handle)


def _known(error: object, secrets: Secrets) -> list[str] | None:
    """Return what is secret in a step that has failed; None when that cannot
    be read."""
    try:
        return nesting.secrets(error, secrets)
    except Exception as why:  # noqa: BLE001 - whatever an argument raises
        _say_unreadable(type(why).__name__)
        loss.log_why(why)
        return None


@functools.cache
def _say_unreadable(kind: str) -> None:
    # Said once, as its result is kept.
    LOG.error(
        'Details and tracebacks of steps are withheld where the secrets of '
        'their calls cannot be read: %s',
        kind,
    )


class EventReporter:
    """Context manager that reports a step: its start, end and outcome.

    It never raises, and never hides an exception of the wrapped code; but
    for a step that is listed in ``[reporter] required_actions`` and whose
    start cannot be stored.

    :param context: the request's context
    :param event_name: 1 to 255 characters, e.g. ``compute_reboot_instance``
    :param host: where the step runs
    :param instance_uuids: the servers that it is a step of
    :param graceful_exit: accepted for Nova's callers; recording is always
        graceful here
    :param arguments: of the work, by name: secrets among them are masked
        wherever they occur in its error
    """

    def __init__(
        self,
        context: transition.Context,
        event_name: str,
        host: str | None,
        *instance_uuids: str,
        graceful_exit: bool = False,
        arguments: Mapping[str, object] | None = None,
    ) -> None:
        self.context = context
        self.event_name = event_name
        self.host = host
        self.instance_uuids = instance_uuids
        self._handle: transition.Handle | None = None
        self._reason: object = None
        self._detached = False
        self._arguments = {} if arguments is None else arguments

    def __enter__(self) -> Self:
        """Begin the step.

        :raises RecordingRequired: only if the step is a required one
        """
        self.begin()
        return self

    def begin(
        self, *before: transition.Transition, action_uuid: str | None = None
    ) -> None:
        """Begin the step, after other transitions that belong to it."""
        required = is_required(self.event_name)
        stored = harmless(
            'start of a step', self._begin, before, action_uuid, required
        )
        if required and not stored:
            if self._handle is not None:
                # Maybe it was stored all the same; then it says so.
                finish(
                    self._handle,
                    failed='It was refused, since its '
                    'beginning could not be stored in time.',
                )
            refuse(self.event_name)

    def _begin(
        self,
        before: Sequence[transition.Transition],
        action_uuid: str | None,
        required: bool,
    ) -> bool:
        # Nothing of the step before, where one reporter is used twice.
        self._handle = self._reason = None
        self._detached = False
        misuse.warn(self.context, self.event_name, self.instance_uuids)
        starts = transition.starts(
            self.context,
            self.instance_uuids,
            self.event_name,
            self.host,
            action_uuid,
        )
        if not starts:
            return False
        recorder = active.current()
        stored = recorder.record([*before, *starts], required)
        # Recording has put the session into the starts.
        self._handle = transition.Handle(
            starts, clock.monotonic_ns(), clock.origin(), stored
        )
        # Room is kept for the end only as long as this process may be the
        # one that records it.
        recorder.hold(self._handle)
        return stored

    def fail(self, reason: object) -> None:
        """Say that the step fails, although it raises nothing.

        :param reason: text, or anything that has one; secrets are removed
        """
        self._reason = 'It failed.' if reason is None else reason

    def detach(self) -> transition.Handle | None:
        """Hand the step over: it does not end with this block, but when
        somebody calls ``reporter.finish(handle)``.

        When the block raises, the step has failed all the same.

        :returns: what may be pickled; None if the start was not recorded
        """
        self._detached = True
        return self._handle

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: types.TracebackType | None,
    ) -> None:
        if self._detached and exc_type is None:
            return
        failed = exc_type if exc_val is None else exc_val
        if self._handle is not None:
            harmless(
                'end of a step',
                _finish,
                self._handle,
                failed,
                exc_tb,
                self._reason,
                self._secrets,
            )

    def _secrets(self) -> Iterable[str]:
        return sanitize.secrets_of_call(self.context, self._arguments)
