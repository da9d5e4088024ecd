# SPDX-License-Identifier: Apache-2.0
"""The handlers of os-instance-actions: list and show."""

import functools

from nova_actions import exception
from nova_actions import policies
from nova_actions.api import request
from nova_actions.api import views
from nova_actions.api.request import Call
from nova_actions.api.views import View
from nova_actions.objects import gate
from nova_actions.objects import instance
from nova_actions.objects import instance_action

#: the maximum number of actions in a list without pages
UNPAGED_LIMIT = 10_000

#: fields of an event that have a rule of their own
_RULE_OF_FIELD = {
    'traceback': policies.EVENTS,
    'host': policies.EVENTS,
    'details': policies.EVENTS_DETAILS,
}


def index(call: Call, server_id: str) -> View:
    """Return a server's actions, newest first.

    :raises InstanceNotFound: for an unknown or a foreign server
    :raises PolicyNotAuthorized: when the rule ``list`` fails
    :raises InvalidInput: for an inverted time window
    :raises MarkerNotFound: for an unknown marker
    """
    record = _lookup(call, server_id)
    paged = 'limit' in call.rules.list_parameters
    limit = call.limit if paged else UNPAGED_LIMIT
    actions = _page(call, record.uuid, limit, call.query.get('marker'))
    shown = views.bounded(
        (views.action(action, call.rules.action_fields) for action in actions),
        views.ACTION_BYTES,
    )
    answer: View = {'instanceActions': shown}
    marker = actions[len(shown) - 1].marker if shown else None
    is_last = len(actions) < limit and len(shown) == len(actions)
    if paged and marker and not is_last:
        answer['links'] = [
            {
                'rel': 'next',
                'href': call.links.collection(
                    f'servers/{server_id}/os-instance-actions',
                    {**call.query, 'marker': marker},
                ),
            }
        ]
    return answer


def show(call: Call, server_id: str, request_id: str) -> View:
    """Return one action of a server, with its newest events if the caller
    may see them.

    :raises InstanceNotFound: for an unknown or a foreign server
    :raises PolicyNotAuthorized: when the rule ``show`` fails
    :raises InstanceActionNotFound: when the server has no such action
    """
    record = _lookup(call, server_id)
    action = instance_action.InstanceAction.get_by_request_id(
        call.caller, record.uuid, request.identifier(request_id)
    )
    if action is None:
        raise exception.InstanceActionNotFound(
            request_id=request_id, instance_uuid=record.uuid
        )
    view = views.action(action, call.rules.action_fields)
    if call.rules.owner_sees_events or _may(call, policies.EVENTS, record):
        fields = [
            name
            for name in call.rules.event_fields
            if name not in _RULE_OF_FIELD
            or _may(call, _RULE_OF_FIELD[name], record)
        ]
        view['events'] = views.bounded(
            views.event(event, fields, action.project_id or record.project_id)
            for event in action.events
        )
    return {'instanceAction': view}


def _page(
    call: Call, server_id: str, limit: int, marker: str | None
) -> list[instance_action.InstanceAction]:
    try:
        actions = instance_action.InstanceActionList
        return actions.in_pages(
            functools.partial(
                actions.get_by_instance_uuid,
                call.caller,
                server_id,
                filters={
                    name: value
                    for name, value in call.query.items()
                    if name.startswith('changes-')
                },
            ),
            limit,
            None if marker is None else request.identifier(marker),
        )
    except exception.MarkerNotFound:
        raise exception.MarkerNotFound(marker=marker) from None


def _lookup(call: Call, server_id: str) -> instance.InstanceRecord:
    return instance.InstanceRecord.lookup(
        call.caller,
        server_id,
        read_deleted='yes' if call.rules.deleted_visible else 'no',
    )


def _may(call: Call, rule: str, record: instance.InstanceRecord) -> bool:
    allowed: bool = call.caller.can(
        rule,
        gate.target_of(
            {'project_id': record.project_id, 'user_id': record.user_id}
        ),
        fatal=False,
    )
    return allowed
