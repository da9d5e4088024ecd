# SPDX-License-Identifier: Apache-2.0
"""Answers from what is counted by the hour, and from the rows where an hour
is not counted yet, is not in the range as a whole, or something is asked for
that it is not counted by.

What an answer reads is bounded, and who asks for more is told to narrow it.
"""

import collections
import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import status
from nova_actions.db import table
from nova_actions.db.engine import reader
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import ROLLUP_STATE
from nova_actions.db.models import ROLLUPS
from nova_actions.db.search.query import Query
from nova_actions.db.stat import duration
from nova_actions.db.stat import fact
from nova_actions.db.stat import mark

Row = dict[str, Any]
Time = datetime.datetime
#: From the first time to the one before which it ends, None for never.
Range = tuple[Time, Time | None]

#: Actions of which the rows are read, at the most, and days.
ACTIONS_READ = 300_000
DAYS_READ = 31
#: Hourly counts that are read, at the most.
ROLLUPS_READ = 2_000_000
#: Groups, outcomes and durations that differ, at the most.
CELLS = 200_000

#: What is asked for that hours are counted by.
_COUNTED_BY = frozenset({'action', 'event', 'host'})
#: What makes a question one about steps.
_OF_STEPS = frozenset({'event', 'host', 'reason'})
_PERCENTILES = (50, 95, 99)
_ENDED_WELL = (status.SUCCEEDED, status.SUCCEEDED_AFTER_RETRY)


@dataclasses.dataclass(frozen=True)
class Question:
    """What is to be counted, and by what.

    :param query: which actions; ``host``, ``event`` and ``reason`` are those
        of the steps to count. Its range has a first time
    :param by: of :data:`fact.DIMENSIONS` and :data:`fact.UNITS`
    """

    query: Query
    by: Sequence[str]

    @property
    def of_steps(self) -> bool:
        """Whether steps are counted, not actions."""
        return bool(_OF_STEPS & {*self.by, *self.query.equal})

    @property
    def range(self) -> Range:
        first, end = self.query.started
        if first is None:
            raise ValueError('the range of a question has a first time')
        return first, end

    @property
    def is_counted(self) -> bool:
        """Whether hours are counted by all that is asked for."""
        query = self.query
        return (
            _COUNTED_BY.issuperset(query.equal)
            and not (query.statuses and self.of_steps)
            and query.min_duration is None
            and query.opened_before is None
            and query.updated == (None, None)
        )


@dataclasses.dataclass(frozen=True)
class Answer:
    """What was counted.

    :param groups: each with what it is counted by, ``count``,
        ``succeeded``, ``failed``, ``retried``, ``interrupted``, ``open``,
        ``failure_rate``, None where nothing has ended,
        and ``p50``, ``p95``, ``p99`` and ``longest`` in microseconds, None
        where nothing has ended
    :param rows_from: when the first action began whose rows were to be read,
        None where none were
    :param hours_from: the first hour that was answered without them, None
        where none was
    :param lost_before: which hours are not known as a whole
    """

    groups: list[Row]
    rows_from: Time | None
    hours_from: Time | None
    lost_before: Time | None


@reader
def ask(connection: sa.Connection, question: Question) -> Answer:
    """Return the answer to a question.

    :raises StatTooLarge: it would read too much
    """
    state = next(iter(table.found(connection, sa.select(ROLLUP_STATE))), None)
    hours = _hours(question)
    counted = _counted(state, hours)
    ranges = _rest(question.range, counted)
    _check_rows(connection, question, ranges)
    cells = _of_rows(connection, question, ranges)
    if hours is not None:
        _check_hours(connection, question, hours)
        cells += _of_hours(
            connection, question, hours, counted, CELLS - len(cells)
        )
    return Answer(
        _grouped(question, cells),
        min((first for first, _end in ranges), default=None),
        counted[0] if counted else None,
        state['lost_before'] if state else None,
    )


