# SPDX-License-Identifier: Apache-2.0
"""Changes as ``/v1/changes`` tells them."""

from hypothesis import strategies

from nova_actions.db import status
from nova_actions.db.change import kind

OUTCOMES = (None, 'Success', 'Error', 'Interrupted', *status.STATUSES)
_names = strategies.text(
    strategies.characters(exclude_categories=['Cs']), min_size=1
)
_optional = strategies.none() | _names
#: A change as /v1/changes tells it, with whatever in it people may choose.
CHANGES = strategies.fixed_dictionaries(
    {
        'id': strategies.uuids().map(str),
        'cursor': strategies.just('abc'),
        'kind': strategies.sampled_from(kind.KINDS),
        'at': strategies.datetimes().map(
            lambda at: (
                at.replace(year=2026).isoformat(timespec='microseconds') + 'Z'
            )
        ),
        'started_at': strategies.none(),
        'outcome': strategies.sampled_from(OUTCOMES),
        'reason': _optional,
        'server': strategies.uuids().map(str),
        'server_name': _optional,
        'project_id': _names,
        'user_id': _optional,
        'action': _names,
        'action_uuid': strategies.uuids().map(str),
        'event': _optional,
        'event_uuid': strategies.none() | strategies.uuids().map(str),
        'request_id': _optional,
        'global_request_id': _optional,
    },
    optional={'host': _names},
)


def example():
    """Return one of them."""
    return {
        'id': '0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a',
        'cursor': 'abc',
        'kind': kind.ACTION_ENDED,
        'at': '2026-11-27T12:00:00.000001Z',
        'started_at': None,
        'outcome': None,
        'reason': None,
        'server': '0b0b0b0b-0b0b-0b0b-0b0b-0b0b0b0b0b0b',
        'server_name': 'web',
        'project_id': 'demo',
        'user_id': 'alice',
        'action': 'reboot',
        'action_uuid': '0c0c0c0c-0c0c-0c0c-0c0c-0c0c0c0c0c0c',
        'event': None,
        'event_uuid': None,
        'request_id': None,
        'global_request_id': None,
    }


def line(module, change):
    """Return a change as a format's module writes it, which is to be one
    line."""
    found = module.line(change)
    assert found.splitlines() == [found], found
    return found
