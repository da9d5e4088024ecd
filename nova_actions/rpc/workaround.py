# SPDX-License-Identifier: Apache-2.0
"""What oslo.messaging does wrong, and how it is worked around until it does
not."""

import contextlib
import functools
from collections.abc import Callable
from typing import Any

import oslo_messaging as messaging
from oslo_messaging.rpc import server as rpc_server

#: How deeply a value of a context may be nested; Nova's are not, but for the
#: catalogue of services, by a few.
_DEPTH_LIMIT = 50


class Server(rpc_server.RPCServer):
    """Answers contexts, too, that are nested too deeply.

    oslo.messaging (18.3) acknowledges a message, copies its context, fails,
    and drops it: the caller waits in vain, and it reconnects.
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
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


def get_notifier(transport: Any, publisher: str) -> messaging.Notifier:
    """Return what sends notifications, and waits for a bus that is away where
    it has not been there yet, too.

    oslo.messaging (18.3) loses what it is given until it has been connected
    once: to kombu the -1 of ``[oslo_messaging_notifications] retry``, for
    ever, is no second attempt. To go when it says None there.
    """
    notifier = messaging.Notifier(transport, publisher)
    if notifier.retry < 0:
        notifier.retry = None
    return notifier


def finish(server: rpc_server.RPCServer) -> None:
    """Stop a server: what has arrived is worked on, what has not goes to
    another.

    oslo.messaging (18.3) closes its connection while the broker still sends:
    what arrives in that moment is acknowledged and dropped, and its caller
    waits in vain. To go when it cancels its consumers first.
    """
    server.stop()
    poller: Any = getattr(server.listener, '_poll_style_listener', None)
    # If the connection is broken, the broker knows, and sends it again.
    with contextlib.suppress(Exception):
        for consumer, tag in _consumers(server.listener).items():
            consumer.cancel(tag)
    while poller is not None and getattr(poller, 'incoming', None):
        server._on_incoming([poller.incoming.pop(0)])
    server.wait()
