# SPDX-License-Identifier: Apache-2.0
"""Times from clocks of other hosts: none is from the future, and no end is
before its start."""

import datetime
import logging
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from oslo_utils import timeutils

LOG = logging.getLogger(__name__)

Row = dict[str, Any]

#: Seconds between two lines of the log about one host.
INTERVAL = 600.0
#: How many hosts are remembered for that.
REMEMBERED = 10_000

_tolerance = datetime.timedelta(seconds=300)
_lock = threading.Lock()
_told: dict[str | None, float] = {}


def learn(tolerance: float) -> None:
    """Set how many seconds a clock may be ahead of ours."""
    global _tolerance
    _tolerance = datetime.timedelta(seconds=tolerance)


def is_future(value: datetime.datetime, now: datetime.datetime) -> bool:
    """Tell whether a time is later than any clock may say."""
    return value > now + _tolerance


def end_of(
    start: datetime.datetime | None,
    finish: datetime.datetime,
    duration_us: int | None,
    now: datetime.datetime,
) -> datetime.datetime:
    """Return when something ended: where the clock was set back meanwhile,
    its start and what was measured tell."""
    if start is None or finish >= start:
        return finish
    try:
        end = start + datetime.timedelta(microseconds=duration_us or 0)
    except OverflowError:
        return start
    return max(start, now) if is_future(end, now) else end


def start_of(
    finish: datetime.datetime, duration_us: int | None
) -> datetime.datetime:
    """Return when something began of which only the end is told."""
    try:
        return finish - datetime.timedelta(microseconds=duration_us or 0)
    except OverflowError:
        return finish


def fit_all(rows: Iterable[Mapping[str, Any]]) -> tuple[list[Row], list[int]]:
    """Return rows of actions or events whose times can be true, and how many
    of each were cut to now."""
    now = timeutils.utcnow()
    fitted = [_fit(row, now) for row in rows]
    return [row for row, _late in fitted], [late for _row, late in fitted]


def fit(row: Mapping[str, Any]) -> tuple[Row, int]:
    """Return the same of one row."""
    return _fit(row, timeutils.utcnow())


def _fit(row: Mapping[str, Any], now: datetime.datetime) -> tuple[Row, int]:
    limit = now + _tolerance
    late = [
        name
        for name, value in row.items()
        if isinstance(value, datetime.datetime) and value > limit
    ]
    fitted = dict(row)
    if late:
        fitted.update(dict.fromkeys(late, now))
        _tell(row, late)
    if fitted.get('finish_time') is not None:
        fitted['finish_time'] = end_of(
            fitted.get('start_time'),
            fitted['finish_time'],
            fitted.get('duration_us'),
            now,
        )
    return fitted, len(late)


def _tell(row: Mapping[str, Any], late: list[str]) -> None:
    host, now = row.get('host'), time.monotonic()
    with _lock:
        if now - _told.get(host, -INTERVAL) < INTERVAL:
            return
        while len(_told) >= REMEMBERED:
            del _told[next(iter(_told))]
        _told[host] = now
    LOG.warning(
        'A clock is ahead by more than %s s, so that %s was cut to now: %s, '
        'uuid %s, on server %s, host %s; others of that host are not told '
        'for %d s',
        _tolerance.total_seconds(),
        ' and '.join(late),
        row.get('kind') or 'a record',
        row.get('uuid'),
        row.get('instance_uuid'),
        host,
        INTERVAL,
    )
