# SPDX-License-Identifier: Apache-2.0
"""F19: tables of text: a name in the first line, values in the lines below.

The columns stand between tabs, bars, commas or semicolons, or two blanks and
more apart.
"""

import re
from collections.abc import Iterator

from nova_actions.sanitize import naming
from nova_actions.sanitize import text as _text
from nova_actions.sanitize import words
from nova_actions.sanitize.index import Index

#: So many lines below a first one are read.
MAX_ROWS = 200
_MAX_LINE = 1024

# What stands between two columns; a blank beside it only where it is no sign
# of prose.
_SIGNS = ('\t', '|', ';', ',')
_BLANKS = re.compile(r'\S++(?>(?: \S++)*)')
# The name of a column, and a line between the first one and the values.
_NAME = re.compile(r'["\']?[^\W\d][\w.-]{0,31}(?: [\w.-]{1,16}){0,2}["\']?')
_NO_NAME = re.compile(r'[(){}\[\]<>=:/\\]')
_RULE = re.compile(r'[-+=|: \t]+')


def _cells(line: str, sign: str) -> list[str]:
    """Return the cells of a line as they stand."""
    return line.split(sign) if sign else _BLANKS.findall(line)


def _value(cell: str) -> str:
    """Return a cell without blanks and quotes."""
    value = cell.strip(' \t')
    quoted = len(value) > 1 and value[0] in '"\'' and value[-1] == value[0]
    return value[1:-1] if quoted else value


def _start(line: str, cells: list[str], number: int, sign: str) -> int:
    """Return where the value of a cell begins in its line."""
    cell = cells[number]
    if sign:
        at = sum(map(len, cells[:number])) + number
        return at + cell.find(_value(cell))
    at = 0
    for before in cells[:number]:
        at = line.index(before, at) + len(before)
    return line.index(cell, at)


def _are_names(values: list[str], sign: str) -> bool:
    return len(values) > 1 and all(
        _NAME.fullmatch(value) or (sign == '|' and not value)
        for value in values
    )


def _head(text: str, start: int, end: int) -> tuple[str, dict[int, str], int]:
    """Return what the columns of a line stand between, which of them have
    the name of a secret, and how many there are."""
    line = text[start:end]
    if _NO_NAME.search(line):
        return '', {}, 0
    for sign in (*_SIGNS, ''):
        if sign not in line or (sign == ',' and ', ' in line):
            continue
        values = list(map(_value, _cells(line, sign)))
        if _are_names(values, sign):
            found = {
                number: value
                for number, value in enumerate(values)
                if naming.names_secret(value)
            }
            return sign, found, len(values)
    return '', {}, 0


def _is_secret(value: str, name: str, sign: str) -> bool:
    if sign in ('', ',', ';') and not words.may_be_password(value):
        return False
    return (
        len(value) > 3
        and value.strip('0123456789.') != ''
        and words.is_quoted_value(value, name, ':')
        and not (
            words.is_code(value)
            or words.is_word(value)
            or words.is_masked(value)
            or _text.CUT in value
        )
    )


def _values(
    text: str, at: int, sign: str, named: dict[int, str], count: int
) -> tuple[list[_text.Span], int]:
    """Return what stands below the names, and where a line of another form
    begins: each line is read once."""
    found = []
    for _row in range(MAX_ROWS):
        end = text.find('\n', at)
        end = len(text) if end < 0 else end
        if end - at > _MAX_LINE or at >= len(text):
            break
        if not _RULE.fullmatch(text, at, end):
            line = text[at:end]
            cells = _cells(line, sign)
            if len(cells) != count:
                break
            for number, name in named.items():
                value = _value(cells[number])
                if value.strip(_text.FILL) and _is_secret(value, name, sign):
                    start = at + _start(line, cells, number, sign)
                    found.append((start, start + len(value), 'F19'))
        at = end + 1
    return found, at


def spans(text: str, index: Index) -> Iterator[_text.Span]:
    """Yield the values of columns whose name is a secret's."""
    done = 0
    for stem, _end in naming.stems(text, index):
        if stem < done:
            continue
        start = text.rfind('\n', 0, stem) + 1
        end = text.find('\n', stem)
        if end < 0:
            return
        done = end + 1
        if end - start > _MAX_LINE:
            continue
        sign, named, count = _head(text, start, end)
        if named:
            found, done = _values(text, done, sign, named, count)
            yield from found
