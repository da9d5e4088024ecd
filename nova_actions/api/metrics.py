# SPDX-License-Identifier: Apache-2.0
"""Metrics of requests, and their endpoint beside the API."""

import re
from wsgiref.types import WSGIApplication
from wsgiref.types import WSGIEnvironment

from oslo_config import cfg

from nova_actions import metrics
from nova_actions.api import health
from nova_actions.metrics import endpoint
from nova_actions.metrics import name

_PATH = re.compile('/+metrics/*')
_ROUTE = 'nova_actions.route'
#: The usual methods; a client may send any word.
_METHODS = ('GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE')


def note_route(environ: WSGIEnvironment, path: str) -> None:
    """Note the route of a request.

    :param path: with its parameters as ``{name}``
    """
    environ[_ROUTE] = path


def observe(environ: WSGIEnvironment, status: str, seconds: float) -> None:
    """Observe the duration of a response. A request without a route (refused
    before, or there is none) counts under the route ``other``."""
    method = environ['REQUEST_METHOD']
    metrics.REQUEST_DURATION.observe(
        seconds,
        environ.get(_ROUTE, name.OTHER),
        method if method in _METHODS else name.OTHER,
        status,
    )


def beside(app: WSGIApplication, _conf: cfg.ConfigOpts) -> WSGIApplication:
    """Serve the metrics at ``/metrics``, without a token."""
    return health.Beside(app, _PATH, endpoint.application())
