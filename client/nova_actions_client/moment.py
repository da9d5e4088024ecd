# SPDX-License-Identifier: Apache-2.0
"""Times and lengths of time: read from the API and from a person, and
printed."""

import argparse
import datetime
import re
from collections.abc import Iterable

UNITS = {'s': 1, 'm': 60, 'h': 3600, 'd': 86400, 'w': 7 * 86400}
_RELATIVE = re.compile(r'[0-9]{1,9}[smhdw]')


def parse(value: str | None) -> datetime.datetime | None:
    """Return a time of the API, which is UTC where it names no zone."""
    if value is None:
        return None
    moment = datetime.datetime.fromisoformat(value)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=datetime.UTC)
    return moment.astimezone(datetime.UTC)


def asked(value: str) -> str:
    """Check a time as a person writes it, for argparse: ISO 8601 (UTC where
    it names no zone), or how long ago, as in ``2h`` or ``7d``.

    :raises argparse.ArgumentTypeError: for anything else
    """
    if _RELATIVE.fullmatch(value):
        return value
    try:
        moment = parse(value)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'{value!r} is neither a time in ISO 8601, such as '
            '2026-01-31T22:00, nor how long ago, such as 30m, 2h or 7d',
        ) from None
    assert moment is not None
    return iso(moment)


def length(value: str) -> float:
    """Return seconds of a length of time such as ``90s`` or ``2h``, for
    argparse; of a bare number, too.

    :raises argparse.ArgumentTypeError: for anything else
    """
    if _RELATIVE.fullmatch(value):
        return int(value[:-1]) * float(UNITS[value[-1]])
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < 1e9:
        raise argparse.ArgumentTypeError(
            f'{value!r} is not a length of time such as 90s, 5m or 2h'
        )
    return seconds


def span(value: str) -> str:
    """Check a length of time as :func:`length` does, in whole seconds at
    least, for the service to read.

    :raises argparse.ArgumentTypeError: for anything else
    """
    seconds = length(value)
    return value if _RELATIVE.fullmatch(value) else str(round(seconds))


def iso(value: datetime.datetime) -> str:
    """Return a time in UTC as ISO 8601."""
    return value.astimezone(datetime.UTC).isoformat().replace('+00:00', 'Z')


def clock(values: Iterable[datetime.datetime], now: datetime.datetime) -> str:
    """Return the shortest format of times that tells these apart: without a
    day when all are of today."""
    days = {value.date() for value in values}
    if days <= {now.date()}:
        return '%H:%M:%S'
    if {day.year for day in days} == {now.year}:
        return '%m-%d %H:%M:%S'
    return '%Y-%m-%d %H:%M:%S'


def took(seconds: float | None) -> str:
    """Return a length of time as a person reads it: ``0.34s``,
    ``4.2s``, ``38s``, ``2m11s``, ``1h02m``, ``3d04h``."""
    if seconds is None:
        return '-'
    for limit, digits in ((0.9995, 3), (9.95, 1), (59.5, 0)):
        if seconds < limit:
            return f'{seconds:.{digits}f}s'
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f'{minutes}m{rest:02}s'
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours < 24:
        return f'{hours}h{minutes:02}m'
    days, hours = divmod(round(seconds / 3600), 24)
    return f'{days}d{hours:02}h'


def now() -> datetime.datetime:
    """Return the time."""
    return datetime.datetime.now(datetime.UTC)
