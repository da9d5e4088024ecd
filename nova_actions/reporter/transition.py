# SPDX-License-Identifier: Apache-2.0
"""What a reporter writes down of a transition, before it goes anywhere."""

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, Protocol, TypedDict

from oslo_utils import uuidutils

from nova_actions import foreign
from nova_actions import sanitize
from nova_actions import vocabulary
from nova_actions.objects import text
from nova_actions.reporter import clock
from nova_actions.sanitize import withholding

ACTION = 'action'
START = 'start'
FINISH = 'finish'
END = 'end'
#: What is about a step.
STEPS = (START, FINISH)
CLOSE = 'close'

#: What the end of a step has whose start was not stored; it is for the spool
#: alone, and not stored itself.
UNBEGUN: Final = 'unbegun'

#: What is written down of a context.
_CALLER = (
    'request_id',
    'global_request_id',
    'user_id',
    'user_name',
    'project_id',
    'project_name',
)

#: What stands for a name that is empty or says nothing.
NAMELESS = 'unknown'


class Outcome(TypedDict, total=False):
    """How a step ended; see :func:`outcome`."""

    result: str
    details: str | None
    traceback: str | None
    error_type: str | None
    reason: str | None


class Transition(Outcome, total=False):
    """What is stored in a spool of a transition, by the names of the fields
    of ``objects.report.Report``.

    Each has ``kind`` and ``uuid``. From a damaged spool, other values may
    have any type.
    """

    kind: str
    uuid: str
    name: str
    instance_uuid: str
    host: str | None
    action_uuid: str | None
    #: The session of the reporter.
    epoch: str
    request_id: str | None
    global_request_id: str | None
    user_id: str | None
    user_name: str | None
    project_id: str | None
    project_name: str | None
    #: ISO 8601, UTC, with microseconds.
    start_time: str
    finish_time: str
    #: Microseconds.
    duration: int | None
    #: Only of the end of a session: how that is known.
    evidence: str
    unbegun: bool


class Identity(NamedTuple):
    """What tells which transition it is, and nothing of its texts."""

    kind: object
    name: object
    uuid: object
    instance_uuid: object
    host: object
    request_id: object

    def __str__(self) -> str:
        return (
            f'{self.kind} of {self.name}, uuid {self.uuid}, on server '
            f'{self.instance_uuid}, host {self.host}, request '
            f'{self.request_id}'
        )


class Context(Protocol):
    """What is read of a request's context: Nova's has it, and each of
    oslo.context's; ``global_request_id``, ``user_name`` and ``project_name``
    are read, too, where they are there."""

    request_id: Any
    user_id: Any
    project_id: Any


def name_of(value: object) -> str | None:
    """Return a name that may be stored; None for nothing."""
    return _names_of([value])[0]


def _names_of(values: Iterable[object]) -> list[str | None]:
    safe = text.sanitizer().name
    return [
        None
        if value is None
        else (safe(value) or '')[: sanitize.NAME_LIMIT] or None
        for value in values
    ]


def time_of(value: datetime.datetime) -> str:
    return value.isoformat(timespec='microseconds')


def age(each: Transition) -> int | None:
    """Return how many seconds ago something happened, by this host's time of
    day; None for a transition without a time, such as the end of a session.
    """
    then = each.get('finish_time') or each.get('start_time')
    try:
        passed = clock.utcnow() - datetime.datetime.fromisoformat(str(then))
    except (TypeError, ValueError):
        return None
    return max(0, int(passed.total_seconds()))


def identity(each: Transition) -> Identity:
    said: Mapping[str, object] = each
    return Identity(*[said.get(name) for name in Identity._fields])


@dataclasses.dataclass(frozen=True)
class Handle:
    """What it takes to finish a step: picklable, for another thread or
    process."""

    #: The starts, one for each server.
    starts: tuple[Transition, ...]
    #: When it began by the monotonic clock, and which one that was.
    began: int
    origin: str
    #: Whether the starts were stored.
    is_stored: bool = True

    def finishes(self, outcome: Outcome) -> list[Transition]:
        """Return the transitions that end it, now."""
        duration = None
        if self.origin == clock.origin():
            duration = max(0, (clock.monotonic_ns() - self.began) // 1000)
        now = time_of(clock.utcnow())
        begun: Transition = {} if self.is_stored else {UNBEGUN: True}
        return [
            {
                **start,
                'kind': FINISH,
                'finish_time': now,
                'duration': duration,
                **outcome,
                **begun,
            }
            for start in self.starts
        ]


def begin(
    context: Context,
    kind: str,
    instance_uuid: object,
    name: object,
    host: object = None,
) -> Transition:
    """Return a transition of something that begins or ends now, with the
    context's ids."""
    return {
        **_said(context, kind, name, host),
        'uuid': uuidutils.generate_uuid(),
        'instance_uuid': _plain(instance_uuid),
    }


def _plain(value: object) -> str:
    return value if type(value) is str else foreign.text(value)


def starts(
    context: Context,
    instance_uuids: Iterable[object],
    name: object,
    host: object,
    action_uuid: str | None,
) -> tuple[Transition, ...]:
    """Return the starts of a step now, one for each distinct server."""
    said = _said(context, START, name, host)
    return tuple(
        [
            {
                **said,
                'uuid': uuidutils.generate_uuid(),
                'instance_uuid': uuid,
                'action_uuid': action_uuid,
            }
            for uuid in dict.fromkeys(map(_plain, instance_uuids))
        ]
    )


def _said(
    context: Context, kind: str, name: object, host: object
) -> Transition:
    """Return what transitions of one thing have in common."""
    own, where, *caller = _names_of(
        [
            name,
            host,
            *_caller(context),
        ]
    )
    said: Transition = {
        'kind': kind,
        'name': own or NAMELESS,
        'start_time': time_of(clock.utcnow()),
        'request_id': caller[0],
        'global_request_id': caller[1],
        'user_id': caller[2],
        'user_name': caller[3],
        'project_id': caller[4],
        'project_name': caller[5],
    }
    if kind == START:
        said['host'] = where
    return said


@foreign.contained
def _caller(context: Context) -> list[object]:
    return [getattr(context, attribute, None) for attribute in _CALLER]


def outcome(
    exc_val: object = None,
    exc_tb: object = None,
    secrets: Iterable[str] | None = (),
) -> Outcome:
    """Return how a step ended: well without an exception.

    :param secrets: values known to be secret in this call; None when they
        cannot be known, so that the error's texts are withheld
    """
    if exc_val is None:
        return {'result': vocabulary.RESULT_SUCCESS}
    error = _safe(exc_val, exc_tb, secrets)
    return {
        'result': vocabulary.RESULT_ERROR,
        'details': error.details,
        'traceback': error.traceback,
        'error_type': error.error_type,
        'reason': error.reason,
    }


def failure(reason: object, secrets: Iterable[str] | None = ()) -> Outcome:
    """Return that a step failed without an exception.

    :param secrets: as of :func:`outcome`
    """
    error = _safe(reason, None, secrets)
    return {
        'result': vocabulary.RESULT_ERROR,
        'details': error.details or 'It failed.',
        'error_type': error.error_type,
        'reason': error.reason,
    }


def _safe(
    exc_val: object, exc_tb: object, secrets: Iterable[str] | None
) -> sanitize.ErrorText:
    if secrets is None:
        return withholding.Withholding().error(exc_val, exc_tb)
    return text.sanitizer().error(exc_val, exc_tb, secrets)
