# SPDX-License-Identifier: Apache-2.0
"""Rows printed one by one, in formats that need no end."""

import argparse
import contextlib
import io
import json
import signal
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from cliff import columns
from cliff.formatters import base as formatters
from rich import cells

from nova_actions_client import output
from nova_actions_client import text

#: The formats that can be printed row by row.
FORMATS = ('csv', 'json', 'table', 'value')
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stream:
    """Prints rows.

    :param formatter: of the format of the command line
    :param widths: of the columns of a table, without the last one, which has
        the rest of the screen
    :param width: columns of the screen; None: there is none
    """

    def __init__(
        self,
        formatter: formatters.ListFormatter,
        args: argparse.Namespace,
        titles: Sequence[str],
        widths: Sequence[int],
        width: int | None,
    ) -> None:
        self._formatter = formatter
        self._args = args
        self._titles = titles
        self._widths = widths
        self._width = width
        self._has_titles = False

    def write(self, rows: Sequence[Sequence[Any]], stdout: TextIO) -> None:
        """Print rows and flush them."""
        if self._args.formatter == 'json':
            printed = ''.join(f'{self._object(row)}\n' for row in rows)
        elif self._args.formatter == 'table':
            printed = self._table(rows)
        else:
            printed = self._formatted(rows)
        self._has_titles = True
        stdout.write(printed)
        stdout.flush()

    def _object(self, row: Sequence[Any]) -> str:
        return json.dumps(
            dict(zip(self._titles, map(_machine, row), strict=True))
        )

    def _formatted(self, rows: Sequence[Sequence[Any]]) -> str:
        """Return rows as the formatter prints them, with the titles once."""
        printed = io.StringIO()
        self._formatter.emit_list(
            self._titles,
            [output.safe(row, self._args.formatter) for row in rows],
            printed,
            self._args,
        )
        lines = printed.getvalue()
        if self._args.formatter == 'csv' and self._has_titles:
            return lines.partition('\n')[2]
        return lines

    def _table(self, rows: Sequence[Sequence[Any]]) -> str:
        lines = [] if self._has_titles else [self._line(self._titles)]
        for row in rows:
            *first, last = map(output.human, row)
            # The last column is wrapped.
            parts = (
                [last]
                if self._width is None
                else text.wrapped(
                    last,
                    max(
                        output.NARROWEST,
                        self._width - sum(self._widths) - len(self._widths),
                    ),
                ).splitlines()
            )
            lines.append(self._line([*first, parts[0]]))
            lines.extend(
                self._line([*[''] * len(first), part]) for part in parts[1:]
            )
        return ''.join(f'{line}\n' for line in lines)

    def _line(self, row: Sequence[str]) -> str:
        *first, last = row
        return ' '.join(
            [
                *(
                    self._set(cell, width)
                    for cell, width in zip(first, self._widths, strict=True)
                ),
                last,
            ]
        ).rstrip()

    def _set(self, cell: str, width: int) -> str:
        """Return a cell as wide as its column; on a screen it is cut."""
        if self._width is not None:
            cell = text.elided(cell, width)
        return cell + ' ' * (width - cells.cell_len(cell))


def _machine(cell: Any) -> Any:
    if isinstance(cell, columns.FormattableColumn):
        return cell.machine_readable()
    return cell


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Delay the signals that end the command."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
