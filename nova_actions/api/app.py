# SPDX-License-Identifier: Apache-2.0
"""The REST application: its routes, and the pipeline before them."""

import re
from collections.abc import Iterable
from wsgiref.types import StartResponse
from wsgiref.types import WSGIApplication
from wsgiref.types import WSGIEnvironment

import falcon
from falcon.routing import BaseConverter
from oslo_config import cfg
from oslo_middleware import cors
from oslo_middleware import http_proxy_to_wsgi
from oslo_middleware import sizelimit
from oslo_serialization import jsonutils

from nova_actions.api import access
from nova_actions.api import actions
from nova_actions.api import auth
from nova_actions.api import change_schemas
from nova_actions.api import changes
from nova_actions.api import errors
from nova_actions.api import headers
from nova_actions.api import health
from nova_actions.api import identity
from nova_actions.api import instance_actions
from nova_actions.api import metrics
from nova_actions.api import openapi
from nova_actions.api import request
from nova_actions.api import schemas
from nova_actions.api import search_schemas
from nova_actions.api import servers
from nova_actions.api import stat_schemas
from nova_actions.api import stats
from nova_actions.api import ui
from nova_actions.api import versions
from nova_actions.api import waiting
from nova_actions.api.route import LEGACY
from nova_actions.api.route import Route
from nova_actions.objects import base


def _document(_call: request.Call) -> schemas.Schema:
    return openapi.document(ROUTES)


ROUTES = (
    Route(
        '/',
        versions.index,
        public=True,
        versioned=False,
        query=schemas.any_query,
        answer=schemas.versions_answer,
        summary='List the versions of the API.',
    ),
    Route(
        '/openapi.json',
        _document,
        public=True,
        versioned=False,
        query=schemas.any_query,
        answer=schemas.document_answer,
        summary='Describe this API in OpenAPI 3.1.',
    ),
    Route(
        '/v2.1',
        versions.show,
        public=True,
        query=schemas.any_query,
        answer=schemas.version_answer,
        summary='Describe version 2.1 of the API.',
    ),
    Route(
        '/v2.1/',
        versions.show,
        public=True,
        query=schemas.any_query,
        answer=schemas.version_answer,
        summary='Describe version 2.1 of the API.',
    ),
    Route(
        '/v2',
        versions.show,
        public=True,
        query=schemas.any_query,
        answer=schemas.version_answer,
        summary='Describe version 2.1 of the API, at the legacy address.',
    ),
    Route(
        '/v2/',
        versions.show,
        public=True,
        query=schemas.any_query,
        answer=schemas.version_answer,
        summary='Describe version 2.1 of the API, at the legacy address.',
    ),
    Route(
        '/v1',
        versions.show,
        public=True,
        query=schemas.any_query,
        answer=schemas.version_answer,
        summary='Describe version 1 of the API of nova-actions.',
    ),
    Route(
        '/v1/',
        versions.show,
        public=True,
        query=schemas.any_query,
        answer=schemas.version_answer,
        summary='Describe version 1 of the API of nova-actions.',
    ),
    Route(
        '/v1/actions',
        actions.index,
        query=search_schemas.list_query,
        answer=search_schemas.list_answer,
        summary='Find actions across servers.',
    ),
    Route(
        '/v1/actions/{action}',
        actions.show,
        errors=(404, 409),
        query=search_schemas.show_query,
        answer=search_schemas.show_answer,
        summary='Show one action, with its steps.',
    ),
    Route(
        '/v1/changes',
        changes.index,
        errors=(410,),
        query=change_schemas.query,
        answer=change_schemas.answer,
        summary='List the changes since a cursor, or wait for the next ones.',
    ),
    Route(
        '/v1/stats',
        stats.index,
        query=stat_schemas.query,
        answer=stat_schemas.answer,
        summary='Count actions, or their steps: how they ended, and how '
        'long they took.',
    ),
    Route(
        '/v2.1/servers',
        servers.index,
        query=schemas.server_query,
        answer=schemas.servers_answer,
        summary='List servers, or find them by name.',
    ),
    Route(
        '/v2.1/servers/detail',
        servers.detail,
        query=schemas.server_query,
        answer=schemas.detailed_answer,
        summary='List servers with the few details that are known.',
    ),
    Route(
        '/v2.1/servers/{server_id}',
        servers.show,
        errors=(404,),
        query=schemas.any_query,
        answer=schemas.server_answer,
        summary='Show the few details that are known of a server.',
    ),
    Route(
        '/v2.1/servers/{server_id}/os-instance-actions',
        instance_actions.index,
        errors=(404,),
        query=schemas.list_query,
        answer=schemas.list_answer,
        summary='List the actions of a server, newest first.',
    ),
    Route(
        '/v2.1/servers/{server_id}/os-instance-actions/{request_id}',
        instance_actions.show,
        errors=(404,),
        query=schemas.show_query,
        answer=schemas.show_answer,
        summary='Show an action of a server with its events.',
    ),
)


_SLASHES = re.compile('/+')


