# SPDX-License-Identifier: Apache-2.0
"""What is searched for: conditions on actions, and their order."""

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext import compiler
from sqlalchemy.sql import functions

from nova_actions.db import status
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES

Time = datetime.datetime

#: What an action must be, by its column.
_OF_ACTION = {
    'server': 'instance_uuid',
    'action': 'action',
    'user_id': 'user_id',
    'request_id': 'request_id',
    'global_request_id': 'global_request_id',
}
#: What one step of it must be, all at once, by its column.
_OF_EVENT = {'host': 'host', 'event': 'event', 'reason': 'reason'}


class Elapsed(functions.FunctionElement[int]):
    """Microseconds from the first time to the second, NULL while either is
    not known."""

    type = sa.BigInteger()
    inherit_cache = True


@compiler.compiles(Elapsed, 'postgresql')
def _elapsed_on_postgresql(element: Any, compiler_: Any, **more: Any) -> str:
    start, end = (compiler_.process(each, **more) for each in element.clauses)
    return f'(EXTRACT(EPOCH FROM ({end} - {start})) * 1000000)'


@compiler.compiles(Elapsed, 'mysql')
@compiler.compiles(Elapsed, 'mariadb')
def _elapsed_on_mysql(element: Any, compiler_: Any, **more: Any) -> str:
    start, end = (compiler_.process(each, **more) for each in element.clauses)
    return f'TIMESTAMPDIFF(MICROSECOND, {start}, {end})'


@compiler.compiles(Elapsed, 'sqlite')
def _elapsed_on_sqlite(element: Any, compiler_: Any, **more: Any) -> str:
    start, end = (compiler_.process(each, **more) for each in element.clauses)
    # A time is stored with six digits. SQLite rounds it to milliseconds, even
    # up to the next second, so the two parts are read separately.
    seconds = ' - '.join(
        f"strftime('%s', substr({each}, 1, 19))" for each in (end, start)
    )
    parts = ' - '.join(
        f'CAST(substr({each}, 21) AS INTEGER)' for each in (end, start)
    )
    return f'(({seconds}) * 1000000 + {parts})'


def _is_there(of_action: Any, values: Mapping[Any, str]) -> Any:
    """Return the condition that an action has a row with some values.

    It is looked up by its action, for each action by itself. With statistics
    that are old or sampled badly, PostgreSQL would take the values for rare,
    and read all rows that have them, for each action again. So their indexes
    are hidden from it (``|| ''``), and ``OFFSET`` keeps it from making a
    join of the condition.

    :param of_action: the condition that a row belongs to the action
    :param values: by column
    """
    return (
        sa.select(sa.literal_column('1'))
        .where(
            of_action,
            *(column.concat('') == value for column, value in values.items()),
        )
        .offset(sa.literal_column('0'))
        .correlate(ACTIONS)
        .exists()
    )


