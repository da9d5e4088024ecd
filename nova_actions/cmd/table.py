# SPDX-License-Identifier: Apache-2.0
"""Rows as a table for people."""

import datetime
from collections.abc import Iterable, Sequence

NONE = '-'


def render(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows in columns under their titles."""
    cells = [[printable(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(titles, *cells,
                                                      strict=True)]
    lines = [titles, ['-' * width for width in widths], *cells]
    return '\n'.join(
        '  '.join(cell.ljust(width) for cell, width in zip(
            line, widths, strict=True)).rstrip()
        for line in lines)


def printable(value: object) -> str:
    """Return a value as text that cannot command a terminal."""
    if value is None or value == '':
        return NONE
    return ''.join(char if char.isprintable() else '\N{REPLACEMENT CHARACTER}'
                   for char in str(value))


def moment(value: datetime.datetime | None) -> str | None:
    """Return a time in UTC to the second."""
    if value is None:
        return None
    return value.astimezone(datetime.UTC).strftime('%Y-%m-%d %H:%M:%S')


def duration(microseconds: int | None) -> str | None:
    """Return a length of time with three digits, or in its two largest
    units."""
    if microseconds is None:
        return None
    milliseconds = microseconds / 1000
    if milliseconds < 999.5:
        return f'{milliseconds:.3g} ms'
    seconds = microseconds / 1_000_000
    if seconds < 60:
        return f'{seconds:.3g} s'
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f'{minutes} min {rest} s'
    hours, minutes = divmod(minutes, 60)
    return f'{hours} h {minutes} min'