def create(
    conf: cfg.ConfigOpts,
    room: waiting.Room | None = None,
    tells_metrics: bool = False,
) -> WSGIApplication:
    """Return the whole application.

    The policy and the database must have been set up from the same
    configuration.

    :param room: where requests wait for changes; pass one to be able to
        close it
    :param tells_metrics: whether to serve ``/metrics``, without a token
    :raises oslo_config.cfg.Error: an option has no valid value
    """
    _check_options(conf)
    core = _core(conf, room or waiting.Room(conf.api.threads))
    app: WSGIApplication = Gate(
        core,
        auth.protect(core, conf),
        frozenset(route.path for route in ROUTES if route.public),
    )
    # From the inside out. Each one's responses pass all that follow, so that
    # a browser can read a 401 (CORS) and every log line has the request id.
    beside = (
        health.beside,
        ui.beside,
        *((metrics.beside,) if tells_metrics else ()),
    )
    for wrap in (
        _size_limit,
        _faults,
        _proxy,
        _cors,
        *beside,
        headers.on_every_answer,
        identity.identified,
        _no_body_for_head,
        access.log,
    ):
        app = wrap(app, conf)
    return app


def _check_options(conf: cfg.ConfigOpts) -> None:
    """Read each option that requests need: oslo.config finds an invalid value
    only then, and a request would fail.

    :raises oslo_config.cfg.Error: one is invalid
    """
    for section in ('api', 'ui'):
        try:
            dict(conf[section])
        except ValueError as error:
            raise cfg.Error(f'[{section}] {error}') from error


class Gate:
    """Route requests that need no token past the token check.

    As in Nova, repeated slashes in the path are merged first.
    """

    def __init__(
        self,
        unguarded: WSGIApplication,
        guarded: WSGIApplication,
        paths: frozenset[str],
    ) -> None:
        self.unguarded = unguarded
        self.guarded = guarded
        self.paths = paths

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        path = _SLASHES.sub('/', environ.get('PATH_INFO') or '/')
        environ['PATH_INFO'] = path
        app = self.unguarded if path in self.paths else self.guarded
        return app(environ, start_response)


def _faults(app: WSGIApplication, _conf: cfg.ConfigOpts) -> WSGIApplication:
    return errors.FaultWrapper(app)


def _size_limit(app: WSGIApplication, conf: cfg.ConfigOpts) -> WSGIApplication:
    limiter: WSGIApplication = sizelimit.RequestBodySizeLimiter(app, conf)
    if not conf.oslo_middleware.max_request_body_size:
        return app

    def answer(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        # No handler reads a body, and without either header there is none
        # (RFC 9112, section 6.3).
        has_body = environ.get('CONTENT_LENGTH') or (
            'HTTP_TRANSFER_ENCODING' in environ
        )
        return (limiter if has_body else app)(environ, start_response)

    return answer


def _proxy(app: WSGIApplication, conf: cfg.ConfigOpts) -> WSGIApplication:
    proxy = http_proxy_to_wsgi.HTTPProxyToWSGI(app, conf)
    enabled = conf.oslo_middleware.enable_proxy_headers_parsing
    return proxy if enabled else app


def _cors(app: WSGIApplication, conf: cfg.ConfigOpts) -> WSGIApplication:
    filtered = cors.CORS(app, conf)
    return filtered if conf.cors.allowed_origin else app


def _no_body_for_head(
    app: WSGIApplication, _conf: cfg.ConfigOpts
) -> WSGIApplication:
    """Drop the body of an error response to HEAD: the client would read it
    as the beginning of the next response."""

    def answer(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        body = app(environ, start_response)
        if environ['REQUEST_METHOD'] != 'HEAD':
            return body
        getattr(body, 'close', lambda: None)()
        return ()

    return answer


class _Segment(BaseConverter):
    """A segment of a path: any text that is not empty."""

    pattern = re.compile('.+', re.DOTALL)

    def convert(self, value: str) -> str | None:
        return value if self.pattern.fullmatch(value) else None


class _Project(_Segment):
    """A project id, by the pattern of Nova's router."""

    pattern = re.compile('[0-9a-f-]+')


class _Endpoint:
    """Handles GET at one route."""

    def __init__(
        self,
        route: Route,
        template: str,
        conf: cfg.ConfigOpts,
        room: waiting.Room,
    ) -> None:
        self.route = route
        self.conf = conf
        self.room = room
        self.version_name = template.split('/')[1]
        self.versioned = route.versioned and (
            route.public or self.version_name != LEGACY
        )

    def on_get(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        project_id: str | None = None,
        **segments: str,
    ) -> None:
        metrics.note_route(req.env, self.route.path)
        call = request.begin(
            req,
            resp,
            self.route.query,
            self.conf,
            self.room,
            service=self.route.service,
            version_name=self.version_name,
            versioned=self.versioned,
            project_id=project_id,
        )
        # Remotables run in this process, whatever its default is.
        with base.local():
            answer = self.route.handler(call, **segments)
        resp.set_headers(call.headers)
        resp.content_type = request.answer_type(req)
        resp.text = jsonutils.dumps(answer)


class _PublicEndpoint(_Endpoint):
    """Handles HEAD, too."""

    on_head = _Endpoint.on_get


class _OnlyReading:
    """Answer 404 to every other method, as Nova does; except ``OPTIONS /``,
    which is HAProxy's health check."""

    def process_request(
        self, req: falcon.Request, _resp: falcon.Response
    ) -> None:
        if req.method not in ('GET', 'HEAD') and (req.method, req.path) != (
            'OPTIONS',
            '/',
        ):
            raise falcon.HTTPNotFound


def _core(conf: cfg.ConfigOpts, room: waiting.Room) -> WSGIApplication:
    app = falcon.App(middleware=_OnlyReading())
    app.router_options.converters['segment'] = _Segment
    app.router_options.converters['project'] = _Project
    app.add_error_handler((Exception, falcon.HTTPError), errors.handle)
    for route in ROUTES:
        endpoint = _PublicEndpoint if route.public else _Endpoint
        for template in route.templates:
            app.add_route(template, endpoint(route, template, conf, room))
    return app
