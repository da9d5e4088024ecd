# SPDX-License-Identifier: Apache-2.0
"""Authentication: from a token to a request context in the WSGI environ."""

from collections.abc import Iterable
from wsgiref.types import StartResponse
from wsgiref.types import WSGIApplication
from wsgiref.types import WSGIEnvironment

from oslo_config import cfg

from nova_actions import context
from nova_actions.api import errors

_UNAUTHORIZED = 'The request you have made requires authentication.'


class NoAuth2:
    """Accept any token of the form ``user_id:project_id:role,role…``.

    For tests and trials on one machine: it trusts every client that can reach
    the port.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        user_id, project_id, roles = self._parse(
            environ.get('HTTP_X_AUTH_TOKEN', '')
        )
        if not user_id or not project_id:
            return _unauthorized(start_response)
        # These are set by keystonemiddleware; the client must not set any of
        # them.
        for name in [name for name in environ if _names_identity(name)]:
            del environ[name]
        environ.update(
            HTTP_X_IDENTITY_STATUS='Confirmed',
            HTTP_X_USER_ID=user_id,
            HTTP_X_PROJECT_ID=project_id,
            HTTP_X_ROLES=roles,
        )
        return self.application(environ, start_response)

    @staticmethod
    def _parse(token: str) -> tuple[str, str, str]:
        parts = token.split(':')
        if len(parts) != 3:
            return '', '', ''
        roles = [role.strip() for role in parts[2].split(',')]
        return parts[0], parts[1], ','.join(filter(None, roles))


def _names_identity(name: str) -> bool:
    return name == 'HTTP_OPENSTACK_SYSTEM_SCOPE' or name.startswith(
        (
            'HTTP_X_DOMAIN',
            'HTTP_X_IDENTITY',
            'HTTP_X_IS_ADMIN',
            'HTTP_X_PROJECT',
            'HTTP_X_ROLE',
            'HTTP_X_SERVICE',
            'HTTP_X_TENANT',
            'HTTP_X_USER',
        )
    )


class ContextMaker:
    """Put the request context into the environ, or answer 401."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        caller = context.RequestContext.from_environ(environ)
        if not caller.user_id:
            return _unauthorized(start_response)
        environ[ENVIRON_KEY] = caller
        return self.application(environ, start_response)


#: where the environ holds the request context
ENVIRON_KEY = 'nova_actions.context'


def _unauthorized(start_response: StartResponse) -> Iterable[bytes]:
    return errors.answer(
        start_response,
        401,
        _UNAUTHORIZED,
        ('WWW-Authenticate', 'noauth2 realm="nova-actions"'),
    )


def _keystone(
    application: WSGIApplication, conf: cfg.ConfigOpts
) -> WSGIApplication:
    # Only here, since keystonemiddleware takes long to import.
    from nova_actions.api import keystone

    return keystone.Keystone(application, conf)


def _noauth2(
    application: WSGIApplication, _conf: cfg.ConfigOpts
) -> WSGIApplication:
    return NoAuth2(application)


#: [api] auth_strategy -> what checks the token
STRATEGIES = {'keystone': _keystone, 'noauth2': _noauth2}


def protect(
    application: WSGIApplication, conf: cfg.ConfigOpts
) -> WSGIApplication:
    """Wrap an application in the token check of ``[api] auth_strategy``."""
    return STRATEGIES[conf.api.auth_strategy](ContextMaker(application), conf)
