# SPDX-License-Identifier: Apache-2.0
"""The changes of a cloud, as they happen: the API ``/v1/changes``."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence

from osc_lib import exceptions

from nova_actions_client import change
from nova_actions_client import http
from nova_actions_client import retry
from nova_actions_client import view

#: Seconds that the service waits for a change: less than proxies wait for an
#: answer.
WAIT = 30
#: Seconds after which a request is given up.
TIMEOUT = 2 * WAIT
#: Seconds between two tries while the service is away: first, longest.
PAUSES = (0.5, 30.0)
#: The filters that the service knows here; the others are applied here.
SCOPES = ('all_projects', 'project_id')


class Expired(exceptions.CommandError):
    """The changes after the cursor are not kept any more."""


@dataclasses.dataclass(frozen=True)
class Page:
    """Some changes, oldest first.

    :param cursor: the position after them
    """

    changes: Sequence[change.Change]
    cursor: str


class Feed:
    """The changes of a project, or of all.

    :param query: of the list of actions; only its scope matters
    :param cursor: the position to start after; by default now
    """

    def __init__(
        self,
        service: http.Service,
        query: view.Query,
        cursor: str | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._service = service
        self._scope = {
            name: value for name, value in query.items() if name in SCOPES
        }
        self._pause = pause
        # The first request is not repeated: the address may be wrong.
        self._first = self._ask(cursor, 0)

    def __iter__(self) -> Iterator[Page]:
        """Yield pages for ever; a page may be empty.

        :raises Expired: when the last request was too long ago
        :raises Refused: when the caller has lost the right to ask
        """
        answer = self._first
        while True:
            body: view.ChangePage = answer.body
            page = Page(
                [*map(change.of_view, body['changes'])], body['cursor']
            )
            yield page
            if answer.retry_after and not page.changes:
                # Too many clients wait in the service already.
                self._pause(answer.retry_after)
            answer = self._ask_again(page.cursor)

    def _ask_again(self, cursor: str) -> http.Answer:
        """Ask until the service answers."""
        again, pauses = retry.Retry(), retry.pauses(*PAUSES)
        while True:
            answer = again.ask(lambda: self._ask(cursor, WAIT))
            if answer is not None:
                return answer
            self._pause(next(pauses))

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
                f'{refused}. Start again without --after; "openstack action '
                'log list --changes-since" lists what has changed meanwhile',
            ) from refused
