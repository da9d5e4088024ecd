# SPDX-License-Identifier: Apache-2.0
"""A failure that passes through several steps, one in the other: its
traceback is stored with the innermost, the others refer to that. What is
secret in one of them is so in all."""

import types
from collections.abc import Callable, Iterable

from nova_actions import foreign
from nova_actions.reporter import transition
from nova_actions.sanitize import error as sanitize_error
from nova_actions.sanitize import text as sanitize_text

#: Attributes of an exception, past whatever its class has in their place.
_DICT, _TRACEBACK = (
    vars(BaseException)[name] for name in ('__dict__', '__traceback__')
)

#: Where an exception keeps which step has its traceback.
_NOTE = '_nova_actions_step'

#: The step's clock and start by it, and for each server the request and the
#: text that refers to the step.
_Note = tuple[str, int, dict[str, tuple[str | None, str]]]

#: Where an exception keeps what is secret in the steps that it has left.
_SECRETS = '_nova_actions_secrets'

#: How many secrets of other steps count, the newest ones, should the same
#: exception be raised again and again.
_MOST = 1000


class _Secrets:
    """Neither shown nor pickled with the exception that keeps them.

    :param values: None when they could not be read
    """

    __slots__ = ('values',)

    def __init__(self, values: list[str] | None) -> None:
        self.values = values

    def __reduce__(self) -> tuple[type[str], tuple[()]]:
        # Who reads it may not have this class.
        return str, ()


def note(error: object, handle: transition.Handle) -> None:
    """Note in an exception that its traceback is stored with a step."""
    if sanitize_error.is_exception(error):
        _DICT.__get__(error)[_NOTE] = (
            handle.origin,
            handle.began,
            {
                start['instance_uuid']: (
                    start['request_id'],
                    f'The traceback is with the step {start["name"]}, '
                    f'{start["uuid"]}.',
                )
                for start in handle.starts
            },
        )


def traceback_of(error: object) -> types.TracebackType | None:
    """Return an exception's own traceback; None for anything else."""
    found: types.TracebackType | None = None
    if sanitize_error.is_exception(error):
        found = _TRACEBACK.__get__(error)
    return found


def references(error: object, handle: transition.Handle) -> dict[str, str]:
    """Return what a step that failed stores instead of the traceback, by
    server; nothing for a server whose traceback no step inside this one has.

    One inside has begun later: the same exception may be raised again by the
    next attempt, or by another request.
    """
    found: _Note | None = None
    if sanitize_error.is_exception(error):
        found = _DICT.__get__(error).get(_NOTE)
    if not found:
        return {}
    origin, began, servers = found
    if origin != handle.origin or began < handle.began:
        return {}
    return {
        start['instance_uuid']: servers[start['instance_uuid']][1]
        for start in handle.starts
        if servers.get(start['instance_uuid'], (None,))[0]
        == start['request_id']
    }


def hide(error: object, secrets: list[str] | None) -> None:
    """Note in an exception what is secret in a step that it leaves; None
    when that could not be read."""
    if secrets is not None and len(secrets) > 2 * _MOST:
        # What is not kept cannot be masked in the steps around it.
        secrets = None
    if sanitize_error.is_exception(error):
        _DICT.__get__(error)[_SECRETS] = _Secrets(secrets)


@foreign.contained
def secrets(
    error: object, own: Callable[[], Iterable[object]]
) -> list[str] | None:
    """Return what is secret in a step and in those that its exception, or
    one of the causes of that, has left before; None when one's could not be
    read."""
    found: dict[str, None] = {}
    if sanitize_error.is_exception(error):
        for each in (error, *sanitize_error.causes(error)):
            noted = _DICT.__get__(each).get(_SECRETS)
            if isinstance(noted, _Secrets):
                if noted.values is None:
                    return None
                found.update(dict.fromkeys(noted.values))
    return [*list(found)[-_MOST:], *map(sanitize_text.as_text, own())]
