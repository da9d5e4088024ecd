# SPDX-License-Identifier: Apache-2.0
"""Times and durations: parsed from the API and from options, and
formatted."""

import argparse
import datetime
import re
from collections.abc import Iterable

UNITS = {'s': 1, 'm': 60, 'h': 3600, 'd': 86400, 'w': 7 * 86400}
#: Seconds of the longest duration that is a bare number.
LONGEST = 10**9
_RELATIVE = re.compile(r'[0-9]{1,9}[smhdw]')


def parse(value: str | None) -> datetime.datetime | None:
    """Return a time of the API; without a zone it is UTC.

    :raises ValueError: when it is none, or its year in UTC is not 1 to 9999
    """
    if value is None:
        return None
    moment = datetime.datetime.fromisoformat(value)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=datetime.UTC)
    try:
        return moment.astimezone(datetime.UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from error


def asked(value: str) -> str:
    """Return a time of the command line as the API takes it, for argparse.

    It is ISO 8601 (UTC without a zone), or how long ago, as in ``2h``.

    :raises argparse.ArgumentTypeError: for anything else
    """
    if _RELATIVE.fullmatch(value):
        return value
    try:
        moment = parse(value)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'{value!r} is neither an ISO 8601 time, such as '
            '2026-01-31T22:00, nor how long ago, such as 30m, 2h or 7d',
        ) from None
    assert moment is not None
    return iso(moment)


def length(value: str) -> float:
    """Return the seconds of a duration such as ``90s``, ``2h`` or ``90``,
    for argparse.

    :raises argparse.ArgumentTypeError: for anything else
    """
    if _RELATIVE.fullmatch(value):
        return int(value[:-1]) * float(UNITS[value[-1]])
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= LONGEST:
        raise argparse.ArgumentTypeError(
            f'{value!r} is not a duration of 0 to {LONGEST:,} seconds, such '
            'as 90s, 5m or 2h'
        )
    return seconds


def span(value: str) -> str:
    """Return a duration of the command line as the API takes it, for
    argparse: to the microsecond.

    :raises argparse.ArgumentTypeError: for anything else
    """
    seconds = length(value)
    if _RELATIVE.fullmatch(value):
        return value
    return f'{seconds:.6f}'.rstrip('0').rstrip('.')


def iso(value: datetime.datetime) -> str:
    """Return a time in UTC as ISO 8601."""
    return value.astimezone(datetime.UTC).isoformat().replace('+00:00', 'Z')


def clock(values: Iterable[datetime.datetime], now: datetime.datetime) -> str:
    """Return the shortest strftime format for these times: without the date
    when all are of today, without the year when all are of this one."""
    days = {value.date() for value in values}
    if days <= {now.date()}:
        return '%H:%M:%S'
    if {day.year for day in days} == {now.year}:
        return '%m-%d %H:%M:%S'
    return '%Y-%m-%d %H:%M:%S'


def took(seconds: float | None) -> str:
    """Return a duration for a person: ``0.34s``, ``4.2s``, ``38s``,
    ``2m11s``, ``1h02m``, ``3d04h``; "-" for None."""
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
    """Return the current time, UTC."""
    return datetime.datetime.now(datetime.UTC)
