# SPDX-License-Identifier: Apache-2.0
"""Request ids: in each response, and in each log line of a request, even
before its token has been checked."""

from collections.abc import Iterable
from wsgiref.types import StartResponse
from wsgiref.types import WSGIApplication
from wsgiref.types import WSGIEnvironment

from oslo_config import cfg
from oslo_context import context
from oslo_middleware import request_id

#: where the environ holds the log's context of a request without a token
ENVIRON_KEY = 'nova_actions.request'


class RequestIds(request_id.RequestId):
    """Send the request id in Nova's header as well."""

    compat_headers = ['x-compute-request-id']


class LogContext:
    """Set the context of the thread's log lines, which is still that of the
    previous request."""

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