@dataclasses.dataclass(frozen=True)
class Query:
    """A search. What is None is not asked for.

    :param owner_id: of that project's servers only
    :param equal: what an action, its server or one of its steps must be:
        ``server``, ``server_name``, ``action``, ``user_id``, ``request_id``,
        ``global_request_id``; ``host``, ``event`` and ``reason``, which one
        and the same step must have
    :param statuses: one of which it must have; none are all
    :param started: the first time, and the one before which it started
    :param updated: the same of its last change
    :param opened_before: it runs, and started then or earlier
    :param min_duration: it ended, after so many microseconds or more
    :param sort: the column of the order
    """

    owner_id: str | None = None
    equal: Mapping[str, str] = dataclasses.field(default_factory=dict)
    statuses: tuple[str, ...] = ()
    started: tuple[Time | None, Time | None] = (None, None)
    updated: tuple[Time | None, Time | None] = (None, None)
    opened_before: Time | None = None
    min_duration: int | None = None
    sort: str = 'start_time'
    is_descending: bool = True

    @property
    def column(self) -> Any:
        """The column of the order."""
        return ACTIONS.c[self.sort]

    def owned(self) -> list[Any]:
        """Return the condition on whose the server is."""
        return (
            []
            if self.owner_id is None
            else [ACTIONS.c.owner_id == self.owner_id]
        )

    def windows(self) -> dict[str, list[Any]]:
        """Return the conditions on each time, by its column."""
        return {
            name: [
                *([] if after is None else [ACTIONS.c[name] >= after]),
                *([] if before is None else [ACTIONS.c[name] < before]),
            ]
            for name, (after, before) in (
                ('start_time', self.started),
                ('updated_at', self.updated),
            )
        }

    def steps(self) -> list[Any]:
        """Return the conditions on one step, none where none is asked
        for."""
        return [column == value for column, value in self._step().items()]

    def _step(self) -> dict[Any, str]:
        """Return what one step must have, by column."""
        return {
            EVENTS.c[column]: self.equal[name]
            for name, column in _OF_EVENT.items()
            if name in self.equal
        }

    def filters(self) -> list[Any]:
        """Return all conditions but the owner and the window of the
        order."""
        found = [
            ACTIONS.c[column] == self.equal[name]
            for name, column in _OF_ACTION.items()
            if name in self.equal
        ]
        for name, window in self.windows().items():
            if name != self.sort:
                found += window
        if 'server_name' in self.equal:
            found.append(
                _is_there(
                    INSTANCES.c.uuid == ACTIONS.c.instance_uuid,
                    {INSTANCES.c.display_name: self.equal['server_name']},
                )
            )
        if self.statuses:
            found.append(ACTIONS.c.status.in_(self.statuses))
        if self.opened_before is not None:
            found += [
                ACTIONS.c.status == status.RUNNING,
                ACTIONS.c.start_time <= self.opened_before,
            ]
        if self.min_duration is not None:
            found.append(
                Elapsed(ACTIONS.c.start_time, ACTIONS.c.finish_time)
                >= self.min_duration
            )
        if step := self._step():
            found.append(_is_there(EVENTS.c.action_id == ACTIONS.c.id, step))
        return found

    def narrow(self) -> list[Any]:
        """Return, for each filter that an index of its own answers, the
        query for the ids of the actions that may pass it.

        Within a project only those are used that read no row of another
        project, whatever else is stored: neither what is found nor how soon
        may tell of it.
        """
        return self._narrow_owned() + (
            self._narrow_anywhere() if self.owner_id is None else []
        )

    def _narrow_owned(self) -> list[Any]:
        """Return those whose index begins with the owner, or with what
        belongs to one owner."""
        found = [
            sa.select(ACTIONS.c.id).where(
                ACTIONS.c[_OF_ACTION[name]] == self.equal[name], *self.owned()
            )
            for name in ('request_id', 'global_request_id', 'server')
            if name in self.equal
        ]
        if 'server_name' in self.equal:
            named = (
                sa.select(ACTIONS.c.id)
                .join(INSTANCES, INSTANCES.c.uuid == ACTIONS.c.instance_uuid)
                .where(INSTANCES.c.display_name == self.equal['server_name'])
            )
            if self.owner_id is not None:
                named = named.where(INSTANCES.c.project_id == self.owner_id)
            found.append(named)
        return found + [
            sa.select(ACTIONS.c.id).where(*window, *self.owned())
            for name, window in self.windows().items()
            if window and name != self.sort
        ]

    def _narrow_anywhere(self) -> list[Any]:
        """Return those whose index has rows of every owner."""
        found = [
            sa.select(EVENTS.c.action_id).where(each) for each in self.steps()
        ]
        found += [
            sa.select(ACTIONS.c.id).where(ACTIONS.c[name] == self.equal[name])
            for name in ('user_id', 'action')
            if name in self.equal
        ]
        statuses = (
            self.statuses if self.opened_before is None else (status.RUNNING,)
        )
        # What most actions have is never few, and has no index everywhere.
        if statuses and status.SUCCEEDED not in statuses:
            found.append(
                sa.select(ACTIONS.c.id).where(ACTIONS.c.status.in_(statuses))
            )
        return found
