# SPDX-License-Identifier: Apache-2.0
"""Objects to what a client reads of them."""

import datetime
from collections.abc import Iterable
from typing import Any

from oslo_utils import timeutils

from nova_actions.objects.instance import InstanceRecord
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent

View = dict[str, Any]


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: times in UTC, without a zone, with
    microseconds."""
    if isinstance(value, datetime.datetime):
        return timeutils.normalize_time(value).isoformat(
            timespec='microseconds')
    return value


def action(record: InstanceAction,
           fields: Iterable[str]) -> View:
    """Return these fields of an action."""
    return {name: _plain(getattr(record, name)) for name in fields}


def event(record: InstanceActionEvent,
          fields: Iterable[str], project_id: str | None) -> View:
    """Return these fields of an event.

    :param project_id: salts ``hostId``, so that projects cannot compare
        hosts
    """
    return {name: record.host_id(project_id) if name == 'hostId'
            else _plain(getattr(record, name)) for name in fields}


def server(record: InstanceRecord) -> View:
    """Return what a client needs to resolve a server."""
    return {'id': record.uuid, 'name': record.display_name}
