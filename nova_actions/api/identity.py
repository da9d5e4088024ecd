# SPDX-License-Identifier: Apache-2.0
"""The id of a request: in its answer, and in each line of the log that it
causes, before its token is looked at, too."""

from collections.abc import Iterable
from wsgiref.types import StartResponse
from wsgiref.types import WSGIApplication
from wsgiref.types import WSGIEnvironment

from oslo_config import cfg
from oslo_context import context
from oslo_middleware import request_id

#: where the environ holds what the log knows of a request without a token
ENVIRON_KEY = 'nova_actions.request'


class RequestIds(request_id.RequestId):
    """Name the request in Nova's header as well."""

    compat_headers = ['x-compute-request-id']


class LogContext:
    """Have the thread work on this request, to the log: it still works on
    the one before."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        environ[ENVIRON_KEY] = context.RequestContext(
            request_id=environ[request_id.ENV_REQUEST_ID],
            global_request_id=environ.get(request_id.GLOBAL_REQ_ID),
        )
        return self.application(environ, start_response)


def identified(app: WSGIApplication, conf: cfg.ConfigOpts) -> WSGIApplication:
    """Give each request of an application an id."""
    return RequestIds(LogContext(app), conf)
