# SPDX-License-Identifier: Apache-2.0
"""Errors on the wire: Nova's clients rebuild them as their own, and ours as
ours."""

from typing import Any, cast

import oslo_messaging as messaging
from oslo_versionedobjects import exception as ovo_exc

from nova_actions import exception

#: Where errors may come from that a client of ours rebuilds.
ALLOWED_EXMODS = ['nova_actions.exception', 'oslo_versionedobjects.exception']

#: Errors that exist in Nova, which its clients rebuild as their own.
_NOVA = (
    exception.InstanceActionNotFound,
    exception.InstanceActionEventNotFound,
    exception.InstanceNotFound,
    exception.MarkerNotFound,
    exception.ObjectActionError,
    exception.PolicyNotAuthorized,
    exception.Forbidden,
    exception.Invalid,
)
_BY_NAME = {error.__name__: error for error in _NOVA}
_REMOTE = '_Remote'
#: What an error tells of the input is no longer than this.
_TEXT_LIMIT = 1000


def to_wire(error: Exception) -> Exception:
    """Return the error as it is to be sent.

    oslo.messaging strips a ``_Remote`` from class and module; so an error
    that Nova has too leaves as Nova's own, with its data and its text.
    """
    if not isinstance(error, exception.ActionsException):
        return error
    for known in type(error).__mro__:
        if known in _NOVA:
            sent = type(
                f'{known.__name__}{_REMOTE}',
                (Exception,),
                {'__module__': f'nova.exception{_REMOTE}'},
            )
            wire: Any = sent(error.format_message()[:_TEXT_LIMIT])
            wire.kwargs = {
                name: _short(value)
                for name, value in error.kwargs.items()
                if name != 'code'
            }
            return wire  # type: ignore[no-any-return]
    return error


def _short(value: Any) -> Any:
    return value[:_TEXT_LIMIT] if isinstance(value, str) else value


def from_wire(error: Exception) -> Exception:
    """Return the error of ours that a conductor sent, or what came if it is
    none.

    Nova's names arrive as RemoteError, or over ``fake://`` as they were
    raised; ours are rebuilt by oslo.messaging, with the remote traceback in
    their text.
    """
    if isinstance(error, messaging.RemoteError):
        nova = _BY_NAME.get(error.exc_type)
        return nova(error.value) if nova else error
    kwargs = getattr(error, 'kwargs', {})
    if type(error).__module__ == f'nova.exception{_REMOTE}':
        name = type(error).__name__.removesuffix(_REMOTE)
        return _BY_NAME[name](str(error), **kwargs)
    if isinstance(
        error, exception.ActionsException | ovo_exc.VersionedObjectsException
    ):
        for known in type(error).__mro__:
            if known.__module__ in ALLOWED_EXMODS:
                return cast(Exception, known(error.args[0], **kwargs))
    return error
