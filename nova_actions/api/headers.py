# SPDX-License-Identifier: Apache-2.0
"""Headers of every response. A response is data for one caller: browsers must
not guess its type, and caches must not store it."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse
from wsgiref.types import WSGIApplication
from wsgiref.types import WSGIEnvironment

from oslo_config import cfg

if TYPE_CHECKING:
    from _typeshed import OptExcInfo

HEADERS = (
    ('Cache-Control', 'no-store'),
    ('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"),
    ('X-Content-Type-Options', 'nosniff'),
)


class _Adding:
    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        def start(
            status: str,
            headers: list[tuple[str, str]],
            *exc_info: 'OptExcInfo | None',
        ) -> Callable[[bytes], object]:
            given = {name.lower() for name, _ in headers}
            return start_response(
                status,
                [
                    *headers,
                    *(
                        header
                        for header in HEADERS
                        if header[0].lower() not in given
                    ),
                ],
                *exc_info,
            )

        return self.application(environ, start)


def on_every_answer(
    application: WSGIApplication, _conf: cfg.ConfigOpts
) -> WSGIApplication:
    """Wrap an application: each of its responses gets these headers."""
    return _Adding(application)