# -- which hours -------------------------------------------------------------


def _hours(question: Question) -> tuple[Time, Time] | None:
    """Return the hours that are in the range as a whole: the first one, and
    the one behind the last; None where hours do not answer it."""
    first, end = question.range
    hour = mark.hour_of(first)
    if hour < first:
        # Behind the last hour that there is comes none.
        hour = mark.hour_of(min(first, Time.max - mark.HOUR)) + mark.HOUR
    behind = mark.hour_of(Time.max if end is None else end)
    return (hour, behind) if question.is_counted and hour < behind else None


def _counted(
    state: Row | None, hours: tuple[Time, Time] | None
) -> tuple[Time, Time] | None:
    """Return those of the hours that are counted."""
    if state is None or hours is None:
        return None
    first = max(hours[0], state['rolled_from'])
    behind = min(hours[1], state['rolled_to'])
    return (first, behind) if first < behind else None


def _rest(whole: Range, counted: tuple[Time, Time] | None) -> list[Range]:
    """Return the parts of a range that the rows have to answer."""
    if counted is None:
        return [whole]
    before, behind = (whole[0], counted[0]), (counted[1], whole[1])
    return [
        (first, end)
        for first, end in (before, behind)
        if end is None or first < end
    ]


# -- reading -----------------------------------------------------------------


def _check_rows(
    connection: Any, question: Question, ranges: Iterable[Range]
) -> None:
    """Refuse what would read too many rows of actions.

    :raises StatTooLarge: it would
    """
    now = timeutils.utcnow()
    left = ACTIONS_READ
    for first, end in ranges:
        days = ((end or now) - first).total_seconds() / 86400
        if days > DAYS_READ and not question.is_counted:
            raise exception.StatTooLarge(
                reason=f'the range is longer than {DAYS_READ} days, which '
                'only questions about action, event, host and project may be'
            )
        left -= _counted_up_to(
            connection,
            left + 1,
            sa.select(ACTIONS.c.id).where(
                *question.query.owned(),
                *_within(ACTIONS.c.start_time, (first, end)),
            ),
        )
        if left < 0:
            raise exception.StatTooLarge(
                reason=f'it would read the rows of more than {ACTIONS_READ} '
                'actions'
            )


def _check_hours(
    connection: Any, question: Question, hours: tuple[Time, Time]
) -> None:
    """Refuse what would read too many hourly counts.

    :raises StatTooLarge: it would
    """
    owner_id = question.query.owner_id
    query = sa.select(ROLLUPS.c.id).where(*_within(ROLLUPS.c.hour, hours))
    if owner_id is not None:
        query = query.where(ROLLUPS.c.project_id == owner_id)
    if _counted_up_to(connection, ROLLUPS_READ + 1, query) > ROLLUPS_READ:
        raise exception.StatTooLarge(
            reason=f'it would read more than {ROLLUPS_READ} hourly counts'
        )


def _counted_up_to(connection: Any, limit: int, query: Any) -> int:
    """Return how many rows a query has, and read no more than a limit."""
    found: int = connection.execute(
        sa.select(sa.func.count()).select_from(query.limit(limit).subquery())
    ).scalar_one()
    return found


def _within(column: Any, within: Range) -> list[Any]:
    first, end = within
    return [column >= first, *([] if end is None else [column < end])]


def _of_rows(
    connection: Any, question: Question, ranges: Iterable[Range]
) -> list[Row]:
    query = question.query
    of_action = dataclasses.replace(
        query,
        equal={
            name: value
            for name, value in query.equal.items()
            if name not in _OF_STEPS
        },
    )
    found: list[Row] = []
    for each in ranges:
        # Limited, so that the database begins with these, and no index leads
        # it over steps of other projects.
        actions = fact.actions(
            *query.owned(),
            *of_action.filters(),
            *_within(ACTIONS.c.start_time, each),
        ).limit(ACTIONS_READ)
        facts = fact.of(actions, question.of_steps, query.steps())
        found += _read(
            connection,
            question,
            facts,
            facts.selected_columns.start_time,
            CELLS - len(found),
        )
    return found


