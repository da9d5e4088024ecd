# SPDX-License-Identifier: Apache-2.0
"""The page at /ui: static files that any browser may have. What they show
comes from /v1, with the user's own token."""

import pathlib
import re
from collections.abc import Iterable
from typing import Any
from urllib import parse
from wsgiref.types import StartResponse
from wsgiref.types import WSGIApplication
from wsgiref.types import WSGIEnvironment

import falcon
from falcon import routing
from oslo_config import cfg

PREFIX = '/ui'
FILES = pathlib.Path(__file__).parent / 'static'
INDEX = 'index.html'

_PATH = re.compile(f'{PREFIX}(/.*)?', re.DOTALL)


def content_security_policy(keystone_url: str | None) -> str:
    """Return what the page may load: its own files only, and no markup made
    of text but by its template library.

    :param keystone_url: where it may send passwords to
    """
    connect = "'self'"
    if keystone_url:
        address = parse.urlsplit(keystone_url)
        connect += f' {address.scheme}://{address.netloc}'
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src 'self'; connect-src {connect}; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types lit-html"
    )


class _Headers:
    """Adds its headers to each answer, and refuses all but reading."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self.values = {
            'Cache-Control': 'no-cache',
            'Content-Security-Policy': content_security_policy(
                conf.ui.keystone_url
            ),
            'Cross-Origin-Opener-Policy': 'same-origin',
            'Cross-Origin-Resource-Policy': 'same-origin',
            'Referrer-Policy': 'no-referrer',
        }

    def process_request(
        self, req: falcon.Request, resp: falcon.Response
    ) -> None:
        resp.set_headers(self.values)
        if req.method not in ('GET', 'HEAD'):
            raise falcon.HTTPMethodNotAllowed(['GET', 'HEAD'])

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, *_ignored: object
    ) -> None:
        # falcon 4.4 leaves the file open that it does not send.
        if req.method == 'HEAD':
            getattr(resp.stream, 'close', lambda: None)()


class _Slash:
    """Leads to where the addresses of the files are relative to."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.status = falcon.HTTP_308
        query = f'?{req.query_string}' if req.query_string else ''
        resp.set_header('Location', f'{PREFIX[1:]}/{query}')

    on_head = on_get


class _Settings:
    """Tells the page how its reader logs in."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self.conf = conf

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = {
            'auth_strategy': self.conf.api.auth_strategy,
            'keystone_url': self.conf.ui.keystone_url,
        }

    on_head = on_get


class _Beside:
    def __init__(self, application: WSGIApplication, page: Any) -> None:
        self.application = application
        self.page = page

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        is_ours = _PATH.fullmatch(environ.get('PATH_INFO') or '')
        app = self.page if is_ours else self.application
        result: Iterable[bytes] = app(environ, start_response)
        return result


def beside(
    application: WSGIApplication, conf: cfg.ConfigOpts
) -> WSGIApplication:
    """Mount the page at ``/ui`` where ``[api] ui`` is set."""
    if not conf.api.ui:
        return application
    page = falcon.App(middleware=_Headers(conf))
    page.add_route(PREFIX, _Slash())
    page.add_route(f'{PREFIX}/settings.json', _Settings(conf))
    page.add_static_route(PREFIX, FILES)
    page.add_sink(
        routing.StaticRoute(PREFIX, FILES, fallback_filename=INDEX),
        re.compile(f'{PREFIX}/$'),
    )
    return _Beside(application, page)
