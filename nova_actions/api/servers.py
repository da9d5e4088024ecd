# SPDX-License-Identifier: Apache-2.0
"""As much of the servers resource as clients need to resolve a server's
name or id; nothing more of the compute API."""

from typing import Any

from oslo_utils import strutils

from nova_actions.api import views
from nova_actions.api.request import Call
from nova_actions.objects import instance


def show(call: Call, server_id: str) -> dict[str, Any]:
    """Return a server's id and name.

    :raises InstanceNotFound: for an unknown, deleted or foreign server; a
        name is an unknown id
    :raises PolicyNotAuthorized: when the rule ``show`` fails
    """
    # The lookup stays within the caller's project, so that a foreign server
    # is 404 before the rule is asked.
    record = instance.InstanceRecord.lookup(call.caller, server_id)
    return {'server': views.server(
        instance.InstanceRecord.get_by_uuid(call.caller, record.uuid))}


def index(call: Call) -> dict[str, Any]:
    """Return the servers of that name in the caller's project, or in all
    projects when ``all_tenants`` is asked for.

    :raises PolicyNotAuthorized: when the rule ``list`` refuses
    """
    project_id = None
    if not _all_tenants(call):
        project_id = call.caller.project_id
        if project_id is None:
            # To the object that would mean everybody's.
            return {'servers': []}
    records = instance.InstanceRecordList.get_by_name(
        call.caller, call.query['name'], project_id=project_id)
    return {'servers': [views.server(record) for record in records]}


def _all_tenants(call: Call) -> bool:
    asked = call.query.get('all_tenants')
    # A bare "all_tenants" is a yes to Nova.
    return asked == '' or strutils.bool_from_string(asked)
