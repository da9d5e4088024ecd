# SPDX-License-Identifier: Apache-2.0
"""Microversions: what each compute microversion changes here, and which one
a request asks for, of Nova's API or of ours.

Only :data:`CHANGES` has version numbers; handlers, views, schemas and the
OpenAPI document read the :class:`Behaviour` that is built from it.
"""

import dataclasses
import functools
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import falcon
import microversion_parse

HEADER = 'OpenStack-API-Version'
LEGACY_HEADER = 'X-OpenStack-Nova-API-Version'

# ASCII digits only, the whole text, no leading zeros; no more of them than
# Python turns into a number.
_VERSION = re.compile(r'([1-9][0-9]{0,4299})\.(0|[1-9][0-9]{0,4299})')


class Version(NamedTuple):
    """A microversion; compares as numbers."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f'{self.major}.{self.minor}'


#: Names of fields of a :class:`Behaviour` -> what is added to a tuple, or
#: what a flag becomes.
Change = Mapping[str, tuple[str, ...] | bool]


@dataclasses.dataclass(frozen=True)
class Behaviour:
    """How the resource behaves at one microversion."""

    #: keys of an action in list and show
    action_fields: tuple[str, ...] = ()
    #: keys of an event for a caller who may see all of them
    event_fields: tuple[str, ...] = ()
    #: query parameters that the list understands
    list_parameters: tuple[str, ...] = ()
    #: refuse unknown query parameters of the list, or of show
    list_strict: bool = False
    show_strict: bool = False
    #: the actions of deleted servers can be read
    deleted_visible: bool = False
    #: callers who may show an action see its events, without some fields
    owner_sees_events: bool = False

    def extended(self, change: Change) -> 'Behaviour':
        """Return this behaviour with a row of :data:`CHANGES` applied:
        tuples grow, flags are replaced."""
        values: dict[str, Any] = {
            name: (*getattr(self, name), *value)
            if isinstance(value, tuple)
            else value
            for name, value in change.items()
        }
        return dataclasses.replace(self, **values)


#: first version -> what changes from there on (Nova's REST API history)
CHANGES: Mapping[Version, Change] = {
    Version(2, 1): {
        'action_fields': (
            'action',
            'instance_uuid',
            'request_id',
            'user_id',
            'project_id',
            'start_time',
            'message',
        ),
        'event_fields': (
            'event',
            'start_time',
            'finish_time',
            'result',
            'traceback',
        ),
    },
    Version(2, 21): {'deleted_visible': True},
    Version(2, 51): {'owner_sees_events': True},
    Version(2, 58): {
        'action_fields': ('updated_at',),
        'list_parameters': ('limit', 'marker', 'changes-since'),
        'list_strict': True,
    },
    Version(2, 62): {'event_fields': ('host', 'hostId')},
    Version(2, 66): {'list_parameters': ('changes-before',)},
    Version(2, 84): {'event_fields': ('details',)},
    Version(2, 102): {'show_strict': True},
}

MIN = Version(2, 1)
MAX = Version(2, 104)


@dataclasses.dataclass(frozen=True)
class Service:
    """An API with microversions of its own.

    :param type: the service type, in the header and in Keystone's catalog
    :param legacy_header: an older header that also names the version
    """

    type: str
    min: Version
    max: Version
    legacy_header: str | None = None

    @property
    def headers(self) -> list[str]:
        """The names of the headers that tell the version."""
        return [HEADER, *filter(None, [self.legacy_header])]


COMPUTE = Service('compute', MIN, MAX, LEGACY_HEADER)
ACTION_LOG = Service('instance-actions', Version(1, 0), Version(1, 0))


@functools.cache
def behaviour(version: Version) -> Behaviour:
    """Return the behaviour at a supported version."""
    result = Behaviour()
    for since, change in sorted(CHANGES.items()):
        if since <= version:
            result = result.extended(change)
    return result


def introduced(name: str, value: str) -> Version:
    """Return the version that added a value to a tuple of a Behaviour."""
    return min(
        since
        for since, change in CHANGES.items()
        if isinstance(added := change.get(name), tuple) and value in added
    )


def negotiate(
    headers: Mapping[str, str], service: Service = COMPUTE
) -> Version:
    """Return the version that the request's headers ask for.

    It may be unsupported: see :func:`check_served`.

    :raises falcon.HTTPBadRequest: for a malformed version
    """
    asked = microversion_parse.get_version(
        dict(headers), service.type, legacy_headers=service.headers[1:]
    )
    if asked is None:
        return service.min
    if asked == 'latest':
        return service.max
    match = _VERSION.fullmatch(asked)
    if match is None:
        raise falcon.HTTPBadRequest(
            description=f'API version {asked!r} is malformed: it must be of '
            'the form MajorNum.MinorNum.'
        )
    return Version(int(match[1]), int(match[2]))


def check_served(version: Version, service: Service = COMPUTE) -> None:
    """Check that a version is supported.

    :raises falcon.HTTPNotAcceptable: when it is too low or too high
    """
    if not service.min <= version <= service.max:
        raise falcon.HTTPNotAcceptable(
            description=f'Version {version} is not supported by the API. '
            f'Minimum is {service.min} and maximum is '
            f'{service.max}.'
        )


def answer_headers(
    version: Version, service: Service = COMPUTE
) -> dict[str, str]:
    """Return the headers that name the version of a response."""
    return {
        **{name: str(version) for name in service.headers},
        HEADER: f'{service.type} {version}',
        'Vary': ', '.join(service.headers),
    }
