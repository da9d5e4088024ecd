# SPDX-License-Identifier: Apache-2.0
"""The action log itself: the API ``/v1`` of nova-actions."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from urllib import parse

from osc_lib import exceptions

from nova_actions_client import feed
from nova_actions_client import http
from nova_actions_client import moment
from nova_actions_client import record
from nova_actions_client import server as servers
from nova_actions_client import stat
from nova_actions_client import text
from nova_actions_client import view as views

MICROVERSION = '1.0'
#: How many items a page has.
PAGE = 1000
#: Seconds that a copy of Nova may be behind without a note.
LAG = 60


class NotFound(exceptions.CommandError):
    """There is no such action."""


def is_at(service: http.Service) -> bool:
    """Tell whether a service has this API."""
    return service.version('/v1') == 'v1.0'


class Listed:
    """Actions, fetched page by page as they are iterated over."""

    def __init__(
        self,
        service: http.Service,
        query: views.Query,
        limit: int | None,
    ) -> None:
        self.more = False
        self.incomplete: list[str] = []
        self._service = service
        self._query: views.Query = {
            **query,
            'limit': min(limit or PAGE, PAGE),
        }
        self._limit = limit

    def __iter__(self) -> Iterator[record.Action]:
        yield from itertools.islice(self._all(), self._limit)

    def _all(self) -> Iterator[record.Action]:
        """Yield them all; keep how complete the last answer was."""
        url, query, seen = '/v1/actions', self._query, 0
        while True:
            page: views.ActionPage = self._service.get(url, query)
            self.incomplete = _incomplete(page['completeness'])
            following = _next(page['links'])
            seen += len(page['actions'])
            self.more = following is not None
            yield from map(_action, page['actions'])
            if following is None or seen == self._limit:
                return
            url, query = following, {}


class Log:
    """The log of a cloud."""

    missing: str | None = None

    def __init__(self, service: http.Service) -> None:
        self._service = service

    def actions(self, query: views.Query, limit: int | None) -> Listed:
        """Return the actions that match a query."""
        return Listed(self._service, query, limit)

    def changes(self, query: views.Query, cursor: str | None) -> feed.Feed:
        """Return the changes after a cursor, or from now on."""
        return feed.Feed(self._service, query, cursor)

    def stats(self, by: Sequence[str], query: views.Query) -> stat.Stats:
        """Return statistics of the actions that match a query.

        :param by: one or two of :data:`stat.BY`
        """
        view: views.StatPage = self._service.get(
            '/v1/stats', {**query, 'by': by}
        )
        return stat.of_view(view, by, _incomplete(view['completeness']))

    def of_server(
        self, server: str, kind: str | None, all_projects: bool
    ) -> Iterator[record.Action]:
        """Yield the newest action of a server.

        A name means a server of the own project, if there is one.
        """
        query = servers.query(server)
        asked = query if kind is None else {**query, 'action': kind}
        # An own server may have no action of that kind yet.
        own = [] if all_projects else [*self.actions(query, 1)]
        if not own:
            yield from self.newest(asked)
        elif kind is None:
            yield from own
        else:
            yield from self.actions(asked, 1)

    def newest(self, query: views.Query) -> Iterator[record.Action]:
        """Yield the newest action that matches a query, of all projects
        where that is allowed."""
        try:
            yield from self.actions({**query, 'all_projects': 'true'}, 1)
        except http.Refused as refused:
            if refused.status != 403:
                raise
            yield from self.actions(query, 1)

    def action(self, name: str, server: str | None = None) -> record.Action:
        """Return an action with its steps.

        :param name: its id, eight or more characters of it, or the id of
            its request
        :param server: is not needed here, only by Nova
        :raises NotFound: when no action has that name
        :raises Refused: when several have it; the text names them
        """
        url = f'/v1/actions/{parse.quote(name, "")}'
        query: views.Query = {'limit': PAGE}
        events: list[views.Event] = []
        while True:
            try:
                page: views.EventPage = self._service.get(url, query)
            except http.Refused as refused:
                if refused.status == 404:
                    raise NotFound(str(refused)) from refused
                raise
            events += page['action']['events']
            following = _next(page['links'])
            if following is None:
                return _shown(page['action'], events)
            url, query = following, {}


def _next(links: list[views.Link]) -> str | None:
    for link in links:
        if link['rel'] == 'next':
            return link['href']
    return None


def _incomplete(about: views.Completeness) -> list[str]:
    """Return a sentence for each thing that an answer may lack."""
    found = [
        *_silent(
            'hosts', about['silent_host_count'], about.get('silent_hosts')
        ),
        *_silent(
            'cells', about['silent_cell_count'], about.get('silent_cells')
        ),
    ]
    lag = about['follow_lag']
    if lag is not None and lag >= LAG:
        found.append(f'the copy of Nova is {moment.took(lag)} behind')
    if about['purged_before']:
        found.append(
            f'actions before {about["purged_before"][:19]}Z may be purged'
        )
    return found


def _silent(what: str, count: int, names: list[str] | None) -> Iterator[str]:
    if count:
        listed = ', '.join(map(text.printable, names or ()))
        yield f'silent {what}: {count}' + (f' ({listed})' if listed else '')


def _action(view: views.Action) -> record.Action:
    start = moment.parse(view['started_at'])
    assert start is not None
    return record.Action(
        id=view['uuid'],
        action=view['action'],
        request=view['request_id'],
        global_request=view.get('global_request_id'),
        server=view['server'],
        server_name=view['server_name'],
        status=view['status'],
        start=start,
        finish=moment.parse(view['finished_at']),
        updated=moment.parse(view['updated_at']),
        duration=view['duration'],
        user=view['user_id'],
        user_name=view['user_name'],
        project=view['project_id'],
        reason=view['reason'],
        attempts=view['attempts'],
        hosts=view.get('hosts'),
    )


def _shown(
    view: views.ShownAction, events: list[views.Event]
) -> record.Action:
    return dataclasses.replace(
        _action(view),
        usual=view['usual'],
        alike=view['alike'],
        steps=[_step(event) for event in events],
    )


def _step(view: views.Event) -> record.Step:
    start = moment.parse(view['started_at'])
    assert start is not None
    return record.Step(
        event=view['event'],
        start=start,
        finish=moment.parse(view['finished_at']),
        result=view['result'],
        host=view.get('host'),
        attempt=view['attempt'],
        reason=view['reason'],
        details=view.get('details'),
        traceback=view.get('traceback'),
        measured=view['duration'],
    )
