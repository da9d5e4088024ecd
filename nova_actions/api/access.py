# SPDX-License-Identifier: Apache-2.0
"""The access log: one line per request, under any WSGI server.

Only the path of the address is logged, percent-encoded: a query may contain
private data.
"""

import time
import urllib.parse
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse
from wsgiref.types import WSGIApplication
from wsgiref.types import WSGIEnvironment

from oslo_config import cfg
from oslo_context.context import RequestContext
from oslo_log import log as logging

from nova_actions.api import auth
from nova_actions.api import health
from nova_actions.api import identity
from nova_actions.api import metrics
from nova_actions.objects import text

if TYPE_CHECKING:
    from _typeshed import OptExcInfo

LOG = logging.getLogger(__name__)

#: The maximum length of a name or a path in the log, characters.
LIMIT = 255
NONE = '-'
#: Characters that are not quoted, besides letters and digits; no blank and no
#: quote, so that a line can be parsed.
SAFE = "/:~@!$&'()*+,;=[]"


class AccessLog:
    """Log each response of an application: client address, method, path,
    status, size of the body, duration, request id and user. Successful health
    checks are logged at level DEBUG."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        began = time.monotonic()
        statuses = ['500']
        method = environ['REQUEST_METHOD']
        path = environ.get('SCRIPT_NAME', '') + environ.get('PATH_INFO', '')

        def start(
            status: str,
            headers: list[tuple[str, str]],
            *exc_info: 'OptExcInfo | None',
        ) -> Callable[[bytes], object]:
            statuses.append(status.partition(' ')[0])
            return start_response(status, headers, *exc_info)

        body = self.application(environ, start)
        try:
            # Our responses are of limited size.
            parts = list(body)
        finally:
            getattr(body, 'close', lambda: None)()
        caller = environ.get(auth.ENVIRON_KEY)
        is_probe = health.is_probe(method, path) and statuses[-1] < '400'
        took = time.monotonic() - began
        metrics.observe(environ, statuses[-1], took)
        note(
            environ.get('REMOTE_ADDR'),
            method,
            path,
            statuses[-1],
            sum(map(len, parts)),
            took,
            environ.get(identity.ENVIRON_KEY),
            caller,
            logging.DEBUG if is_probe else logging.INFO,
        )
        return parts


def note(
    address: str | None,
    method: str | None,
    path: str | None,
    status: str,
    size: int,
    seconds: float,
    request: RequestContext | None = None,
    caller: RequestContext | None = None,
    level: int = logging.INFO,
) -> None:
    """Log a response.

    :param path: as in the WSGI environ
    :param size: of the body, bytes
    :param request: the context of the request before its token was checked
    :param caller: its context after that; None without a valid token
    """
    if LOG.isEnabledFor(level):
        LOG.log(
            level,
            '%s "%s %s" status: %s len: %d time: %.1f ms request: %s user: %s',
            address or NONE,
            _quoted(method),
            _quoted(path and text.sanitizer().name(path)),
            status,
            size,
            seconds * 1000,
            request.request_id if request else NONE,
            _quoted(caller.user_id if caller else None),
            # Not the context of the thread's previous request.
            extra={'context': caller or request},
        )


def _quoted(value: str | None) -> str:
    return (
        urllib.parse.quote((value or '')[:LIMIT], SAFE, 'latin-1', 'replace')
        or NONE
    )


def log(app: WSGIApplication, _conf: cfg.ConfigOpts) -> WSGIApplication:
    """Wrap an application in the access log."""
    return AccessLog(app)
