# SPDX-License-Identifier: Apache-2.0
"""The record as a reader sees it: our own database and the cells as one.

Where no cell knows a server, each function is that of :mod:`api`.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nova_actions import exception
from nova_actions.cells import ids
from nova_actions.cells import merged_list
from nova_actions.cells import owner
from nova_actions.cells import query
from nova_actions.cells import registry
from nova_actions.cells.cell import Cell
from nova_actions.context import RequestContext
from nova_actions.db import api
from nova_actions.db import page
from nova_actions.db import status

Row = dict[str, Any]


def action_list(
    context: RequestContext,
    instance_uuid: str,
    limit: int | None = None,
    marker: str | None = None,
    filters: Mapping[str, datetime.datetime] | None = None,
    read_deleted: str = 'no',
) -> list[Row]:
    """Return the actions of a server, newest first by (created_at, id); the
    rest as in :func:`api.action_list`.

    :raises CellUnavailable: its cell does not answer
    """
    cell = owner.cell_of(context, instance_uuid)
    if cell is None:
        return api.action_list(
            context,
            instance_uuid=instance_uuid,
            limit=limit,
            marker=marker,
            filters=filters,
            read_deleted=read_deleted,
        )
    both = merged_list.Merged(
        context, cell, instance_uuid, filters, read_deleted
    )
    keys = both.page(limit, marker)
    theirs = [key.id for key in keys if not key.is_own]
    ends = cell.ask(query.action_ends, theirs, read_deleted) if theirs else {}
    return [
        key.row
        if key.is_own
        else _action(cell, key.row, None if ends is None else ends[key.id])
        for key in keys
    ]


def action_get(
    context: RequestContext,
    instance_uuid: str,
    identifier: str,
    read_deleted: str = 'no',
) -> Row | None:
    """Return an action of a server by its request id (the newest of that
    request), its own uuid, or the marker of a cell's, with its ``events``
    where they came with it.

    :raises CellUnavailable: its cell does not answer
    """
    cell = owner.cell_of(context, instance_uuid)
    if cell is None:
        return api.action_get(
            context, instance_uuid, identifier, read_deleted=read_deleted
        )
    key = merged_list.Merged(
        context, cell, instance_uuid, read_deleted=read_deleted
    ).find(identifier)
    if key is None:
        return None
    if key.is_own:
        return key.row
    newest, ends = cell.ask(query.action_events, key.id, read_deleted)
    return {
        **_action(cell, key.row, ends),
        'events': page.within(_events(cell, newest), page.EVENTS),
    }


def _action(cell: Cell, row: Row, events: Sequence[Row] | None) -> Row:
    """Return a cell's action in the shape of ours, its status derived.

    :param events: what tells how it ended, None where that is not known
    """
    derived: str | None = None
    if events is not None or row['message'] or row['finish_time']:
        derived = status.derive(row, events)
    end = row['finish_time']
    if events and end is None and derived != status.RUNNING:
        end = max(event['finish_time'] for event in events)
        end = max(end, row['start_time'] or end)
    return {
        **row,
        'id': ids.encode(cell.name, row['id']),
        'uuid': None,
        'global_request_id': None,
        'user_name': None,
        'project_name': None,
        'status': derived,
        'finish_time': end,
        'events': None,
    }


def _events(cell: Cell, rows: Iterable[Row]) -> list[Row]:
    """Return a cell's events in the shape of ours, in their order."""
    return [_event(cell, row) for row in rows]


