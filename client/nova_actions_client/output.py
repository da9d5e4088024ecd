# SPDX-License-Identifier: Apache-2.0
"""What a command prints: safe in every format, and as wide as the
terminal."""

import argparse
import contextlib
import io
import itertools
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from cliff import columns
from osc_lib import exceptions
from rich import cells

from nova_actions_client import text

#: Formats that escape nothing.
RAW = ('csv', 'value', 'shell')
#: The narrowest that the last column becomes.
NARROWEST = 11
#: The narrowest that a column becomes that is cut.
CUT = 8
#: The columns of a screen that has room for the widest tables.
WIDE = 100


def note(message: str) -> None:
    """Print a note to standard error, if that takes it."""
    # Without a file, print takes standard output.
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            print(message, file=sys.stderr)  # noqa: T201


def screen() -> int | None:
    """Return the columns of the terminal; None when there is none."""
    if is_terminal() or os.environ.get('COLUMNS'):
        return shutil.get_terminal_size().columns
    return None


def is_terminal() -> bool:
    """Tell whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def safe(row: Sequence[Any], formatter: str) -> list[Any]:
    """Return a row whose cells are harmless to terminals and spreadsheets,
    where the format does not escape them itself."""
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
    """Return rows that fit on a screen.

    One column is cut in its middle. The last one is wrapped between words,
    and within a word only where it has no other way.

    :param shown: the rows, see :func:`human`
    :param flexible: the column that is cut
    """
    word = max(
        cells.cell_len(word)
        for row in (titles, *shown)
        for word in row[-1].split() or ('',)
    )
    # A table has two blanks and a bar for each column, and one bar more.
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


def table_width(titles: Sequence[str], shown: Sequence[Sequence[str]]) -> int:
    """Return how many columns of a screen a table takes."""
    return 1 + sum(
        3 + _width(titles, shown, number) for number in range(len(titles))
    )


def records(
    titles: Sequence[str], shown: Sequence[Sequence[str]], width: int
) -> str:
    """Return rows one below the other, a line for each cell."""
    margin = max(map(len, titles)) + 2
    return '\n'.join(
        ''.join(
            f'{head:<{margin}}{line}\n'
            for title, cell in zip(titles, row, strict=True)
            for head, line in zip(
                itertools.chain([title], itertools.repeat('')),
                text.wrapped(cell, width - margin).split('\n'),
                strict=False,
            )
        )
        for row in shown
    )


def _width(
    titles: Sequence[str], rows: Sequence[Sequence[str]], number: int
) -> int:
    return max(
        cells.cell_len(line)
        for row in (titles, *rows)
        for line in row[number].split('\n')
    )


def human(cell: Any) -> str:
    """Return a cell for a person."""
    if isinstance(cell, columns.FormattableColumn):
        return str(cell.human_readable())
    return text.printable(cell)


def order(cell: Any) -> tuple[bool, Any]:
    """Return what a cell is sorted by; what is not known comes last."""
    if isinstance(cell, columns.FormattableColumn):
        cell = cell.machine_readable()
    return cell is None, cell


def is_for_a_person(args: argparse.Namespace) -> bool:
    """Tell whether the output is a table of the default columns."""
    return args.formatter == 'table' and not args.columns


def width_of(args: argparse.Namespace) -> int | None:
    """Return the columns that a table has to fit in; None when it need not,
    or when the command line says how it is to fit."""
    if not is_for_a_person(args) or args.max_width:
        return None
    return screen()


def opened(stream: TextIO | None) -> TextIO:
    """Return a stream that prints a replacement for what its encoding lacks;
    for None, which Python has for a closed one, a stream to nowhere."""
    if stream is None:
        return open(os.devnull, 'w', encoding='utf-8', errors='replace')
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors='replace')
    return stream


@contextlib.contextmanager
def printing(stream: TextIO) -> Iterator[None]:
    """Print what is left in a stream, and tell why it takes no more.

    :raises BrokenPipeError: when nobody reads it any more
    :raises CommandError: when its disk is full, for example
    """
    try:
        yield
        stream.flush()
    except OSError as error:
        # Errors of files have a name, errors of requests no number.
        if error.filename is not None or error.errno is None:
            raise
        _discard(stream)
        if isinstance(error, BrokenPipeError):
            raise
        raise exceptions.CommandError(
            f'standard output: {error.strerror}'
        ) from error


def _discard(stream: TextIO) -> None:
    """Let a stream lose what it could not print; Python flushes it again at
    its end."""
    with contextlib.suppress(OSError, ValueError):
        number = stream.fileno()
        with open(os.devnull, 'wb') as nowhere:
            os.dup2(nowhere.fileno(), number)


def can_encode(stream: TextIO) -> bool:
    """Tell whether a stream takes more than ASCII."""
    return 'utf' in (getattr(stream, 'encoding', None) or '').lower()
