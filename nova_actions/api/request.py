# SPDX-License-Identifier: Apache-2.0
"""What a handler gets: a request whose outer form has been checked."""

import dataclasses
import functools
from collections.abc import Callable

import falcon
from oslo_config import cfg

from nova_actions import exception
from nova_actions import validation
from nova_actions.api import auth
from nova_actions.api import behaviour
from nova_actions.api import links
from nova_actions.api import query
from nova_actions.api import schemas
from nova_actions.api import waiting
from nova_actions.context import RequestContext

#: the media types of requests and of answers
MEDIA_TYPES = ('application/json', 'application/vnd.openstack.compute+json')
# What some WSGI servers set when the request has no Content-Type.
_NO_TYPE = ('', 'text/plain')

#: a well-formed id that nothing has
NO_ID = '~' * validation.ID_LIMIT

SchemaOf = Callable[[behaviour.Behaviour], schemas.Schema]


@dataclasses.dataclass(frozen=True)
class Call:
    """What a handler needs to know of a request.

    :param context: None on routes that need no token
    :param query: the parameters that the route's schema names, checked; one
        that may be given more than once has a list of values
    :param room: where to wait for changes
    :param headers: the handler may add headers of the response here
    """

    context: RequestContext | None
    rules: behaviour.Behaviour
    query: query.Parameters
    links: links.Links
    conf: cfg.ConfigOpts
    room: waiting.Room
    headers: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def limit(self) -> int:
        """The maximum number of items in the response: the caller's limit,
        at most ``[api] max_limit``."""
        return self.limited(self.conf.api.max_limit)

    def limited(self, default: int) -> int:
        """Return the same, with a default for callers without a limit."""
        maximum: int = self.conf.api.max_limit
        return min(int(self.query.get('limit', default)), maximum)

    @property
    def caller(self) -> RequestContext:
        """The context of a route that needs a token."""
        if self.context is None:
            raise RuntimeError('a route without a token has no caller')
        return self.context


def begin(
    req: falcon.Request,
    resp: falcon.Response,
    query_schema: SchemaOf,
    conf: cfg.ConfigOpts,
    room: waiting.Room,
    *,
    service: behaviour.Service,
    version_name: str,
    versioned: bool,
    project_id: str | None,
) -> Call:
    """Check the outer form of a request, in Nova's order: microversion,
    Content-Type, project in the path, query.

    :param service: the service whose microversions apply
    :param version_name: the first segment of the path
    :param versioned: whether the route has microversions
    :param project_id: the project in the path, if there is one
    :raises falcon.HTTPError: for the first check that fails
    """
    version = service.min
    if versioned:
        version = behaviour.negotiate(req.headers, service)
        # A 406 has these headers, too.
        resp.set_headers(behaviour.answer_headers(version, service))
        behaviour.check_served(version, service)
    _check_content_type(req.content_type or '')
    caller = req.env.get(auth.ENVIRON_KEY)
    if project_id is not None:
        _check_project(project_id, caller)
    rules = behaviour.behaviour(version)
    parameters = _checker(query_schema, rules).check(
        query.parse_query(req.query_string)
    )
    address = links.Links(
        root=links.root_url(req),
        project_id=project_id,
        version_name=version_name,
        prefix=conf.api.compute_link_prefix,
        public_url=conf.api.public_url,
    )
    return Call(
        context=caller,
        rules=rules,
        query=parameters,
        conf=conf,
        room=room,
        links=address if service is behaviour.COMPUTE else address.own(),
    )


@functools.cache
def _checker(
    query_schema: SchemaOf, rules: behaviour.Behaviour
) -> query.Checker:
    return query.Checker(query_schema(rules))


def identifier(value: str) -> str:
    """Return an id that the objects accept. In REST an id may be any text: an
    impossible one is not found, after the rule has been checked."""
    try:
        return validation.request_id('request_id', value)
    except exception.InvalidInput:
        return NO_ID


def answer_type(req: falcon.Request) -> str:
    """Return the media type of the response by the Accept header; JSON when
    it names none of ours."""
    return req.client_prefers(MEDIA_TYPES) or MEDIA_TYPES[0]


def _check_content_type(value: str) -> None:
    if value.partition(';')[0] not in (*_NO_TYPE, *MEDIA_TYPES):
        raise falcon.HTTPUnsupportedMediaType(
            description='The Content-Type of the request is not supported.'
        )


def _check_project(project_id: str, caller: RequestContext | None) -> None:
    own = caller.project_id if caller else None
    if project_id != own:
        raise falcon.HTTPBadRequest(
            description='Malformed request URL: its project_id '
            f'{project_id!r} is not that of the token, '
            f'{own!r}.'
        )
