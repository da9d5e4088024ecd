# SPDX-License-Identifier: Apache-2.0
"""Tables for the terminal."""

import datetime
import itertools
import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence

NONE = '-'
GAP = '  '


def render(
    titles: Sequence[str],
    rows: Iterable[Sequence[object]],
    width: int | None = None,
) -> str:
    """Return rows in columns under their titles.

    :param width: of the terminal; a row that does not fit continues in
        columns on further lines, so that nothing is cut
    """
    cells = [[printable(value) for value in row] for row in rows]
    widths = [
        max(map(_width, column)) for column in zip(titles, *cells, strict=True)
    ]
    lines = _folded(widths, width)
    rules = ['-' * each for each in widths]
    return '\n'.join(
        _line(row, widths, columns)
        for row in (titles, rules, *cells)
        for columns in lines
    )


def _folded(widths: Sequence[int], width: int | None) -> list[range]:
    """Return the columns on each line of a row."""
    starts = [0]
    used = 0
    for number, each in enumerate(widths):
        used += each + len(GAP)
        if width and number and used - len(GAP) > width:
            starts.append(number)
            used = 2 * len(GAP) + each
    return [
        range(*pair) for pair in itertools.pairwise([*starts, len(widths)])
    ]


def _line(row: Sequence[str], widths: Sequence[int], columns: range) -> str:
    indent = GAP if columns.start else ''
    return (
        indent
        + GAP.join(
            row[number] + ' ' * (widths[number] - _width(row[number]))
            for number in columns
        )
    ).rstrip()


def _width(text: str) -> int:
    """Return the width of a text on a terminal."""
    return sum(
        0
        if unicodedata.combining(char)
        else 2
        if unicodedata.east_asian_width(char) in 'WF'
        else 1
        for char in text
    )


def paragraph(line: str, indent: str, width: int | None) -> str:
    """Return a line of prose, wrapped between words."""
    text = indent + printable(line)
    if width is None or _width(text) <= width:
        return text
    return textwrap.fill(
        printable(line),
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def screen() -> int | None:
    """Return the width of the terminal; None if the output goes elsewhere."""
    if sys.stdout.isatty() or os.environ.get('COLUMNS'):
        return shutil.get_terminal_size().columns
    return None


def printable(value: object) -> str:
    """Return a value as text without control characters."""
    if value is None or value == '':
        return NONE
    return ''.join(
        char if char.isprintable() else '\N{REPLACEMENT CHARACTER}'
        for char in str(value)
    )


def moment(value: datetime.datetime | None) -> str | None:
    """Return a time in UTC to the second."""
    if value is None:
        return None
    return value.astimezone(datetime.UTC).strftime('%Y-%m-%d %H:%M:%S')


def duration(microseconds: int | None) -> str | None:
    """Return a duration with three digits, or in its two largest units."""
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
