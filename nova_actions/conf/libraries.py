# SPDX-License-Identifier: Apache-2.0
"""Options of the libraries that we use, with our defaults for them.

Importing a library costs time and memory, and oslo.messaging makes
oslo.service choose a concurrency backend. So each is imported only when its
options are registered, and a process registers those that it needs.
"""

import contextlib
import importlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from oslo_config import cfg

#: Nova's exchange, on which its compute services call.
EXCHANGE = 'nova'

#: Our defaults of the libraries' options, by group.
_MESSAGING: Mapping[str, Any] = {
    # Not more than there are connections to the database, 5 + 50.
    'executor_thread_pool_size': 50
}
_DATABASE: Mapping[str, Any] = {
    # A service that waits 100 s for its database holds its callers as long.
    'max_retries': 2,
    'retry_interval': 1,
}
_CORS: Mapping[str, Any] = {
    'allow_headers': [
        'X-Auth-Token',
        'X-OpenStack-Request-ID',
        'OpenStack-API-Version',
        'X-OpenStack-Nova-API-Version',
    ],
    'expose_headers': [
        'X-OpenStack-Request-ID',
        'X-Compute-Request-ID',
        'OpenStack-API-Version',
        'X-OpenStack-Nova-API-Version',
    ],
    'allow_methods': ['GET'],
}

#: Secrets in a shared configuration file that belong to libraries of other
#: processes. They are registered so that the sanitizer knows their values.
_SECRETS: Mapping[str, tuple[tuple[str | None, str], ...]] = {
    'messaging': (
        (None, 'transport_url'),
        ('oslo_messaging_notifications', 'transport_url'),
    ),
    'keystone': (
        ('keystone_authtoken', 'memcache_password'),
        ('keystone_authtoken', 'memcache_secret_key'),
        ('keystone_authtoken', 'password'),
    ),
}


def _database(conf: cfg.ConfigOpts) -> None:
    from oslo_db import options

    conf.register_opts(options.database_opts, group='database')
    _set_defaults(conf, _DATABASE, 'database')


def _policy(conf: cfg.ConfigOpts) -> None:
    from oslo_policy import opts

    _register(conf, opts.list_opts())


def _messaging(conf: cfg.ConfigOpts) -> None:
    import oslo_messaging
    from oslo_concurrency import opts as concurrency_opts
    from oslo_messaging import opts

    # oslo.messaging registers it once more, as it is then.
    oslo_messaging.set_transport_defaults(control_exchange=EXCHANGE)
    _register(
        conf,
        [
            *opts.list_opts(),
            *concurrency_opts.list_opts(),
            *_unlisted_messaging(),
        ],
    )
    _set_defaults(conf, _MESSAGING)


def _unlisted_messaging() -> Iterator[tuple[str, Any]]:
    """Yield the groups that oslo.messaging registers on the global cfg.CONF
    alone, and then reads from the configuration that it was given. Drop this
    when oslo_messaging.opts lists them."""
    for name in ('metrics', 'tracing'):
        # There is no tracing before oslo.messaging 18.3.
        with contextlib.suppress(ModuleNotFoundError):
            client = importlib.import_module(f'oslo_messaging._{name}.client')
            group = f'oslo_messaging_{name}'
            yield group, getattr(client, group)


def _middleware(conf: cfg.ConfigOpts) -> None:
    from oslo_middleware import opts

    # The other groups belong to middleware that is not in our pipeline.
    _register(
        conf,
        [
            (group, each)
            for group, each in opts.list_opts()
            if group in ('oslo_middleware', 'cors', 'healthcheck')
        ],
    )
    _set_defaults(conf, _CORS, 'cors')


def _keystone(conf: cfg.ConfigOpts) -> None:
    from keystonemiddleware import auth_token

    _register(conf, auth_token.list_opts())


def _reports(conf: cfg.ConfigOpts) -> None:
    from oslo_reports import opts

    _register(conf, opts.list_opts())


_REGISTER: Mapping[str, Callable[[cfg.ConfigOpts], None]] = {
    'database': _database,
    'policy': _policy,
    'messaging': _messaging,
    'middleware': _middleware,
    'keystone': _keystone,
    'reports': _reports,
}
#: The names of the libraries, or groups of them.
ALL = tuple(_REGISTER)


def register(conf: cfg.ConfigOpts, uses: tuple[str, ...] = ALL) -> None:
    """Register the options of libraries, with our defaults.

    :param uses: names out of :data:`ALL`; Keystone is left out where
        ``[api] auth_strategy`` is another
    """
    used = [
        name
        for name in uses
        if name != 'keystone' or conf.api.auth_strategy == 'keystone'
    ]
    for name, secrets in _SECRETS.items():
        if name not in used:
            for group, option in secrets:
                conf.register_opt(cfg.StrOpt(option, secret=True), group)
    for name in used:
        _REGISTER[name](conf)


def set_defaults() -> None:
    """Set our defaults in the libraries' own options, for
    oslo-config-generator only: every configuration of the process has them
    then, Nova's too where we run beside it."""
    import oslo_messaging
    from oslo_db import options
    from oslo_messaging import server
    from oslo_middleware import cors

    oslo_messaging.set_transport_defaults(control_exchange=EXCHANGE)
    cfg.set_defaults(server._pool_opts, **_MESSAGING)
    cfg.set_defaults(options.database_opts, **_DATABASE)
    cors.set_defaults(**_CORS)


def _register(conf: cfg.ConfigOpts, listed: Any) -> None:
    for group, opts in listed:
        conf.register_opts(opts, group=group)


def _set_defaults(
    conf: cfg.ConfigOpts, values: Mapping[str, Any], group: str | None = None
) -> None:
    for name, value in values.items():
        conf.set_default(name, value, group=group)
