# SPDX-License-Identifier: Apache-2.0
"""What happens, as it happens: the API ``/v1/changes``."""

import dataclasses
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from osc_lib import exceptions

from nova_actions_client import change
from nova_actions_client import http
from nova_actions_client import moment
from nova_actions_client import output

#: Seconds for which the service waits for something to happen: less than
#: proxies wait for an answer.
WAIT = 30
#: Seconds after which no answer comes any more.
TIMEOUT = 2 * WAIT
#: Seconds between two tries while nobody answers: the first, and the longest.
PAUSES = (0.5, 30.0)
#: What selects in the service itself.
SCOPES = ('all_projects', 'project_id')


class Expired(exceptions.CommandError):
    """What happened since is not kept any more."""


@dataclasses.dataclass(frozen=True)
class Page:
    """Some changes, oldest first.

    :param cursor: what to go on after
    """

    changes: Sequence[change.Change]
    cursor: str


class Feed:
    """The changes of a project, or of all.

    :param query: of the list of actions, of which the scope counts
    :param cursor: what to begin after; now by default
    """

    def __init__(
        self,
        service: http.Service,
        query: Mapping[str, Any],
        cursor: str | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._service = service
        self._scope = {name: query[name] for name in SCOPES if name in query}
        self._pause = pause
        # A first question that nobody answers is not asked again.
        self._first = self._ask(cursor, 0)

    def __iter__(self) -> Iterator[Page]:
        """Yield what happens, for ever: a page may be empty.

        :raises Expired: when nobody asked for too long
        :raises Refused: when one may not ask any more
        """
        answer = self._first
        while True:
            page = Page(
                [*map(change.of_view, answer.body['changes'])],
                answer.body['cursor'],
            )
            yield page
            if answer.retry_after and not page.changes:
                # There is no place to wait in the service.
                self._pause(answer.retry_after)
            answer = self._ask_again(page.cursor)

    def _ask_again(self, cursor: str) -> http.Answer:
        """Ask until somebody answers."""
        lost, interval = None, PAUSES[0]
        while True:
            try:
                answer = self._ask(cursor, WAIT)
            except http.Unreachable as error:
                if lost is None:
                    lost = time.monotonic()
                    output.note(f'{error}; asking again until it answers')
                # Not all at once after a restart.
                self._pause(random.uniform(0.5, 1) * interval)  # noqa: S311
                interval = min(2 * interval, PAUSES[1])
                continue
            if lost is not None:
                output.note(
                    'It answers again after '
                    f'{moment.took(time.monotonic() - lost)}'
                )
            return answer

    def _ask(self, cursor: str | None, wait: int) -> http.Answer:
        query = (
            self._scope
            if cursor is None
            else {**self._scope, 'after': cursor, 'wait': wait}
        )
        try:
            return self._service.ask('/v1/changes', query, timeout=TIMEOUT)
        except http.Refused as refused:
            if refused.status != 410:
                raise
            raise Expired(
                f'{refused}. Begin anew without --after; "openstack action '
                'log list --changes-since" has what happened meanwhile',
            ) from refused
