# SPDX-License-Identifier: Apache-2.0
"""Microversions: what each one of compute changes here, and which one is
asked, of Nova's API or of ours.

:data:`CHANGES` is the only place that knows a version number; handlers,
views, schemas and the OpenAPI document read the :class:`Behaviour` made of
it.
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
    #: keys of an event for somebody who may see all of them
    event_fields: tuple[str, ...] = ()
    #: query parameters of the list that mean something
    list_parameters: tuple[str, ...] = ()
    #: unknown query parameters of the list, of show are refused
    list_strict: bool = False
    show_strict: bool = False
    #: a deleted server's actions can be read
    deleted_visible: bool = False
    #: who may show the action sees its events, though not every field
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

    :param type: as it stands in the header and in Keystone's catalog
    :param legacy_header: a header of old that names the version, too
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
    """Return the behaviour at a version that is served."""
    result = Behaviour()
    for since, change in sorted(CHANGES.items()):
        if since <= version:
            result = result.extended(change)
    return result


def introduced(name: str, value: str) -> Version:
    """Return the version that brought a value of a tuple in Behaviour."""
    return min(
        since
        for since, change in CHANGES.items()
        if isinstance(added := change.get(name), tuple) and value in added
    )


def negotiate(
    headers: Mapping[str, str], service: Service = COMPUTE
) -> Version:
    """Return the version that the request's headers ask for.

    It may lie outside of what is served: see :func:`check_served`.

    :raises falcon.HTTPBadRequest: for a version that is none
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
    """Raise unless the version is one that we serve.

    :raises falcon.HTTPNotAcceptable: for one below or above
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
    """Return the headers that name the version of an answer."""
    return {
        **{name: str(version) for name in service.headers},
        HEADER: f'{service.type} {version}',
        'Vary': ', '.join(service.headers),
    }
