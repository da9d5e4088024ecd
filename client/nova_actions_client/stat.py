# SPDX-License-Identifier: Apache-2.0
"""Statistics of actions, as the API ``/v1/stats`` counts them."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from nova_actions_client import moment

#: What is counted by, and the units of time among that.
BY = ('action', 'event', 'host', 'project', 'day', 'hour')
UNITS = ('day', 'hour')
#: What is sorted by.
SORTS = (
    'count',
    'succeeded',
    'failed',
    'retried',
    'interrupted',
    'open',
    'failure_rate',
    'p50',
    'p95',
    'p99',
    'max',
    *BY,
)
#: How many groups the service returns at the most.
LIMIT = 1000
#: A trend is by the hour where it is of no longer than this, else by the day.
BY_HOUR = datetime.timedelta(days=2)
_LENGTHS = {
    'day': datetime.timedelta(days=1),
    'hour': datetime.timedelta(hours=1),
}


@dataclasses.dataclass(frozen=True)
class Stat:
    """One group.

    :param group: what its members have in common, in the order of the
        question; None where that is not known
    :param failure_rate: 0 to 1; None where nothing has ended
    :param durations: seconds by ``p50``, ``p95``, ``p99`` and ``max``
    """

    group: tuple[str | None, ...]
    count: int
    succeeded: int
    failed: int
    retried: int
    interrupted: int
    open: int
    failure_rate: float | None
    durations: Mapping[str, float | None]


@dataclasses.dataclass(frozen=True)
class Stats:
    """An answer.

    :param more: there are more groups than were asked for
    :param counted: "actions", or "steps"
    :param source: what it is counted from
    :param since: what began before does not count; None means everything
    :param until: what began then or later does not count; None means now
    :param incomplete: a sentence for each thing that may be missing
    """

    stats: Sequence[Stat]
    more: bool
    counted: str
    source: str
    since: datetime.datetime | None
    until: datetime.datetime | None
    incomplete: Sequence[str]


def of_view(
    view: Mapping[str, Any], by: Sequence[str], incomplete: Sequence[str]
) -> Stats:
    """Return an answer of ``/v1/stats``.

    :param by: what was counted by
    """
    window = view['window']
    purged = (
        []
        if view['complete']
        else ['some of what would count was purged before it was counted']
    )
    return Stats(
        stats=[_stat(group, by) for group in view['stats']],
        more=view['more'],
        counted=view['counted'],
        source=view['source'],
        since=moment.parse(window['started_after']),
        until=moment.parse(window['started_before']),
        incomplete=[*incomplete, *purged],
    )


def _stat(view: Mapping[str, Any], by: Sequence[str]) -> Stat:
    return Stat(
        group=tuple(view[name] for name in by),
        durations={
            name: view[f'duration_{name}']
            for name in ('p50', 'p95', 'p99', 'max')
        },
        **{
            name: view[name]
            for name in (
                'count',
                'succeeded',
                'failed',
                'retried',
                'interrupted',
                'open',
                'failure_rate',
            )
        },
    )


def unit(answer: Stats, now: datetime.datetime) -> str:
    """Return the unit of time that a trend over an answer's window has."""
    if answer.since is None:
        return 'day'
    span = (answer.until or now) - answer.since
    return 'hour' if span <= BY_HOUR else 'day'


def trends(
    answer: Stats, of: str, now: datetime.datetime
) -> dict[str | None, list[float | None]]:
    """Return the failure rates of each group along the time, a number for
    each day or hour; None where nothing has ended.

    :param answer: counted by something and by a unit of time
    :param of: the unit
    """
    rates: dict[str | None, dict[datetime.datetime, float | None]] = {}
    for each in answer.stats:
        name, start = each.group
        begun = moment.parse(start)
        if begun is not None:
            rates.setdefault(name, {})[begun] = each.failure_rate
    times = _times(
        answer, of, now, {start for each in rates.values() for start in each}
    )
    return {
        name: [each.get(start) for start in times]
        for name, each in rates.items()
    }


def _times(
    answer: Stats,
    of: str,
    now: datetime.datetime,
    known: set[datetime.datetime],
) -> list[datetime.datetime]:
    """Return the beginning of each day or hour of a window."""
    first = answer.since or min(known, default=now)
    start = first.replace(minute=0, second=0, microsecond=0)
    if of == 'day':
        start = start.replace(hour=0)
    # What is not yet over there counts, too.
    end = max(known | {answer.until or now})
    found = []
    while start <= end:
        found.append(start)
        start += _LENGTHS[of]
    return found
