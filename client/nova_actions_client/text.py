# SPDX-License-Identifier: Apache-2.0
"""Texts of others, made safe to print: they name servers and hosts, and quote
errors, and are never commands to a terminal or to a spreadsheet."""

import textwrap
from collections.abc import Iterable

from rich import cells

#: What stands where there is nothing.
NONE = '-'
#: A spreadsheet takes a cell that begins so for a formula.
FORMULA = ('=', '+', '-', '@', '\t', '\r')


def printable(value: object) -> str:
    """Return a value as one line that cannot command a terminal."""
    if value is None or value == '':
        return NONE
    return ''.join(
        char if char.isprintable() else '\N{REPLACEMENT CHARACTER}'
        for char in str(value)
    )


def lines(value: str) -> list[str]:
    """Return the lines of a text, each printable; empty ones stay empty."""
    return [printable(line) if line else '' for line in value.splitlines()]


def csv_cell(value: object) -> object:
    """Return a value as a cell that no spreadsheet computes."""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(FORMULA) else value


def elided(value: str, width: int, ellipsis: str = '…') -> str:
    """Return a text cut in its middle to so many columns of a terminal."""
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
    """Return a text in lines of at most so many columns, broken between
    words where it can be."""
    return '\n'.join(
        textwrap.wrap(value, max(1, width), break_on_hyphens=False) or [value]
    )


def listed(values: Iterable[str]) -> str:
    """Return several names as one text."""
    return ', '.join(values)
