# SPDX-License-Identifier: Apache-2.0
"""Connections to the bus, its servers and its clients."""

import functools
from collections.abc import Callable
from typing import Any

import oslo_messaging as messaging
from oslo_concurrency import lockutils
from oslo_config import cfg
from oslo_messaging.rpc import server as rpc_server

from nova_actions import exception
from nova_actions.rpc import dispatcher
from nova_actions.rpc import error
from nova_actions.rpc import serializer
from nova_actions.rpc import workaround


def get_transport(conf: cfg.ConfigOpts) -> Any:
    """Return the process's connection to the bus; it is not made yet.

    :raises InvalidInput: when the URL is none, or no driver is for it; it is
        not repeated, since it holds a password
    """
    return _transport(
        conf,
        '[DEFAULT] transport_url',
        functools.partial(
            messaging.get_rpc_transport,
            allowed_remote_exmods=error.ALLOWED_EXMODS,
        ),
    )


def get_notification_transport(conf: cfg.ConfigOpts) -> Any:
    """Return a connection to the bus of notifications; it is not made yet.

    :raises InvalidInput: as :func:`get_transport`
    """
    return _transport(
        conf,
        '[oslo_messaging_notifications] transport_url',
        messaging.get_notification_transport,
    )


def check(conf: cfg.ConfigOpts) -> None:
    """See that what the conductor needs of the configuration makes
    connections: before anything is started that would go on without.

    :raises InvalidInput: as :func:`get_transport`, and where there would be
        no thread to answer calls
    """
    if conf.executor_thread_pool_size < 1:
        raise exception.InvalidInput(
            argument='[DEFAULT] executor_thread_pool_size',
            reason='it is less than 1',
        )
    get_transport(conf).cleanup()
    if conf.notifications.enabled:
        get_notification_transport(conf).cleanup()


def _transport(
    conf: cfg.ConfigOpts, option: str, make: Callable[[cfg.ConfigOpts], Any]
) -> Any:
    # oslo.messaging's queue manager locks by what the global cfg.CONF says.
    if conf.oslo_concurrency.lock_path:
        lockutils.set_defaults(conf.oslo_concurrency.lock_path)
    try:
        return make(conf)
    except messaging.DriverLoadFailure as error:
        raise exception.InvalidInput(
            argument=option, reason=f'there is no driver {error.driver!r}'
        ) from None
    except ImportError as error:
        raise exception.InvalidInput(
            argument=option, reason=f'its driver needs {error.name}'
        ) from None
    except (messaging.InvalidTransportURL, ValueError):
        raise exception.InvalidInput(
            argument=option, reason='it is not the URL of a bus'
        ) from None


def get_server(
    transport: Any, target: messaging.Target, endpoints: list[Any]
) -> rpc_server.RPCServer:
    """Return a server of threads for the endpoints; it is not started."""
    return workaround.Server(
        transport, target, dispatcher.get_dispatcher(endpoints)
    )


def get_client(
    transport: Any,
    target: messaging.Target,
    wire: serializer.Serializer | None = None,
    **options: Any,
) -> messaging.RPCClient:
    """Return a client.

    :param wire: how objects and contexts are sent; by default at their own
        versions
    """
    return messaging.get_rpc_client(
        transport,
        target,
        serializer=wire or serializer.Serializer(),
        **options,
    )