def _of_hours(
    connection: Any,
    question: Question,
    hours: tuple[Time, Time],
    counted: tuple[Time, Time] | None,
    left: int,
) -> list[Row]:
    query, hour = question.query, ROLLUPS.c.hour
    conditions = [
        ROLLUPS.c[name] == value for name, value in query.equal.items()
    ]
    if query.owner_id is not None:
        conditions.append(ROLLUPS.c.project_id == query.owner_id)
    if query.statuses:
        conditions.append(ROLLUPS.c.outcome.in_(query.statuses))
    is_kept = ROLLUPS.c.is_purged == 1
    if counted is not None:
        is_kept = sa.or_(is_kept, sa.and_(*_within(hour, counted)))
    facts = sa.select(
        *(ROLLUPS.c[name] for name in (*fact.DIMENSIONS, *fact.NUMBERS))
    ).where(
        *_within(hour, hours),
        is_kept,
        ROLLUPS.c.event.is_not(None)
        if question.of_steps
        else ROLLUPS.c.event.is_(None),
        *conditions,
    )
    return _read(connection, question, facts, hour, left)


def _read(
    connection: Any, question: Question, facts: Any, time: Any, left: int
) -> list[Row]:
    """Return how many facts have the same of what is asked for, outcome and
    bucket.

    :param time: when the actions of the facts began
    :param left: how many rows may be returned
    :raises StatTooLarge: there are more
    """
    found = table.found(
        connection,
        fact.summed(
            facts,
            *(name for name in question.by if name in fact.DIMENSIONS),
            **{
                name: fact.unit(connection, time, name)
                for name in question.by
                if name in fact.UNITS
            },
        ).limit(left + 1),
    )
    if len(found) > left:
        raise exception.StatTooLarge(
            reason=f'it has more than {CELLS} groups and durations'
        )
    return found


# -- adding up ---------------------------------------------------------------


def _grouped(question: Question, cells: Iterable[Row]) -> list[Row]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for cell in cells:
        groups.setdefault(
            tuple(cell[name] for name in question.by), []
        ).append(cell)
    found = (
        {**dict(zip(question.by, key, strict=True)), **_added_up(some)}
        for key, some in groups.items()
    )
    return [group for group in found if group['count'] > 0]


def _added_up(cells: Sequence[Row]) -> Row:
    outcomes: collections.Counter[str] = collections.Counter()
    for cell in cells:
        outcomes[cell['outcome']] += int(cell['count'])
    count = outcomes.total()
    ended = count - outcomes[status.RUNNING]
    return {
        'count': count,
        'succeeded': sum(outcomes[each] for each in _ENDED_WELL),
        'failed': outcomes[status.FAILED],
        'retried': sum(int(cell['retried']) for cell in cells),
        'interrupted': outcomes[status.INTERRUPTED],
        'open': outcomes[status.RUNNING],
        'failure_rate': outcomes[status.FAILED] / ended if ended else None,
        **_durations(cells),
    }


def _durations(cells: Iterable[Row]) -> Row:
    buckets: collections.Counter[int] = collections.Counter()
    longest: dict[int, int] = {}
    for cell in cells:
        bucket = cell['bucket']
        if bucket is not None and cell['longest'] is not None:
            buckets[bucket] += int(cell['count'])
            longest[bucket] = max(cell['longest'], longest.get(bucket, 0))
    there = {bucket: count for bucket, count in buckets.items() if count > 0}
    most = max((longest[bucket] for bucket in there), default=None)
    return {
        'longest': most,
        **{
            f'p{percent}': duration.percentile(there, percent, most or 0)
            for percent in _PERCENTILES
        },
    }
