# SPDX-License-Identifier: Apache-2.0
"""What leaves a command: safe in whatever format, and as wide as the
terminal."""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from typing import Any

from cliff import columns
from rich import cells

from nova_actions_client import text

#: Formats in which a character is as it is.
RAW = ('csv', 'value', 'shell')
#: The narrowest that a column becomes.
NARROWEST = 11
#: The same of one that is cut.
CUT = 8
#: From so many columns on a screen has room for the widest tables.
WIDE = 100


def note(message: str) -> None:
    """Say something that is not part of the answer."""
    print(message, file=sys.stderr)  # noqa: T201


def screen() -> int | None:
    """Return how many columns there are; None where nobody looks."""
    if sys.stdout.isatty() or os.environ.get('COLUMNS'):
        return shutil.get_terminal_size().columns
    return None


def safe(row: Sequence[Any], formatter: str) -> list[Any]:
    """Return a row whose cells command neither a terminal nor a
    spreadsheet, in a format that does not see to it itself."""
    if formatter not in RAW:
        return list(row)
    found = []
    for cell in row:
        if isinstance(cell, columns.FormattableColumn):
            cell = cell.machine_readable()
        if isinstance(cell, str):
            if formatter == 'csv':
                cell = text.csv_cell(cell)
            cell = text.printable(cell) if cell else cell
        found.append('' if cell is None and formatter == 'csv' else cell)
    return found


def fitted(
    titles: Sequence[str],
    shown: Sequence[Sequence[str]],
    width: int,
    flexible: int,
) -> list[list[str]]:
    """Return rows as a person reads them on a screen: one column is cut in
    its middle, and the last one takes the lines that it needs, broken within
    a word only where nothing else helps.

    :param shown: the rows, see :func:`human`
    :param flexible: the column that is cut
    """
    word = max(
        cells.cell_len(word)
        for row in (titles, *shown)
        for word in row[-1].split() or ('',)
    )
    # A table has two blanks and a bar a column, and one bar more.
    left = (
        width
        - 1
        - 3 * len(titles)
        - sum(
            _width(titles, shown, number)
            for number in range(len(titles) - 1)
            if number != flexible
        )
    )
    cut = min(
        _width(titles, shown, flexible), max(CUT, left - max(NARROWEST, word))
    )
    return [
        [
            *(
                text.elided(cell, cut) if number == flexible else cell
                for number, cell in enumerate(row[:-1])
            ),
            text.wrapped(row[-1], max(NARROWEST, left - cut)),
        ]
        for row in shown
    ]


def _width(
    titles: Sequence[str], rows: Sequence[Sequence[str]], number: int
) -> int:
    return max(
        cells.cell_len(line)
        for row in (titles, *rows)
        for line in row[number].split('\n')
    )


def human(cell: Any) -> str:
    """Return a cell as a person reads it."""
    if isinstance(cell, columns.FormattableColumn):
        return str(cell.human_readable())
    return text.printable(cell)


def is_for_a_person(args: argparse.Namespace) -> bool:
    """Tell whether the default format is wanted, with nothing chosen."""
    return args.formatter == 'table' and not args.columns


def can_encode(stream: Any) -> bool:
    """Tell whether a stream takes what is not ASCII."""
    return 'utf' in (getattr(stream, 'encoding', None) or '').lower()
