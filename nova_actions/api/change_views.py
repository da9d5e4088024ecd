# SPDX-License-Identifier: Apache-2.0
"""A change, as a client reads it."""

from nova_actions.api import search_views
from nova_actions.api.views import View
from nova_actions.objects.change import Change


def change(record: Change) -> View:
    """Return a change; ``host`` of a step, for who may see it."""
    found: View = {
        'kind': record.kind,
        'at': search_views.time(record.happened_at),
        'started_at': search_views.time(record.start_time),
        'outcome': record.outcome,
        'reason': record.reason,
        'server': record.instance_uuid,
        'server_name': record.display_name,
        'project_id': record.project_id,
        'user_id': record.user_id,
        'action': record.action,
        'action_uuid': record.action_uuid,
        'event': record.event,
        'event_uuid': record.event_uuid,
        'request_id': record.request_id,
        'global_request_id': record.global_request_id,
    }
    if record.host is not None:
        found['host'] = record.host
    return found
