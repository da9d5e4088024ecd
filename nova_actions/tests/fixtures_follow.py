# SPDX-License-Identifier: Apache-2.0
"""A cell that is followed, step by step."""

import datetime
import uuid
from typing import Any

import fixtures
import sqlalchemy as sa

from nova_actions import context
from nova_actions import sanitize
from nova_actions.cells.follow import follower
from nova_actions.cells.follow import source
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import patience

#: The life of a reporter.
EPOCH = '11111111-1111-1111-1111-111111111111'


def report(
    kind: str,
    name: str,
    server: str,
    request: str | None,
    start: Any,
    **values: Any,
) -> dict[str, Any]:
    """Return the reports about an action or a step."""
    return {
        **dict.fromkeys(
            (
                'action_uuid',
                'global_request_id',
                'user_id',
                'user_name',
                'project_name',
                'finish_time',
                'duration_us',
                'result',
                'host',
                'details',
                'rules',
                'traceback',
                'error_type',
                'reason',
            )
        ),
        'kind': kind,
        'uuid': str(uuid.uuid4()),
        'name': name,
        'instance_uuid': server,
        'request_id': request,
        'project_id': 'owner',
        'redactions': 0,
        'epoch': EPOCH,
        'start_time': start,
        **values,
    }


class Following(fixtures.Fixture):
    """Follows a cell.

    :param cell: a fixture of one
    """

    def __init__(self, cell: Any, **options: Any) -> None:
        self.cell = cell
        self._options = {
            'window': 10_000,
            'rate': 1_000_000,
            'pause': lambda _seconds: None,
            **options,
        }

    def _setUp(self) -> None:
        self.context = context.get_admin_context()
        self.source = source.Source(
            self.cell.name, self.cell.url, patience.PATIENCE
        )
        self.addCleanup(self.source.dispose)
        self.follower = self.another('first')

    def another(self, holder: str, **options: Any) -> follower.Follower:
        """Return a further follower of the cell."""
        return follower.Follower(
            self.source,
            holder,
            sanitize.Sanitizer(),
            **{**self._options, **options},
        )

    def count_as_news(self, since: datetime.datetime) -> None:
        """Have what happens from then on be told as changes."""
        self.round()
        with db.engine().begin() as connection:
            connection.execute(
                sa.update(models.FOLLOWED_CELLS)
                .where(models.FOLLOWED_CELLS.c.cell == self.cell.name)
                .values(created_at=since)
            )

    def round(self) -> Any:
        """Do a round as if the last look at the whole window were long
        ago."""
        self.follower._looked_back = float('-inf')
        return self.follower.run(self.context)


def content() -> list[Any]:
    """Return what our own database has of actions, with their events in the
    order of their ids."""
    with db.engine().connect() as connection:
        actions = (
            connection.execute(
                sa.select(models.ACTIONS).order_by(models.ACTIONS.c.id)
            )
            .mappings()
            .all()
        )
        events = (
            connection.execute(
                sa.select(models.EVENTS).order_by(models.EVENTS.c.id)
            )
            .mappings()
            .all()
        )
    return [
        (
            {**action},
            [
                {**event}
                for event in events
                if event['action_id'] == action['id']
            ],
        )
        for action in actions
    ]


class Rows(fixtures.Fixture):
    """Counts the rows that a followed cell is asked for.

    :param read: what gets the number of rows of each answer
    """

    def __init__(self, source: Any, read: list[int]) -> None:
        self._source = source
        self._read = read

    def _setUp(self) -> None:
        ask = self._source.ask

        def count(question: Any, *args: Any) -> Any:
            answer = ask(question, *args)
            rows = answer[0] if isinstance(answer, tuple) else answer
            self._read.append(len(rows))
            return answer

        self._source.ask = count
        self.addCleanup(setattr, self._source, 'ask', ask)
