# SPDX-License-Identifier: Apache-2.0
"""The verbs of ``nova-actions-manage action`` that show actions and their
events."""

import collections
import datetime
import functools
from collections.abc import Iterable, Sequence
from typing import Any

from nova_actions import exception
from nova_actions.cells import owner
from nova_actions.cmd import failure
from nova_actions.cmd import output
from nova_actions.cmd import table
from nova_actions.context import RequestContext
from nova_actions.context import get_admin_context
from nova_actions.objects import base
from nova_actions.objects import instance_action
from nova_actions.objects import instance_action_event

Row = dict[str, Any]

LIST_TITLES = (
    'Time (UTC)',
    'Action',
    'Status',
    'Duration',
    'User',
    'Server',
    'Request',
)
EVENT_TITLES = ('Time (UTC)', 'Event', 'Host', 'Attempt', 'Result', 'Duration')


def action_list(args: Any) -> int:
    """Print the newest actions."""
    with base.local():
        rows = listed(
            get_admin_context(),
            args.server,
            args.project,
            args.limit,
        )
    output.show(args.format, rows, list_text)
    return failure.OK


def action_show(args: Any) -> int:
    """Print an action with its events."""
    with base.local():
        row = shown(get_admin_context(), args.server, args.request_id)
    output.show(args.format, row, show_text)
    return failure.OK


def listed(
    context: RequestContext,
    server: str | None,
    project: str | None,
    limit: int,
) -> list[Row]:
    """Return the newest actions: of a server, of a project, or of all."""
    actions = instance_action.InstanceActionList
    if server is None:
        fetch = functools.partial(actions.get_by_project, context, project)
    else:
        fetch = functools.partial(
            actions.get_by_instance_uuid, context, server
        )
    return [
        action_row(each)
        for each in actions.in_pages(fetch, limit)
        if project is None or server is None or each.project_id == project
    ]


def shown(context: RequestContext, server: str, request_id: str) -> Row:
    """Return an action with all of its events, the oldest first.

    :raises InstanceActionNotFound: the server has no action of that request
    """
    found = instance_action.InstanceAction.get_by_request_id(
        context, server, request_id
    )
    if found is None:
        raise exception.InstanceActionNotFound(
            request_id=request_id, instance_uuid=server
        )
    events = instance_action_event.InstanceActionEventList.of_action(
        context,
        found.id,
        owner.find(context, found.instance_uuid or ''),
        limit=None,
    )
    return {**action_row(found), 'events': event_rows(events)}


def action_row(action: instance_action.InstanceAction) -> Row:
    """Return an action as it is shown and printed as JSON."""
    return {
        'start_time': action.start_time,
        'finish_time': action.finish_time,
        'duration_us': _between(action.start_time, action.finish_time),
        'instance_uuid': action.instance_uuid,
        'action': action.action,
        'status': action.status,
        'message': action.message,
        'evidence': action.evidence,
        'request_id': action.request_id,
        'user_id': action.user_id,
        'user_name': action.user_name,
        'project_id': action.project_id,
    }


def event_rows(
    events: Iterable[instance_action_event.InstanceActionEvent],
) -> list[Row]:
    """Return events as they are shown, with the attempts of each step
    numbered."""
    attempts: collections.Counter[str] = collections.Counter()
    rows = []
    for event in sorted(events, key=lambda event: event.id):
        name = str(event.event)
        attempts[name] += 1
        rows.append(
            {
                'start_time': event.start_time,
                'finish_time': event.finish_time,
                'duration_us': (
                    event.duration
                    if event.duration is not None
                    else _between(event.start_time, event.finish_time)
                ),
                'event': name,
                'host': event.host,
                'attempt': attempts[name],
                'result': event.result,
                'error_type': event.error_type,
                'reason': event.reason,
                'details': event.details,
                'traceback': event.traceback,
            }
        )
    return rows


def list_text(rows: Sequence[Row]) -> str:
    """Return actions as a table."""
    if not rows:
        return 'No actions.'
    return table.render(
        LIST_TITLES,
        [
            (
                table.moment(row['start_time']),
                row['action'],
                row['status'],
                table.duration(row['duration_us']),
                _user(row),
                row['instance_uuid'],
                row['request_id'],
            )
            for row in rows
        ],
        table.screen(),
    )


def show_text(row: Row) -> str:
    """Return an action with its events as text."""
    facts = [
        ('Action', row['action']),
        ('Status', row['status']),
        *([('Evidence', row['evidence'])] if row['evidence'] else []),
        ('Server', row['instance_uuid']),
        ('Request', row['request_id']),
        ('User', _user(row)),
        ('Project', row['project_id']),
        ('Started', table.moment(row['start_time'])),
        ('Ended', table.moment(row['finish_time'])),
        ('Duration', table.duration(row['duration_us'])),
    ]
    parts = [
        '\n'.join(
            f'{name:<10}{table.printable(value)}' for name, value in facts
        )
    ]
    if row['events']:
        parts.append(
            table.render(
                EVENT_TITLES,
                [
                    (
                        table.moment(event['start_time']),
                        event['event'],
                        event['host'],
                        event['attempt'],
                        event['result'] or 'running',
                        table.duration(event['duration_us']),
                    )
                    for event in row['events']
                ],
                table.screen(),
            )
        )
    parts.extend(
        _failure(event)
        for event in row['events']
        if event['reason'] or event['details'] or event['traceback']
    )
    return '\n\n'.join(parts)


def _failure(event: Row) -> str:
    title = f'{event["event"]}, attempt {event["attempt"]}'
    if event['host']:
        title += f' on {event["host"]}'
    if event['reason']:
        title += f' ({event["reason"]})'
    lines = [table.printable(f'{title}:')]
    for line in (event['details'] or '').splitlines():
        lines.append(table.paragraph(line, '    ', table.screen()))
    lines.extend(
        '    ' + table.printable(line)
        for line in (event['traceback'] or '').splitlines()
    )
    return '\n'.join(lines)


def _user(row: Row) -> str | None:
    user: str | None = row['user_name'] or row['user_id']
    return user


def _between(
    start: datetime.datetime | None, end: datetime.datetime | None
) -> int | None:
    if start is None or end is None:
        return None
    return round((end - start) / datetime.timedelta(microseconds=1))
