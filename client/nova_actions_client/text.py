# SPDX-License-Identifier: Apache-2.0
"""Texts from the log, made safe to print: a name or an error message must
not control a terminal or be computed by a spreadsheet."""

import argparse
import textwrap
from collections.abc import Iterable

from rich import cells

#: Stands for no value.
NONE = '-'
#: Characters of the longest name or id.
LONGEST = 255
#: A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA = ('=', '+', '-', '@', '\t', '\r')


def argument(value: str) -> str:
    """Return a name or an id of the command line, for argparse.

    :raises argparse.ArgumentTypeError: for one that the service refuses
    """
    try:
        value.encode()
        fits = 1 <= len(value) <= LONGEST
    except UnicodeEncodeError:
        fits = False
    if not fits:
        raise argparse.ArgumentTypeError(
            f'{elided(repr(value), 60)} is not a text of 1 to {LONGEST} '
            'characters'
        )
    return value


def printable(value: object) -> str:
    """Return a value as one line that cannot control a terminal."""
    if value is None or value == '':
        return NONE
    return ''.join(
        char if char.isprintable() else '\N{REPLACEMENT CHARACTER}'
        for char in str(value)
    )


def lines(value: str) -> list[str]:
    """Return the printable lines of a text; empty ones stay empty."""
    return [printable(line) if line else '' for line in value.splitlines()]


def csv_cell(value: object) -> object:
    """Return a value as a cell that no spreadsheet computes."""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(FORMULA) else value


def elided(value: str, width: int, ellipsis: str = '…') -> str:
    """Return a text cut in its middle to a width in columns."""
    if cells.cell_len(value) <= width:
        return value
    left = max(0, width - len(ellipsis))
    room = left // 3
    tail = value[-room:] if room else ''
    while cells.cell_len(tail) > room:
        tail = tail[1:]
    head = cells.set_cell_size(value, left - room).rstrip()
    return head + ellipsis + tail


def wrapped(value: str, width: int) -> str:
    """Return a text wrapped to a width in columns, between words where
    possible."""
    width = max(2, width)
    lines = textwrap.wrap(value, width, break_on_hyphens=False) or [value]
    # textwrap counts characters, of which some take two columns.
    return '\n'.join(
        part
        for line in lines
        for part in (
            [line]
            if cells.cell_len(line) <= width
            else cells.chop_cells(line, width)
        )
    )


def listed(values: Iterable[str]) -> str:
    """Return several names as one text."""
    return ', '.join(values)
