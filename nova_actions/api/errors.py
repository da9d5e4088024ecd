# SPDX-License-Identifier: Apache-2.0
"""The one table from errors to HTTP, and the body of an error.

Bodies are Nova's: ``{"itemNotFound": {"code": 404, "message": "…"}}``.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import NotRequired, TypedDict
from wsgiref.types import StartResponse
from wsgiref.types import WSGIApplication
from wsgiref.types import WSGIEnvironment

import falcon
from oslo_serialization import jsonutils

from nova_actions import exception

LOG = logging.getLogger(__name__)

CONTENT_TYPE = 'application/json; charset=UTF-8'

#: exception -> status; the first match counts
STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (exception.MarkerNotFound, 400),
    (exception.ChangesGone, 410),
    (exception.NotFound, 404),
    (exception.Invalid, 400),
    (exception.Conflict, 409),
    (exception.Forbidden, 403),
    (exception.Unavailable, 503),
    # A method that a route does not have is a route that does not exist.
    (falcon.HTTPMethodNotAllowed, 404),
    (falcon.HTTPNotFound, 404),
)

#: status -> the key in the body of an error; NAME_OF_OTHERS for the rest
NAMES = {
    400: 'badRequest',
    401: 'unauthorized',
    403: 'forbidden',
    404: 'itemNotFound',
    409: 'conflictingRequest',
    410: 'gone',
    413: 'overLimit',
    415: 'badMediaType',
    503: 'serviceUnavailable',
}
NAME_OF_OTHERS = 'computeFault'

_TEXTS = {
    404: 'The resource could not be found.',
    500: 'The server met an unexpected condition; its log has the details '
    'under the request id of this answer.',
}


class Error(TypedDict):
    """The body of an error, below its name."""

    code: int
    message: str
    candidates: NotRequired[Sequence[object]]


def status_of(error: Exception) -> int:
    """Return the HTTP status of an error; 500 for an unexpected one."""
    for family, status in STATUSES:
        if isinstance(error, family):
            return status
    if isinstance(error, falcon.HTTPError):
        return error.status_code
    return 500


def message_of(error: Exception, status: int) -> str:
    """Return the message of an error for a client: nothing specific for an
    unexpected one."""
    if isinstance(error, exception.ActionsException):
        return error.format_message()
    if isinstance(error, falcon.HTTPError) and error.description:
        return error.description
    return _TEXTS.get(status) or falcon.code_to_http_status(status)[4:] + '.'


def headers_of(error: Exception) -> dict[str, str]:
    """Return the headers that an error adds to its response."""
    retry_after = getattr(error, 'kwargs', {}).get('retry_after')
    if isinstance(error, exception.StatTooLarge):
        # The same question has the same answer later.
        return {}
    if isinstance(error, exception.Unavailable):
        return {'Retry-After': str(max(1, round(retry_after or 1)))}
    return {}


def body(
    status: int, message: str, candidates: Sequence[object] | None = None
) -> dict[str, Error]:
    """Return the body of an error.

    :param candidates: what an ambiguous identifier may mean
    """
    error: Error = {'code': status, 'message': message}
    if candidates:
        error['candidates'] = candidates
    return {NAMES.get(status, NAME_OF_OTHERS): error}


def handle(
    req: falcon.Request,
    resp: falcon.Response,
    error: Exception,
    params: dict[str, object],
) -> None:
    """Make the response to an error; falcon calls this for every error."""
    status = status_of(error)
    if status == 500:
        LOG.error(
            'Unexpected error at %s %s', req.method, req.path, exc_info=error
        )
    resp.status = falcon.code_to_http_status(status)
    resp.set_headers(headers_of(error))
    resp.content_type = CONTENT_TYPE
    resp.text = jsonutils.dumps(
        body(
            status,
            message_of(error, status),
            getattr(error, 'kwargs', {}).get('candidates'),
        )
    )


def answer(
    start_response: StartResponse,
    status: int,
    message: str,
    *headers: tuple[str, str],
) -> list[bytes]:
    """Make an error response as a WSGI application, for middleware in front
    of falcon."""
    content = jsonutils.dump_as_bytes(body(status, message))
    start_response(
        falcon.code_to_http_status(status),
        [
            ('Content-Type', CONTENT_TYPE),
            ('Content-Length', str(len(content))),
            *headers,
        ],
    )
    return [content]


class FaultWrapper:
    """Turn any exception of a middleware into a 500 without details."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        try:
            return self.application(environ, start_response)
        except Exception:
            LOG.exception('Unexpected error before the API was reached')
            return answer(start_response, 500, _TEXTS[500])