def _event(cell: Cell, row: Row) -> Row:
    duration = None
    if row['start_time'] and row['finish_time']:
        elapsed = row['finish_time'] - row['start_time']
        duration = max(0, elapsed // datetime.timedelta(microseconds=1))
    return {
        **row,
        'id': ids.encode(cell.name, row['id']),
        'action_id': ids.encode(cell.name, row['action_id']),
        'uuid': None,
        'error_type': None,
        'reason': None,
        'duration_us': duration,
        'redactions': 0,
        'rules': None,
        'epoch': None,
    }


def action_get_instance(context: RequestContext, action_id: int) -> Row | None:
    """Return the instance that an action belongs to."""
    if action_id >= 0:
        return api.action_get_instance(context, action_id)
    cell, own_id = registry.of_id(action_id)
    row = cell and cell.ask(query.action_instance, own_id)
    return registry.as_owner(row, cell.name) if cell and row else None


def event_list(
    context: RequestContext,
    action_id: int,
    read_deleted: str = 'no',
    limit: int | None = page.EVENTS,
) -> list[Row]:
    """Return the newest events of an action, newest first by (created_at,
    id); the rest as in :func:`api.event_list`."""
    if action_id >= 0:
        return api.event_list(
            context, action_id, read_deleted=read_deleted, limit=limit
        )
    cell, own_id = registry.of_id(action_id)
    if cell is None:
        return []
    rows = cell.ask(query.event_list, own_id, read_deleted, limit)
    return page.within(_events(cell, rows), limit)


def event_list_with_owner(
    context: RequestContext,
    action_id: int,
    read_deleted: str = 'no',
) -> tuple[Row | None, list[Row]]:
    """Return the instance that an action belongs to, None of an unknown
    one, and the action's newest events, as :func:`event_list` does."""
    if action_id >= 0:
        return api.event_list_with_owner(context, action_id, read_deleted)
    owner = action_get_instance(context, action_id)
    return owner, (
        event_list(context, action_id, read_deleted) if owner else []
    )


def event_get(
    context: RequestContext,
    action_id: int,
    event_id: int,
    read_deleted: str = 'no',
) -> Row | None:
    """Return one event of an action."""
    if action_id >= 0:
        return api.event_get(
            context, action_id, event_id, read_deleted=read_deleted
        )
    cell, own_id = registry.of_id(action_id)
    if cell is None or registry.of_id(event_id)[0] is not cell:
        return None
    row = cell.ask(
        query.event_get, own_id, registry.of_id(event_id)[1], read_deleted
    )
    return row and _event(cell, row)


def instance_list(
    context: RequestContext,
    limit: int,
    name: str | None = None,
    project_id: str | None = None,
    marker: str | None = None,
) -> list[Row]:
    """Return undeleted instances, newest first by (created_at, uuid). What a
    cell knows of a server is newer than what we copied of it.

    :param marker: the uuid of the instance to go on after, one of that
        project
    :raises MarkerNotFound: when the marker names none
    :raises CellUnavailable: none is found, and a silent cell may have one
    """
    after = None if marker is None else _marked(context, marker, project_id)
    if not registry.cells():
        return api.instance_list(context, limit, name, project_id, after)
    answers, errors = registry.ask_all(
        query.instance_list, limit, name, project_id, after
    )
    found = {
        row['uuid']: registry.as_owner(row, cell_name)
        for cell_name, rows in answers.items()
        for row in rows
    }
    shown = _with_own(context, found, limit, name, project_id, after)
    if not shown and errors:
        raise errors[0]
    return shown


def _with_own(
    context: RequestContext,
    found: dict[str, Row],
    limit: int,
    name: str | None,
    project_id: str | None,
    after: Row | None,
) -> list[Row]:
    """Return the first of the cells' instances and of our own, without
    those of our own that a cell knows.

    :param found: the cells' by uuid, to which our own are added
    """
    while True:
        own = api.instance_list(context, limit, name, project_id, after)
        seen, _errors = registry.instances([row['uuid'] for row in own])
        found.update(
            {row['uuid']: row for row in own if row['uuid'] not in seen}
        )
        shown = sorted(found.values(), key=_place)[:limit]
        if len(own) < limit or (
            len(shown) == limit and _place(own[-1]) > _place(shown[-1])
        ):
            return shown
        after = own[-1]


def _marked(context: RequestContext, uuid: str, project_id: str | None) -> Row:
    """Return the instance that a marker names, as it stands in the list."""
    found = registry.instance(uuid) or api.instance_get(context, uuid)
    if found is None or project_id not in (None, found['project_id']):
        raise exception.MarkerNotFound(marker=uuid)
    return found


def _place(instance: Row) -> tuple[float, str]:
    """Return what instances are sorted by."""
    age = datetime.datetime.max - (
        instance['created_at'] or datetime.datetime.min
    )
    return age.total_seconds(), instance['uuid']
