# SPDX-License-Identifier: Apache-2.0
"""The bus: transport, context on the wire, errors on the wire."""

import contextlib
import functools
import inspect
import re
import traceback
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar, cast

import oslo_messaging as messaging
from oslo_concurrency import lockutils
from oslo_config import cfg
from oslo_log import log as logging
from oslo_messaging.rpc import dispatcher as rpc_dispatcher
from oslo_messaging.rpc import server as rpc_server
from oslo_serialization import jsonutils
from oslo_versionedobjects import exception as ovo_exc

from nova_actions import context
from nova_actions import exception
from nova_actions.objects import base

LOG = logging.getLogger(__name__)

#: Where errors may come from that a client of ours rebuilds.
ALLOWED_EXMODS = ['nova_actions.exception', 'oslo_versionedobjects.exception']

#: Errors that exist in Nova, which its clients rebuild as their own.
_NOVA = (
    exception.InstanceActionNotFound, exception.InstanceActionEventNotFound,
    exception.InstanceNotFound, exception.MarkerNotFound,
    exception.ObjectActionError, exception.PolicyNotAuthorized,
    exception.Forbidden, exception.Invalid)
#: What is sent as it is; anything else is a defect of ours.
_CLEAR = (exception.ActionsException, ovo_exc.VersionedObjectsException,
          messaging.UnsupportedVersion, messaging.NoSuchMethod)
_BY_NAME = {error.__name__: error for error in _NOVA}
_REMOTE = '_Remote'
#: What an error tells of the input is no longer than this.
_TEXT_LIMIT = 1000
#: How deeply a value of a context may be nested; Nova's are not, but for the
#: catalogue of services, by a few.
_DEPTH_LIMIT = 50
_RPC_VERSION = re.compile(r'[0-9]{1,6}(\.[0-9]{1,6}){1,2}')

F = TypeVar('F', bound=Callable[..., Any])


def exposed(function: F) -> F:
    """Offer an endpoint's method over RPC."""
    return cast(F, messaging.expose(function))


def get_transport(conf: cfg.ConfigOpts) -> Any:
    """Return the process's connection to the bus; it is not made yet.

    :raises InvalidInput: when the URL is none, or no driver is for it; it is
        not repeated, since it holds a password
    """
    # oslo.messaging's queue manager locks by what the global cfg.CONF says.
    if conf.oslo_concurrency.lock_path:
        lockutils.set_defaults(conf.oslo_concurrency.lock_path)
    try:
        return messaging.get_rpc_transport(
            conf, allowed_remote_exmods=ALLOWED_EXMODS)
    except messaging.DriverLoadFailure as error:
        raise exception.InvalidInput(
            argument='[DEFAULT] transport_url',
            reason=f'there is no driver {error.driver!r}') from None
    except (messaging.InvalidTransportURL, ValueError):
        raise exception.InvalidInput(
            argument='[DEFAULT] transport_url',
            reason='it is not the URL of a bus') from None


class ContextSerializer(messaging.Serializer):
    """Carries the request context beside the objects.

    :param pins: versions above which no object is sent
    """

    def __init__(self, pins: Mapping[str, str] | None = None) -> None:
        self._objects = base.Serializer(pins)

    def serialize_entity(self, ctxt: Any, entity: Any) -> Any:
        # Nearly all is plain already, which oslo.serialization would ask of
        # each item many times.
        kind = type(entity)
        if entity is None or kind in (str, int, bool, float):
            return entity
        if isinstance(entity, base.ActionsObject):
            return self._objects.serialize_entity(ctxt, entity)
        if kind is list or kind is tuple:
            return [self.serialize_entity(ctxt, each) for each in entity]
        if kind is dict and all(type(key) is str for key in entity):
            return {key: self.serialize_entity(ctxt, value)
                    for key, value in entity.items()}
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
        """See that oslo can handle the message: it starts a thread that
        outlives a call of nothing, and dies of odd types."""
        message = incoming.message
        if not isinstance(message, dict):
            raise exception.Invalid('The message is not a mapping.')
        method, version = message.get('method'), message.get('version', '1.0')
        args = message.get('args', {})
        if not isinstance(args, dict) or not isinstance(method, str):
            raise exception.InvalidInput(
                argument='method or args',
                reason='it is not a name or not a mapping')
        if not (isinstance(version, str) and _RPC_VERSION.fullmatch(version)):
            raise exception.InvalidInput(argument='version',
                                         reason='it is not X.Y')
        if not isinstance(incoming.client_timeout, int):
            incoming.client_timeout = 0
        fits = [endpoint for endpoint in self.endpoints
                if self._is_namespace(endpoint.target,
                                      message.get('namespace'))
                and self._is_compatible(endpoint.target, version)]
        if not fits:
            raise messaging.UnsupportedVersion(version)
        for endpoint in fits:
            if self.access_policy.is_allowed(endpoint, method):
                _bind(type(endpoint), method, args)
                return
        raise messaging.NoSuchMethod(method[:base.NAME_LIMIT])


