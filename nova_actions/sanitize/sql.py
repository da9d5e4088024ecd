# SPDX-License-Identifier: Apache-2.0
"""F15: values in SQL, whose names stand elsewhere in the statement.

In ``INSERT INTO t (user, password) VALUES ('a', 'b')`` the second value is
named by the second column; in ``VALUES (%(x)s, %(y)s)`` the parameter ``y``
is, wherever its value is listed. Parameters without names are all masked.
"""

import re
from collections.abc import Iterator

from nova_actions.sanitize import keys
from nova_actions.sanitize import naming
from nova_actions.sanitize import text as _text
from nova_actions.sanitize.family import QUOTE
from nova_actions.sanitize.family import QUOTED
from nova_actions.sanitize.family import family
from nova_actions.sanitize.index import Index
from nova_actions.sanitize.index import look_for

GUARDS = ('values', 'parameters:')
look_for(GUARDS)

FAMILIES = (
    family(
        'F15',
        'identified',
        (
            r'(?<!\w)identified\s{1,8}+(?>with\s{1,8}+[\w\'"`]{1,64}+\s{1,8}+|)'
            r'(?:by|as)\s{1,8}+(?>password\s{1,8}+|)' + QUOTED
        ),
    ),
    family('F15', 'password(', r'(?<!\w)PASSWORD\(\s{0,4}+' + QUOTED, flags=0),
)

_VALUES = re.compile(r'\)\s{0,8}+values?\s{0,8}+(?=\()', re.IGNORECASE)
_PARAMETERS = re.compile(r'\[parameters: \[?+')
_COMPARED = re.compile(
    rf'(?<![\w.])(?P<column>[\w.]{{1,128}}+)(?>{QUOTE}|`|)\s{{0,4}}+'
    r'(?:[!<>]?=|like)\s{0,4}+(?P<bind>%\(\w{1,64}+\)s|:\w{1,64}+)',
    re.IGNORECASE,
)
_BIND = re.compile(r'(?:%\(|:)(?P<name>\w{1,64}+)(?>\)s|)\Z')
_NO_VALUE = re.compile(
    r'(?:%s|\?|\$?[0-9]{1,3}|%\(\w{1,64}+\)s|:\w{1,64}+|null|none|default'
    r'|true|false|[\w.]{1,64}+\(\))?\Z',
    re.IGNORECASE,
)
_ENTRY = re.compile(r'(?P<q>["\'])(?P<name>\w{1,64}+)(?P=q):\s{0,4}+')
_SPACE = re.compile(r'\s{0,40}+')
_TYPED = re.compile(r'(?:[ENX]|_\w{1,16}+\s?+)(?=["\'])')
_BARE = re.compile(r'(?>(?:[^,()\n\'"]++|\([^()\n]{0,256}+\)){0,64})')
#: A list of columns that is longer is not read.
_MAX_COLUMNS = 4096

Span = tuple[int, int]


def _behind(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _item(text: str, at: int) -> tuple[Span, int]:
    """Return the span of the value at a place, and where it ends."""
    at = _behind(_TYPED, text, at)
    if span := keys.quoted(text, at):
        return span[:2], span[2]
    end = _behind(_BARE, text, at)
    return (at, end), end


def _row(text: str, at: int) -> tuple[list[Span], int]:
    """Return the spans of the values of a row, and where it ends."""
    spans = []
    while True:
        span, at = _item(text, _behind(_SPACE, text, at + 1))
        spans.append(span)
        at = _behind(_SPACE, text, at)
        if text[at : at + 1] != ',':
            return spans, at + (text[at : at + 1] == ')')


def _rows(text: str, at: int) -> Iterator[tuple[Span, list[Span]]]:
    """Yield the spans of each row, and of its values."""
    while text[at : at + 1] == '(':
        spans, end = _row(text, at)
        yield (at, end), spans
        at = _behind(_SPACE, text, end)
        if text[at : at + 1] == ',':
            at = _behind(_SPACE, text, at + 1)


def _secret_columns(text: str, end: int) -> list[int]:
    start = text.rfind('(', max(0, end - _MAX_COLUMNS), end) + 1
    names = text[start:end] if start else ''
    if ')' in names:
        return []
    return [
        number
        for number, name in enumerate(names.split(','))
        if naming.names_secret(name.strip(' \t\n`"\'[]'))
    ]


def _inserted(text: str) -> Iterator[Span]:
    """Yield the values in columns of secrets."""
    at = 0
    while match := _VALUES.search(text, at):
        at = match.end()
        if secret := _secret_columns(text, match.start()):
            for (_start, end), spans in _rows(text, match.end()):
                at = end
                yield from (
                    spans[number] for number in secret if number < len(spans)
                )


def _binds(text: str, inserted: list[Span]) -> set[str]:
    """Return the parameters that stand for the value of a secret."""
    found = [text[start:end].strip() for start, end in inserted]
    found += [
        match['bind']
        for match in _COMPARED.finditer(text)
        if naming.names_secret(match['column'])
    ]
    return {bind['name'] for one in found if (bind := _BIND.match(one))}


def _parameters(text: str, inserted: list[Span]) -> Iterator[Span]:
    """Yield the parameters without names, and those of secrets."""
    at = first = text.find('[parameters: ')
    if first < 0:
        return
    while match := _PARAMETERS.search(text, at):
        at = match.end()
        for span, _spans in _rows(text, match.end()):
            at = span[1]
            yield span
    names = _binds(text, inserted)
    for entry in _ENTRY.finditer(text, first) if names else ():
        if entry['name'] in names:
            yield _item(text, entry.end())[0]


def spans(text: str, index: Index) -> Iterator[_text.Span]:
    """Yield the values of columns of secrets, and parameters without names."""
    if not any(map(index.has, GUARDS)):
        return
    inserted = list(_inserted(text))
    done = 0
    for start, end in sorted({*inserted, *_parameters(text, inserted)}):
        value = text[start:end].strip()
        if (
            start >= done
            and not _NO_VALUE.match(value)
            and value.strip(_text.FILL)
            and _text.CUT not in value
        ):
            yield start, end, 'F15'
            done = end
