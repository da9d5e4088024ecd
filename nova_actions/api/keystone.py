# SPDX-License-Identifier: Apache-2.0
"""Tokens, checked by Keystone."""

import logging
from collections.abc import Iterable
from wsgiref.types import StartResponse
from wsgiref.types import WSGIApplication
from wsgiref.types import WSGIEnvironment

from keystoneauth1 import exceptions
from keystoneauth1 import loading
from keystonemiddleware import auth_token
from oslo_config import cfg

from nova_actions.api import errors

LOG = logging.getLogger(__name__)

_NOBODY_TO_ASK = (
    'The identity service cannot be asked about the token; try again later.'
)


class Keystone:
    """Have keystonemiddleware ask Keystone; 503 when it cannot even find
    it, as in a service catalog that is empty."""

    def __init__(
        self, application: WSGIApplication, conf: cfg.ConfigOpts
    ) -> None:
        self.application: WSGIApplication = auth_token.AuthProtocol(
            application, {'oslo_config_config': conf}
        )

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        try:
            return self.application(environ, start_response)
        except exceptions.ClientException as error:
            LOG.error(
                'Tokens cannot be checked, see [keystone_authtoken] '
                'and the endpoints of the identity service: %s',
                ' '.join(str(error).split()),
            )
            return errors.answer(
                start_response, 503, _NOBODY_TO_ASK, ('Retry-After', '30')
            )


def ask(conf: cfg.ConfigOpts, timeout: float) -> None:
    """Get a token of our own and look for the endpoint that tokens are
    checked at, as keystonemiddleware will.

    :param timeout: of each request, seconds
    :raises keystoneauth1.exceptions.ClientException: when that fails
    """
    options = conf.keystone_authtoken
    session = loading.session.Session().load_from_options(
        auth=loading.load_auth_from_conf_options(
            conf, options.auth_section or 'keystone_authtoken'
        ),
        cert=options.certfile,
        key=options.keyfile,
        cacert=options.cafile,
        insecure=options.insecure,
        timeout=timeout,
    )
    session.get_token()
    if (
        session.get_endpoint(
            service_type='identity',
            interface=options.interface,
            region_name=options.region_name,
        )
        is None
    ):
        raise exceptions.EndpointNotFound(
            f'the catalog has no {options.interface} endpoint of the identity '
            'service'
        )
