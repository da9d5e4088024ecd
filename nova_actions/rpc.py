# SPDX-License-Identifier: Apache-2.0
"""The bus: transport, context on the wire, errors on the wire."""

from collections.abc import Mapping
from typing import Any

import oslo_messaging as messaging
from oslo_config import cfg
from oslo_messaging.rpc import dispatcher as rpc_dispatcher
from oslo_messaging.rpc import server as rpc_server
from oslo_serialization import jsonutils
from oslo_versionedobjects import exception as ovo_exc

from nova_actions import context
from nova_actions import exception
from nova_actions.objects import base

#: Where errors may come from that a client of ours rebuilds.
ALLOWED_EXMODS = ['nova_actions.exception', 'oslo_versionedobjects.exception']

#: Errors that exist in Nova, which its clients rebuild as their own.
_NOVA = (
    exception.InstanceActionNotFound, exception.InstanceActionEventNotFound,
    exception.InstanceNotFound, exception.MarkerNotFound,
    exception.ObjectActionError, exception.PolicyNotAuthorized,
    exception.Forbidden, exception.Invalid)
_BY_NAME = {error.__name__: error for error in _NOVA}
_REMOTE = '_Remote'


def get_transport(conf: cfg.ConfigOpts) -> Any:
    """Return the process's connection to the bus."""
    return messaging.get_rpc_transport(
        conf, allowed_remote_exmods=ALLOWED_EXMODS)


class ContextSerializer(messaging.Serializer):  # type: ignore[misc]
    """Carries the request context beside the objects."""

    def __init__(self) -> None:
        self._objects = base.Serializer()

    def serialize_entity(self, ctxt: Any, entity: Any) -> Any:
        return jsonutils.to_primitive(
            self._objects.serialize_entity(ctxt, entity), fallback=str)

    def deserialize_entity(self, ctxt: Any, entity: Any) -> Any:
        return self._objects.deserialize_entity(ctxt, entity)

    def serialize_context(self, ctxt: Any) -> dict[str, Any]:
        values: dict[str, Any] = ctxt.to_dict()
        return values

    def deserialize_context(self, ctxt: Mapping[str, Any],
                            ) -> context.RequestContext:
        return context.RequestContext.from_dict(ctxt)


class LocalDispatcher(rpc_dispatcher.RPCDispatcher):  # type: ignore[misc]
    """Runs each call here, its deserialising included: a conductor never
    calls itself, whatever object it is sent."""

    def dispatch(self, incoming: Any) -> Any:
        with base.local():
            return super().dispatch(incoming)


def get_server(transport: Any, target: messaging.Target,
               endpoints: list[Any]) -> rpc_server.RPCServer:
    """Return a server of threads for the endpoints; it is not started."""
    return rpc_server.RPCServer(
        transport, target,
        LocalDispatcher(endpoints, ContextSerializer(),
                        rpc_dispatcher.DefaultRPCAccessPolicy))


def get_client(transport: Any, target: messaging.Target,
               **options: Any) -> messaging.RPCClient:
    return messaging.get_rpc_client(
        transport, target, serializer=ContextSerializer(), **options)


def to_wire(error: Exception) -> Exception:
    """Return the error as it is to be sent.

    oslo.messaging strips a ``_Remote`` from class and module; so an error
    that Nova has too leaves as Nova's own, with its data and its text.
    """
    if isinstance(error, ovo_exc.VersionedObjectsException):
        return error
    if not isinstance(error, exception.ActionsException):
        return error
    for known in type(error).__mro__:
        if known in _NOVA:
            sent = type(f'{known.__name__}{_REMOTE}', (Exception,),
                        {'__module__': f'nova.exception{_REMOTE}'})
            wire: Any = sent(error.format_message())
            wire.kwargs = error.kwargs
            return wire  # type: ignore[no-any-return]
    return error


def from_wire(error: Exception) -> Exception:
    """Return the error of ours that a conductor sent, or what came if it is
    none.

    Nova's names arrive as RemoteError, or over ``fake://`` as they were
    raised; ours are rebuilt by oslo.messaging, with the remote traceback in
    their text.
    """
    if isinstance(error, messaging.RemoteError):
        known = _BY_NAME.get(error.exc_type)
        return known(error.value) if known else error
    kwargs = getattr(error, 'kwargs', {})
    if type(error).__module__ == f'nova.exception{_REMOTE}':
        name = type(error).__name__.removesuffix(_REMOTE)
        return _BY_NAME[name](str(error), **kwargs)
    if isinstance(error, exception.ActionsException):
        for known in type(error).__mro__:
            if known.__module__ == exception.__name__:
                return known(error.format_message(), **kwargs)
    return error