@functools.cache
def _signature(kind: type, method: str) -> inspect.Signature:
    return inspect.signature(getattr(kind, method))


def _bind(kind: type, method: str, args: dict[Any, Any]) -> None:
    try:
        _signature(kind, method).bind(None, None, **args)
    except TypeError as error:
        raise exception.Invalid(f'{method}(): {error}') from None


def _answer(error: Exception) -> NoReturn:
    """Send the error to the caller: oslo logs one that is expected at the
    level of debugging only."""
    if isinstance(error, RecursionError):
        error = exception.Invalid('The message is nested too deeply.')
    elif not isinstance(error, _CLEAR):
        LOG.error(
            'A remote call failed: %s\n%s', type(error).__name__,
            # Without the error's text: it may carry what was sent.
            ''.join(traceback.format_tb(error.__traceback__)))
        error = exception.ActionsException(
            f'The call failed in the conductor: {type(error).__name__}.')
    wire = to_wire(error)
    try:
        # Without its context: a cause may carry SQL and values.
        raise wire.with_traceback(None) from None
    except Exception:  # noqa: BLE001 (just raised)
        raise messaging.ExpectedException() from None


def get_dispatcher(endpoints: list[Any]) -> LocalDispatcher:
    """Return what hands a message to the endpoints' exposed methods."""
    return LocalDispatcher(endpoints, ContextSerializer(),
                           rpc_dispatcher.ExplicitRPCAccessPolicy)


class _Server(rpc_server.RPCServer):
    """Answers contexts, too, that are nested too deeply.

    oslo.messaging (18.3) acknowledges a message, copies its context, fails,
    and drops it: the caller waits in vain, and the connection is made anew.
    To go when it answers such a caller itself.
    """

    def _create_listener(self) -> Any:
        listener = super()._create_listener()
        for consumer in _consumers(listener):
            consumer.callback = functools.partial(_take, consumer.callback)
        return listener


def _consumers(listener: Any) -> dict[Any, Any]:
    """Return oslo.messaging's consumers by their tags; ``fake://`` has
    none."""
    poller = getattr(listener, '_poll_style_listener', None)
    connection = getattr(getattr(poller, 'conn', None), 'connection', None)
    return dict(getattr(connection, '_consumers', {}))


def _take(callback: Callable[[Any], None], message: Any) -> None:
    for name, value in message.items():
        if name.startswith('_context_') and _is_deep(value):
            # Nothing that we read may be such a list.
            message[name] = [None]
    callback(message)


def _is_deep(value: Any) -> bool:
    """Tell whether it is nested more deeply than :data:`_DEPTH_LIMIT`."""
    level = [value]
    for _depth in range(_DEPTH_LIMIT):
        level = [inner for each in level if isinstance(each, dict | list)
                 for inner in (each.values() if isinstance(each, dict)
                               else each)]
        if not level:
            return False
    return True


def get_server(transport: Any, target: messaging.Target,
               endpoints: list[Any]) -> rpc_server.RPCServer:
    """Return a server of threads for the endpoints; it is not started."""
    return _Server(transport, target, get_dispatcher(endpoints))


def finish(server: rpc_server.RPCServer) -> None:
    """Stop a server: what has arrived is worked on, what has not goes to
    another.

    oslo.messaging (18.3) closes its connection while the broker still sends:
    what arrives in that moment is acknowledged and dropped, and its caller
    waits in vain. To go when it cancels its consumers first.
    """
    server.stop()
    poller: Any = getattr(server.listener, '_poll_style_listener', None)
    # Where the connection is broken, the broker knows, and sends anew.
    with contextlib.suppress(Exception):
        for consumer, tag in _consumers(server.listener).items():
            consumer.cancel(tag)
    while poller is not None and getattr(poller, 'incoming', None):
        server._on_incoming([poller.incoming.pop(0)])
    server.wait()


def get_client(transport: Any, target: messaging.Target,
               pins: Mapping[str, str] | None = None,
               **options: Any) -> messaging.RPCClient:
    """Return a client.

    :param pins: versions above which no object is sent
    """
    return messaging.get_rpc_client(
        transport, target, serializer=ContextSerializer(pins), **options)


def to_wire(error: Exception) -> Exception:
    """Return the error as it is to be sent.

    oslo.messaging strips a ``_Remote`` from class and module; so an error
    that Nova has too leaves as Nova's own, with its data and its text.
    """
    if not isinstance(error, exception.ActionsException):
        return error
    for known in type(error).__mro__:
        if known in _NOVA:
            sent = type(f'{known.__name__}{_REMOTE}', (Exception,),
                        {'__module__': f'nova.exception{_REMOTE}'})
            wire: Any = sent(error.format_message()[:_TEXT_LIMIT])
            wire.kwargs = {name: _short(value) for name, value
                           in error.kwargs.items() if name != 'code'}
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
    if isinstance(error, exception.ActionsException
                  | ovo_exc.VersionedObjectsException):
        for known in type(error).__mro__:
            if known.__module__ in ALLOWED_EXMODS:
                return cast(Exception, known(error.args[0], **kwargs))
    return error
