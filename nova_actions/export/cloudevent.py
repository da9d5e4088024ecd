# SPDX-License-Identifier: Apache-2.0
"""Changes as CloudEvents (1.0, CNCF), in JSON."""

import datetime

from cloudevents.core.formats import json
from cloudevents.core.v1 import event

from nova_actions import export

_FORMAT = json.JSONFormat()
_SOURCE = '/nova-actions'
_TYPE = 'org.openstack.nova_actions.'


def line(change: export.Change) -> str:
    """Return a change as a line without its newline; its ``subject`` is the
    server."""
    return _FORMAT.write(
        event.CloudEvent(
            {
                'id': change['id'],
                'source': _SOURCE,
                'type': _TYPE + change['kind'],
                'subject': change['server'],
                'time': datetime.datetime.fromisoformat(change['at']),
                'datacontenttype': 'application/json',
            },
            change,
        )
    ).decode()
