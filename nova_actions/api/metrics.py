# SPDX-License-Identifier: Apache-2.0
"""Metrics of requests, and where they are told beside the API."""

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
#: What HTTP itself and browsers use; others may write any word.
_METHODS = ('GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE')


def note_route(environ: WSGIEnvironment, path: str) -> None:
    """Note which route a request takes.

    :param path: with its parameters as ``{name}``
    """
    environ[_ROUTE] = path


def observe(environ: WSGIEnvironment, status: str, seconds: float) -> None:
    """Note how long an answer took. A request that took no route, since it
    was refused before or there is none, counts as of an other one."""
    method = environ['REQUEST_METHOD']
    metrics.REQUEST_DURATION.observe(
        seconds,
        environ.get(_ROUTE, name.OTHER),
        method if method in _METHODS else name.OTHER,
        status,
    )


def beside(app: WSGIApplication, _conf: cfg.ConfigOpts) -> WSGIApplication:
    """Tell what is counted at ``/metrics``, without a token."""
    return health.Beside(app, _PATH, endpoint.application())
