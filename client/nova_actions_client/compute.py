# SPDX-License-Identifier: Apache-2.0
"""A Nova without an action log: its ``os-instance-actions`` of one server."""

import dataclasses
import itertools
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn, NotRequired, TypedDict
from urllib import parse

from osc_lib import exceptions

from nova_actions_client import http
from nova_actions_client import moment
from nova_actions_client import record
from nova_actions_client import view as views

#: The first one with everything that is read here.
MICROVERSION = '2.84'
#: The filters that Nova has, and its names for them.
PARAMETERS = {
    'updated_after': 'changes-since',
    'updated_before': 'changes-before',
}
#: How many actions a page has.
PAGE = 1000


def is_at(service: http.Service) -> bool:
    """Tell whether a service is Nova.

    :param service: with an address without a version
    """
    return service.version('/v2.1/') == 'v2.1'


class _Event(TypedDict):
    """A step, as Nova answers; the last keys as its policy allows."""

    event: str
    start_time: str
    finish_time: str | None
    result: str | None
    host: NotRequired[str | None]
    details: NotRequired[str | None]
    traceback: NotRequired[str | None]


class _Action(TypedDict):
    """An action, as Nova answers."""

    action: str
    request_id: str
    instance_uuid: str
    start_time: str
    message: str | None
    updated_at: NotRequired[str | None]
    user_id: str | None
    project_id: str | None
    events: NotRequired[list[_Event]]


class Listed:
    """The actions of one server, newest first."""

    def __init__(
        self, pages: Iterator[record.Action], limit: int | None
    ) -> None:
        found = list(
            itertools.islice(pages, None if limit is None else limit + 1)
        )
        self.more = limit is not None and len(found) > limit
        self.incomplete: list[str] = []
        self._found = found[:limit]

    def __iter__(self) -> Iterator[record.Action]:
        return iter(self._found)


class Log:
    """The actions of one server at a time."""

    missing: str | None = (
        'This cloud has no action log, only Nova: there is no status but '
        '"failed", no end, no duration, no reason, and there are no names.'
    )

    def __init__(self, service: http.Service) -> None:
        self._service = service

    def actions(self, query: views.Query, limit: int | None) -> Listed:
        """Return the actions of a server, newest first.

        :raises CommandError: without a server, or with a filter that Nova
            does not have
        """
        server = query.get('server') or query.get('server_name')
        wanted = {
            name: value
            for name, value in query.items()
            if name not in ('server', 'server_name')
        }
        unknown = set(wanted) - set(PARAMETERS)
        if server is None or unknown:
            raise exceptions.CommandError(
                'This cloud has no action log, only Nova, which lists the '
                'actions of one server: --server, --changes-since, '
                f'--changes-before and --limit, not {_options(unknown)}'
            )
        return Listed(
            self._pages(
                self.server(server),
                {PARAMETERS[name]: value for name, value in wanted.items()},
            ),
            limit,
        )

    def changes(self, query: views.Query, cursor: str | None) -> NoReturn:
        """Refuse: Nova has no such API."""
        raise _lacks('--follow needs')

    def stats(self, by: Sequence[str], query: views.Query) -> NoReturn:
        """Refuse: Nova has no such API."""
        raise _lacks('statistics need')

    def of_server(
        self, server: str, kind: str | None, all_projects: bool
    ) -> Iterator[record.Action]:
        """Yield the actions of a server, newest first.

        :param all_projects: look for a name in all projects
        """
        found = self.server(server, all_projects)
        for action in self.actions({'server': found}, None):
            if kind is None or action.action == kind:
                yield action

    def newest(self, query: views.Query) -> Iterator[record.Action]:
        """Yield the newest action that fits a query."""
        yield from self.actions(query, 1)

    def _pages(
        self, server: str, query: Mapping[str, object]
    ) -> Iterator[record.Action]:
        marker: dict[str, str] = {}
        while True:
            found = self._service.get(
                f'/servers/{server}/os-instance-actions',
                {**query, **marker, 'limit': PAGE},
            )['instanceActions']
            yield from map(_action, found)
            if len(found) < PAGE:
                return
            marker = {'marker': found[-1]['request_id']}

    def action(self, name: str, server: str | None = None) -> record.Action:
        """Return an action with its steps.

        :param name: the id of its request
        :raises CommandError: without a server
        """
        if server is None:
            raise exceptions.CommandError(
                'This cloud has no action log, only Nova, which finds an '
                'action by its server and its request id: add --server'
            )
        found = self._service.get(
            f'/servers/{self.server(server)}/os-instance-actions/'
            + parse.quote(name, '')
        )
        return _shown(found['instanceAction'])

    def server(self, name: str, all_projects: bool = False) -> str:
        """Return the id of a server of that id or name.

        :raises CommandError: when no server or several have that name
        """
        try:
            return str(uuid.UUID(name))
        except ValueError:
            pass
        query = {'name': name} | ({'all_tenants': '1'} if all_projects else {})
        found = [
            each['id']
            for each in self._service.get('/servers', query)['servers']
            if each['name'] == name
        ]
        if len(found) == 1:
            return str(found[0])
        raise exceptions.CommandError(
            f'{len(found)} servers have the name {name!r}; give an id: '
            f'{", ".join(found)}'
            if found
            else f'No server has the name {name!r}'
        )


def _lacks(what: str) -> exceptions.CommandError:
    return exceptions.CommandError(
        f'This cloud has no action log, only Nova: {what} one'
    )


def _options(names: set[str]) -> str:
    return (
        ', '.join(f'--{name.replace("_", "-")}' for name in sorted(names))
        or 'those of all servers'
    )


def _action(view: _Action) -> record.Action:
    start = moment.parse(view['start_time'])
    assert start is not None
    return record.Action(
        action=view['action'],
        request=view['request_id'],
        server=view['instance_uuid'],
        start=start,
        status=record.FAILED if view['message'] == 'Error' else None,
        updated=moment.parse(view.get('updated_at')),
        user=view['user_id'],
        project=view['project_id'],
    )


def _shown(view: _Action) -> record.Action:
    """Return an action, with status and end as they follow from its steps."""
    action = _action(view)
    events = view.get('events')
    if events is None:
        return action
    steps = record.numbered([_step(event) for event in events])
    status = record.derived_status(steps, action.status == record.FAILED)
    finish = None if status == record.RUNNING else record.end(steps)
    return dataclasses.replace(
        action,
        status=status,
        steps=steps,
        finish=finish,
        duration=record.seconds(action.start, finish),
        hosts=sorted({step.host for step in steps if step.host}),
        attempts=max((step.attempt for step in steps), default=0),
    )


def _step(view: _Event) -> record.Step:
    start = moment.parse(view['start_time'])
    assert start is not None
    return record.Step(
        event=view['event'],
        start=start,
        finish=moment.parse(view['finish_time']),
        result=view['result'],
        host=view.get('host'),
        details=view.get('details'),
        traceback=view.get('traceback'),
    )
