# SPDX-License-Identifier: Apache-2.0
"""From a message to a method of an endpoint, and from its error to an
answer."""

import functools
import inspect
import re
import traceback
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar, cast

import oslo_messaging as messaging
from oslo_log import log as logging
from oslo_messaging.rpc import dispatcher as rpc_dispatcher
from oslo_versionedobjects import exception as ovo_exc

from nova_actions import exception
from nova_actions.objects import base
from nova_actions.rpc import error
from nova_actions.rpc import serializer

LOG = logging.getLogger(__name__)

#: What is sent as it is; anything else is a defect of ours.
_CLEAR = (
    exception.ActionsException,
    ovo_exc.VersionedObjectsException,
    messaging.UnsupportedVersion,
    messaging.NoSuchMethod,
)
_RPC_VERSION = re.compile(r'[0-9]{1,6}(\.[0-9]{1,6}){1,2}')

F = TypeVar('F', bound=Callable[..., Any])


def exposed(function: F) -> F:
    """Offer an endpoint's method over RPC."""
    return cast(F, messaging.expose(function))


class LocalDispatcher(rpc_dispatcher.RPCDispatcher):
    """Runs each call here, its deserialising included: a conductor never
    calls itself, whatever object it is sent.

    Whatever goes wrong on the way becomes a clear error for the caller; our
    log gets a line at the most, and nothing of what was sent.
    """

    def dispatch(self, incoming: Any) -> Any:
        try:
            with base.local():
                self._check(incoming)
                return super().dispatch(incoming)
        except messaging.ExpectedException:
            raise
        except Exception as error:  # noqa: BLE001 (sent on)
            _answer(error)

    def _check(self, incoming: Any) -> None:
        """See that oslo.messaging can handle the message: for a call of
        nothing it starts a thread that outlives it, and odd types end the
        thread that works on them."""
        method, version, args = _parsed(incoming.message)
        if not isinstance(incoming.client_timeout, int):
            incoming.client_timeout = 0
        endpoints = self._endpoints(incoming.message, version)
        if not endpoints:
            raise messaging.UnsupportedVersion(version)
        for endpoint in endpoints:
            if self.access_policy.is_allowed(endpoint, method):
                _bind(type(endpoint), method, args)
                return
        raise messaging.NoSuchMethod(method[: base.NAME_LIMIT])

    def _endpoints(self, message: dict[str, Any], version: str) -> list[Any]:
        """Return the endpoints of a message's namespace and version."""
        namespace = message.get('namespace')
        return [
            endpoint
            for endpoint in self.endpoints
            if self._is_namespace(endpoint.target, namespace)
            and self._is_compatible(endpoint.target, version)
        ]


def _parsed(message: object) -> tuple[str, str, dict[Any, Any]]:
    """Return a message's method, version and arguments.

    :raises Invalid: they have not their shapes
    """
    if not isinstance(message, dict):
        raise exception.Invalid('The message is not a mapping.')
    method, args = message.get('method'), message.get('args', {})
    if not isinstance(args, dict) or not isinstance(method, str):
        raise exception.InvalidInput(
            argument='method or args',
            reason='it is not a name or not a mapping',
        )
    version = message.get('version', '1.0')
    if not (isinstance(version, str) and _RPC_VERSION.fullmatch(version)):
        raise exception.InvalidInput(
            argument='version', reason='it is not X.Y'
        )
    return method, version, args


@functools.cache
def _signature(kind: type, method: str) -> inspect.Signature:
    return inspect.signature(getattr(kind, method))


def _bind(kind: type, method: str, args: dict[Any, Any]) -> None:
    try:
        _signature(kind, method).bind(None, None, **args)
    except TypeError as error:
        raise exception.Invalid(f'{method}(): {error}') from None


def _answer(raised: Exception) -> NoReturn:
    """Send an error to the caller: oslo logs one that is expected at the
    level of debugging only."""
    if isinstance(raised, RecursionError):
        raised = exception.Invalid('The message is nested too deeply.')
    elif not isinstance(raised, _CLEAR):
        LOG.error(
            'A remote call failed: %s\n%s',
            type(raised).__name__,
            # Without the error's text: it may carry what was sent.
            ''.join(traceback.format_tb(raised.__traceback__)),
        )
        raised = exception.ActionsException(
            f'The call failed in the conductor: {type(raised).__name__}.'
        )
    wire = error.to_wire(raised)
    try:
        # Without its context: a cause may carry SQL and values.
        raise wire.with_traceback(None) from None
    except Exception:  # noqa: BLE001 (just raised)
        raise messaging.ExpectedException() from None


def get_dispatcher(endpoints: list[Any]) -> LocalDispatcher:
    """Return what hands a message to the endpoints' exposed methods."""
    return LocalDispatcher(
        endpoints,
        serializer.Serializer(),
        rpc_dispatcher.ExplicitRPCAccessPolicy,
    )
