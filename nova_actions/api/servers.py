# SPDX-License-Identifier: Apache-2.0
"""The part of Nova's servers resource that clients need to find a server."""

from collections.abc import Callable

from oslo_utils import strutils

from nova_actions import exception
from nova_actions.api import request
from nova_actions.api import views
from nova_actions.api.links import Links
from nova_actions.api.request import Call
from nova_actions.api.views import View
from nova_actions.objects import instance

_View = Callable[[instance.InstanceRecord, Links], View]


def show(call: Call, server_id: str) -> View:
    """Return the few details that are known of a server.

    :raises InstanceNotFound: for an unknown, deleted or foreign server; a
        name is an unknown id
    :raises PolicyNotAuthorized: when the rule ``show`` fails
    """
    # The lookup stays within the caller's project, so that a foreign server
    # is 404 before the rule is asked.
    record = instance.InstanceRecord.lookup(call.caller, server_id)
    return {
        'server': views.detailed_server(
            instance.InstanceRecord.get_by_uuid(call.caller, record.uuid),
            call.links,
        )
    }


def index(call: Call) -> View:
    """Return the servers in the caller's project, or in all projects when
    ``all_tenants`` is asked for; only those of a name when one is given.

    :raises PolicyNotAuthorized: when the rule ``list`` refuses
    :raises MarkerNotFound: for a marker that is none of these servers
    """
    return _listed(call, 'servers', views.server)


def detail(call: Call) -> View:
    """Return the same servers with the few details that are known."""
    return _listed(call, 'servers/detail', views.detailed_server)


def _listed(call: Call, path: str, view: _View) -> View:
    project_id = None
    if not _all_tenants(call):
        project_id = call.caller.project_id
        if project_id is None:
            # For the object, None means all projects.
            return {'servers': []}
    limit = min(call.limit, instance.LIMIT)
    records = _page(call, project_id, limit)
    answer: View = {
        'servers': [view(record, call.links) for record in records]
    }
    if records and len(records) == limit:
        answer['servers_links'] = [
            {
                'rel': 'next',
                'href': (
                    call.links.collection(
                        path, {**call.query, 'marker': str(records[-1].uuid)}
                    )
                ),
            }
        ]
    return answer


def _page(
    call: Call, project_id: str | None, limit: int
) -> list[instance.InstanceRecord]:
    marker = call.query.get('marker')
    try:
        return list(
            instance.InstanceRecordList.get_by_project(
                call.caller,
                project_id,
                name=call.query.get('name'),
                limit=limit,
                marker=request.identifier(marker) if marker else None,
            )
        )
    except exception.MarkerNotFound:
        raise exception.MarkerNotFound(marker=marker) from None


def _all_tenants(call: Call) -> bool:
    asked = call.query.get('all_tenants')
    # In Nova, "all_tenants" without a value means true.
    return asked == '' or strutils.bool_from_string(asked)
