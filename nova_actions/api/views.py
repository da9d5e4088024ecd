# SPDX-License-Identifier: Apache-2.0
"""Views: objects as JSON for clients."""

import datetime
from collections.abc import Collection, Iterable
from typing import Any

from oslo_serialization import jsonutils
from oslo_utils import timeutils

from nova_actions.api.links import Links
from nova_actions.objects.base import TIME_FIELDS
from nova_actions.objects.instance import InstanceRecord
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent

#: A JSON object.
View = dict[str, Any]

#: The maximum size of the items of one response, bytes: the whole response
#: is then below 5 MB.
MAX_BYTES = 4_900_000

_TIME_LENGTH = len('2026-01-01T00:00:00.000000')


#: The maximum size of an action, bytes: no text of it is longer than 255
#: characters.
ACTION_BYTES = 30_000


def bounded(views: Iterable[View], most: int = MAX_BYTES) -> list[View]:
    """Return as many of these, from the first, as fit into one response.

    :param most: the maximum size of each, bytes, where it is known: a few
        small ones need not be measured
    """
    views = list(views)
    if most * len(views) <= MAX_BYTES or sum(map(_most, views)) <= MAX_BYTES:
        return views
    taken: list[View] = []
    left = MAX_BYTES
    for view in views:
        left -= len(jsonutils.dumps(view)) + len(', ')
        if left < 0:
            break
        taken.append(view)
    return taken


def _most(view: View) -> int:
    """Return an upper bound of an item's size as JSON, bytes; faster than
    serializing it. A character takes up to twelve bytes."""
    return 100 * (1 + len(view)) + 12 * sum(map(len, map(str, view.values())))


def _plain(values: View) -> View:
    """Make values ready for JSON: times, which are UTC in objects, become
    text with microseconds and without a zone."""
    for name in values.keys() & TIME_FIELDS:
        if values[name] is not None:
            values[name] = values[name].isoformat('T', 'microseconds')[
                :_TIME_LENGTH
            ]
    return values


def action(record: InstanceAction, fields: Iterable[str]) -> View:
    """Return these fields of an action."""
    return _plain(record.values_of(fields))


def event(
    record: InstanceActionEvent,
    fields: Collection[str],
    project_id: str | None,
) -> View:
    """Return these fields of an event.

    :param project_id: salts ``hostId``, so that projects cannot compare
        hosts
    """
    plain = _plain(
        record.values_of(name for name in fields if name != 'hostId')
    )
    return {
        name: record.host_id(project_id) if name == 'hostId' else plain[name]
        for name in fields
    }


def server(record: InstanceRecord, address: Links) -> View:
    """Return what a client needs to identify a server."""
    path = f'servers/{record.uuid}'
    return {
        'id': record.uuid,
        'name': record.display_name,
        'links': [
            {'rel': 'self', 'href': address.resource(path)},
            {'rel': 'bookmark', 'href': address.bookmark(path)},
        ],
    }


def detailed_server(record: InstanceRecord, address: Links) -> View:
    """Return what clients usually need of a server, as far as it is
    known."""
    return {
        **server(record, address),
        'status': 'UNKNOWN',
        'hostId': '',
        'tenant_id': record.project_id,
        'user_id': record.user_id,
        'created': _second(record.created_at),
        'updated': _second(record.updated_at or record.created_at),
        'addresses': {},
        'metadata': {},
    }


def _second(value: datetime.datetime | None) -> str | None:
    if value is None:
        return None
    return timeutils.normalize_time(value).strftime('%Y-%m-%dT%H:%M:%SZ')
