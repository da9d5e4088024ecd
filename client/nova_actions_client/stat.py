# SPDX-License-Identifier: Apache-2.0
"""Statistics of actions: the API ``/v1/stats``."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from nova_actions_client import moment
from nova_actions_client import view as views

#: What to group by, and the units of time among that.
BY = ('action', 'event', 'host', 'project', 'day', 'hour')
UNITS = ('day', 'hour')
#: What to sort by.
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
#: The most groups that the service returns.
LIMIT = 1000
#: A trend over this time or less is by the hour, else by the day.
BY_HOUR = datetime.timedelta(days=2)
_LENGTHS = {
    'day': datetime.timedelta(days=1),
    'hour': datetime.timedelta(hours=1),
}


@dataclasses.dataclass(frozen=True)
class Stat:
    """One group.

    :param group: the values that were grouped by, in the order of the
        question; None where one is not known
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
    :param source: "rows", "rollups", or both
    :param since: the start of the time that is counted; None: all
    :param until: its end; None: now
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
    view: views.StatPage, by: Sequence[str], incomplete: Sequence[str]
) -> Stats:
    """Return an answer of ``/v1/stats``.

    :param by: what was grouped by
    """
    window = view['window']
    purged = (
        []
        if view['complete']
        else ['some actions were purged before they were counted']
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


def _stat(view: views.Group, by: Sequence[str]) -> Stat:
    # The keys of the groups are names that the caller chose.
    groups: Mapping[str, object] = view
    return Stat(
        group=tuple(
            None if groups[name] is None else str(groups[name]) for name in by
        ),
        count=view['count'],
        succeeded=view['succeeded'],
        failed=view['failed'],
        retried=view['retried'],
        interrupted=view['interrupted'],
        open=view['open'],
        failure_rate=view['failure_rate'],
        durations={
            'p50': view['duration_p50'],
            'p95': view['duration_p95'],
            'p99': view['duration_p99'],
            'max': view['duration_max'],
        },
    )


def unit(answer: Stats, now: datetime.datetime) -> str:
    """Return the unit of time of a trend over an answer's window."""
    if answer.since is None:
        return 'day'
    span = (answer.until or now) - answer.since
    return 'hour' if span <= BY_HOUR else 'day'


def trends(
    answer: Stats, of: str, now: datetime.datetime
) -> dict[str | None, list[float | None]]:
    """Return the failure rates of each group, one for each day or hour;
    None where nothing ended.

    :param answer: grouped by something and by a unit of time
    :param of: the unit
    """
    rates = _rates(answer)
    times = _times(
        answer, of, now, {start for each in rates.values() for start in each}
    )
    return {
        name: [each.get(start) for start in times]
        for name, each in rates.items()
    }


def _rates(
    answer: Stats,
) -> dict[str | None, dict[datetime.datetime, float | None]]:
    """Return the failure rates of each group by their days or hours."""
    rates: dict[str | None, dict[datetime.datetime, float | None]] = {}
    for each in answer.stats:
        name, start = each.group
        time = moment.parse(start)
        if time is not None:
            rates.setdefault(name, {})[time] = each.failure_rate
    return rates


def _times(
    answer: Stats,
    of: str,
    now: datetime.datetime,
    known: set[datetime.datetime],
) -> list[datetime.datetime]:
    """Return the start of each day or hour of a window."""
    first = answer.since or min(known, default=now)
    start = first.replace(minute=0, second=0, microsecond=0)
    if of == 'day':
        start = start.replace(hour=0)
    # The day or hour that has just started counts as well.
    end = max(known | {answer.until or now})
    found = []
    while start <= end:
        found.append(start)
        start += _LENGTHS[of]
    return found
