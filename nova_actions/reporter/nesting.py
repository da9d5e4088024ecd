# SPDX-License-Identifier: Apache-2.0
"""A failure that passes through several steps, one in the other: its
traceback is stored with the innermost, the others refer to that."""

from nova_actions.reporter import transition

#: Where an exception keeps which step has its traceback.
_NOTE = '_nova_actions_step'

#: The step's clock and start by it, and for each server the request and the
#: text that refers to the step.
_Note = tuple[str, int, dict[str, tuple[str | None, str]]]


def note(error: object, handle: transition.Handle) -> None:
    """Note in an exception that its traceback is stored with a step."""
    if isinstance(error, BaseException):
        # Past a __setattr__ of its own.
        error.__dict__[_NOTE] = (
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


def references(error: object, handle: transition.Handle) -> dict[str, str]:
    """Return what a step that failed stores instead of the traceback, by
    server; nothing for a server whose traceback no step inside this one has.

    One inside has begun later: the same exception may be raised again by the
    next attempt, or by another request.
    """
    found: _Note | None = None
    if isinstance(error, BaseException):
        found = error.__dict__.get(_NOTE)
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
