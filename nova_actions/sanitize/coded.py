# SPDX-License-Identifier: Apache-2.0
"""F13: long base64: keys, certificates, user data of servers.

It runs before the names, which may occur in base64 by chance.
"""

from collections.abc import Iterator

from nova_actions.sanitize import text as _text
from nova_actions.sanitize.family import base64
from nova_actions.sanitize.family import family
from nova_actions.sanitize.index import Index

_LONG_LINE, _ROW = 256, 56
_LONG = family(
    'F13',
    '',
    (r'(?<![A-Za-z0-9+/_-])(?P<v>[A-Za-z0-9+/_-]{256,}+={0,2}+)'),
    base64,
)
_LINES = family(
    'F13',
    '',
    (
        r'(?<![A-Za-z0-9+/])(?=[A-Za-z0-9+/]{56})'
        r'(?P<v>(?>(?:[A-Za-z0-9+/]{56,80}+\n[ \t]{0,40}+){2,})'
        r'[A-Za-z0-9+/]{0,80}+={0,2}+)'
    ),
    base64,
)


def spans(text: str, index: Index) -> Iterator[_text.Span]:
    """Yield what is base64 and long, where lines are long at all."""
    lines = text.split('\n')
    if max(map(len, lines)) >= _LONG_LINE:
        yield from _LONG.spans(text, index)
    if any(
        len(line) >= _ROW and ' ' not in line[-_ROW:] for line in lines[:-1]
    ):
        yield from _LINES.spans(text, index)


FAMILIES = (_LONG, _LINES)
