# SPDX-License-Identifier: Apache-2.0
"""A request once its outer form is found good: what a handler is given."""

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
# What some WSGI servers put in when the request has no Content-Type.
_NO_TYPE = ('', 'text/plain')

#: has the shape of an id, and nothing has it
NO_ID = '~' * validation.ID_LIMIT

SchemaOf = Callable[[behaviour.Behaviour], schemas.Schema]


@dataclasses.dataclass(frozen=True)
class Call:
    """What a handler needs of a request.

    :param context: None on routes that need no token
    :param query: the checked parameters that mean something here; one that
        may be given more than once has a list of values
    :param room: where to wait for something to happen
    :param headers: what a handler adds to those of the answer
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
        """How many items the caller wants, and may get, at the most."""
        return self.limited(self.conf.api.max_limit)

    def limited(self, default: int) -> int:
        """Return the same where fewer are given to who does not say."""
        maximum: int = self.conf.api.max_limit
        return min(int(self.query.get('limit', default)), maximum)

    @property
    def caller(self) -> RequestContext:
        """The context of a route that needs a token."""
        if self.context is None:
            raise RuntimeError('a route without a token asks for its caller')
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

    :param service: whose microversions they are
    :param version_name: the first segment of the path
    :param versioned: whether microversions are looked at
    :param project_id: the project that the path names, if it names one
    :raises falcon.HTTPError: for the first check that fails
    """
    version = service.min
    if versioned:
        version = behaviour.negotiate(req.headers, service)
        # The refusal of a version names the version, too.
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
    """Return an id that objects take: over REST ids have no shape, and what
    cannot be one is just not found, after the rule was asked."""
    try:
        return validation.request_id('request_id', value)
    except exception.InvalidInput:
        return NO_ID


def answer_type(req: falcon.Request) -> str:
    """Return the media type of an answer, by the Accept header; JSON when
    it asks for none that we have."""
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
