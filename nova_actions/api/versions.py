# SPDX-License-Identifier: Apache-2.0
"""Version documents, by which clients discover the API."""

from nova_actions.api import behaviour
from nova_actions.api.request import Call
from nova_actions.api.route import LEGACY
from nova_actions.api.route import OWN
from nova_actions.api.views import View

_MEDIA_TYPES = [
    {
        'base': 'application/json',
        'type': 'application/vnd.openstack.compute+json;version=2.1',
    }
]
_OWN_MEDIA_TYPES = [{'base': 'application/json', 'type': 'application/json'}]


def index(call: Call) -> View:
    """Return the versions of the API: Nova's, of which the legacy one has no
    microversions, and our own."""
    return {
        'versions': [
            {
                'id': 'v2.0',
                'status': 'DEPRECATED',
                'version': '',
                'min_version': '',
                'updated': '2025-07-04T12:00:00Z',
                'links': [{'rel': 'self', 'href': call.links.version(LEGACY)}],
            },
            _version(call, 'v2.1'),
            _own(call),
        ]
    }


def show(call: Call) -> View:
    """Return the description of the version in the path."""
    if call.links.version_name == OWN:
        version = _own(call)
        version['links'].append(
            {
                'rel': 'describedby',
                'type': 'application/json',
                'href': f'{call.links.root}/openapi.json',
            }
        )
        return {'version': {**version, 'media-types': _OWN_MEDIA_TYPES}}
    version = _version(call, call.links.version_name)
    version['links'].append(
        {
            'rel': 'describedby',
            'type': 'text/html',
            'href': 'http://docs.openstack.org/',
        }
    )
    return {'version': {**version, 'media-types': _MEDIA_TYPES}}


def _version(call: Call, name: str) -> View:
    return {
        'id': 'v2.1',
        'status': 'CURRENT',
        'version': str(behaviour.MAX),
        'min_version': str(behaviour.MIN),
        # The date of Nova's v2.1; clients compare the text.
        'updated': '2013-07-23T11:33:21Z',
        'links': [{'rel': 'self', 'href': call.links.version(name)}],
    }


def _own(call: Call) -> View:
    service = behaviour.ACTION_LOG
    return {
        'id': 'v1.0',
        'status': 'CURRENT',
        'version': str(service.max),
        'min_version': str(service.min),
        'updated': '2026-11-27T00:00:00Z',
        'links': [{'rel': 'self', 'href': call.links.own().version(OWN)}],
    }
