# SPDX-License-Identifier: Apache-2.0
"""The address on which an API listens."""

import ipaddress

from oslo_config import cfg

from nova_actions.cmd import failure

OPTS = (
    cfg.HostAddressOpt(
        'bind-host',
        metavar='ADDRESS',
        help='Listen on this address instead of [api] bind_host.',
    ),
    cfg.PortOpt(
        'port',
        metavar='PORT',
        help='Listen on this port instead of [api] bind_port.',
    ),
    cfg.BoolOpt(
        'insecure-bind',
        default=False,
        help='Let the API listen on an address that others can reach '
        'although it trusts every token (noauth2). Anyone who reaches it can '
        'read everything and pose as any user.',
    ),
)


def settle(conf: cfg.ConfigOpts) -> None:
    """Apply the address options of the command line.

    :raises Refusal: others could reach an API that trusts every token
    """
    if conf.bind_host is not None:
        conf.set_override('bind_host', conf.bind_host, group='api')
    if conf.port is not None:
        conf.set_override('bind_port', conf.port, group='api')
    if (
        conf.api.auth_strategy == 'noauth2'
        and not conf.insecure_bind
        and not _is_loopback(conf.api.bind_host)
    ):
        raise failure.Refusal(
            f'auth_strategy is noauth2, which trusts every token, and '
            f'{conf.api.bind_host} can be reached by others. Listen on '
            f'127.0.0.1, use auth_strategy = keystone, or give '
            f'--insecure-bind'
        )


def url(address: tuple[str, int]) -> str:
    """Return the base URL of an API that listens there."""
    host, port = address
    return (
        f'http://[{host}]:{port}' if ':' in host else f'http://{host}:{port}'
    )


def failed(conf: cfg.ConfigOpts, error: OSError) -> failure.Refusal:
    """Return why the API could not listen."""
    reason = str(error).rpartition(']')[2].strip(" ')") or str(error)
    return failure.Refusal(
        f'cannot listen on {conf.api.bind_host} port {conf.api.bind_port}: '
        f'{reason}. Another port can be given with --port'
    )


def _is_loopback(host: str) -> bool:
    if host == 'localhost':
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
