# SPDX-License-Identifier: Apache-2.0
"""What a plain Nova knows: the actions of one server, by
``os-instance-actions``."""

import dataclasses
import itertools
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn
from urllib import parse

from osc_lib import exceptions

from nova_actions_client import http
from nova_actions_client import moment
from nova_actions_client import record

#: The first one that has everything that is read here.
MICROVERSION = '2.84'
#: What Nova can be asked by, and its names of it.
PARAMETERS = {
    'updated_after': 'changes-since',
    'updated_before': 'changes-before',
}
#: How many actions Nova returns at once.
PAGE = 1000


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
    """The actions of servers, one server at a time."""

    missing: str | None = (
        'This cloud has no action log, only Nova: no status but "failed", no '
        'end, duration, reason or names.'
    )

    def __init__(self, service: http.Service) -> None:
        self._service = service

    def actions(self, query: Mapping[str, Any], limit: int | None) -> Listed:
        """Return the actions of a server, newest first.

        :raises CommandError: without a server, or for what Nova cannot be
            asked
        """
        wanted = dict(query)
        server = wanted.pop('server', None) or wanted.pop('server_name', None)
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

    def changes(
        self, query: Mapping[str, Any], cursor: str | None
    ) -> NoReturn:
        """Refuse: Nova tells nobody what happens."""
        raise _lacks('--follow needs')

    def stats(self, by: Sequence[str], query: Mapping[str, Any]) -> NoReturn:
        """Refuse: Nova counts nothing."""
        raise _lacks('statistics need')

    def of_server(
        self, server: str, kind: str | None = None
    ) -> Iterator[record.Action]:
        """Yield the actions of a server, of a kind, newest first."""
        for action in self.actions({'server': server}, None):
            if kind is None or action.action == kind:
                yield action

    def newest(self, query: Mapping[str, Any]) -> Iterator[record.Action]:
        """Yield the newest action that fits a query."""
        yield from self.actions(query, 1)

    def _pages(
        self, server: str, query: dict[str, Any]
    ) -> Iterator[record.Action]:
        marker: dict[str, str] = {}
        while True:
            found = self._service.get(
                f'/servers/{server}/os-instance-actions',
                query | marker | {'limit': PAGE},
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

    def server(self, name: str) -> str:
        """Return the id of a server of that id or name.

        :raises CommandError: for a name that none or several have
        """
        try:
            return str(uuid.UUID(name))
        except ValueError:
            pass
        found = [
            each['id']
            for each in self._service.get('/servers', {'name': name})[
                'servers'
            ]
            if each['name'] == name
        ]
        if len(found) == 1:
            return str(found[0])
        raise exceptions.CommandError(
            f'{len(found)} servers have the name {name!r}: take the id of '
            f'one: {", ".join(found)}'
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


def _action(view: Mapping[str, Any]) -> record.Action:
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


def _shown(view: Mapping[str, Any]) -> record.Action:
    """Return an action; its status and its end follow from its steps."""
    action = _action(view)
    events = view.get('events')
    if events is None:
        return action
    steps = record.numbered([_step(event) for event in events])
    status = record.derived_status(steps, action.status == record.FAILED)
    ends = [step.finish for step in steps if step.finish is not None]
    finish = max(ends) if ends and status != record.RUNNING else None
    return dataclasses.replace(
        action,
        status=status,
        steps=steps,
        finish=finish,
        duration=None
        if finish is None
        else (finish - action.start).total_seconds(),
        hosts=sorted({step.host for step in steps if step.host}),
        attempts=max((step.attempt for step in steps), default=0),
    )


def _step(view: Mapping[str, Any]) -> record.Step:
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
