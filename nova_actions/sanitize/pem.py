# SPDX-License-Identifier: Apache-2.0
"""F7: private keys."""

import re
from collections.abc import Iterator

from nova_actions.sanitize import text as _text
from nova_actions.sanitize.index import Index
from nova_actions.sanitize.index import look_for

GUARDS = (
    'private key',
    'private%20key',
    'private+key',
    'static key',
    'static%20key',
    'static+key',
)
_PUTTYS = 'private-lines'
look_for((*GUARDS, _PUTTYS))

_MARK = re.compile(
    r'-{4,5} ?(?P<which>BEGIN|END)(?: |%20|\+)(?:[A-Z0-9 +]|%20){0,40}?'
    r'(?:PRIVATE(?: |%20|\+)KEY(?: BLOCK)?'
    r'|OpenVPN(?: |%20|\+)Static(?: |%20|\+)key(?: |%20|\+)V1)'
    r' ?-{4,5}'
)
# PuTTY's private part, up to its check.
_PUTTY = re.compile(
    r'Private-Lines: [0-9]{1,3}\s{1,4}'
    r'(?P<lines>[A-Za-z0-9+/=\s\x00]{8,12000}+)'
)
# What of a key may follow when its end is missing: it was cut.
_BODY = re.compile(
    r'(?>(?:(?>(?:[\s"\',+|>\\]++|(?<=\\)[nrt])*)(?:[A-Za-z0-9+/=%\x00]{16,}+'
    r'|(?:Proc-Type|DEK-Info|Version|Comment|Encryption|Public-Lines'
    r'|Private-\w{3,5}+|Key-Derivation|Argon2-\w{2,20}+):[^\n\\]{0,120}+))*)'
    r'(?>(?>(?:\s++|\\n)+)[A-Za-z0-9+/]{1,15}+={0,2}+(?![\w+/=-])|)'
)
# A line of a key's body, and what stands of one behind other text.
_LINE = re.compile(r'(?:[A-Za-z0-9+/=\x00]{4,}+|\\n){1,400}')
# Where lines are left out that a view has no part in.
_GAP_BEHIND = re.compile(rf'\s*+{_text.CUT}\n')
_REST = re.compile(r'(?<![A-Za-z0-9+/=\\])[A-Za-z0-9+/=\\]{16,}+\s*+\Z')
_LONGEST = 16384


def spans(text: str, index: Index) -> Iterator[_text.Span]:
    """Yield private keys, whether or not both its ends are there."""
    if index.has(_PUTTYS):
        yield from _putty(text)
    if any(map(index.has, GUARDS)):
        yield from _keys(text)


def _keys(text: str) -> Iterator[_text.Span]:
    """Yield keys between two marks, behind a first and before a last one.

    One pass over the marks, since a lazy pattern from each BEGIN to an END
    that never comes would take quadratic time.
    """
    done, begin, opened = 0, -1, 0
    marks = [(m.start(), m.end(), m['which']) for m in _MARK.finditer(text)]
    for start, end, which in [*marks, (len(text), len(text), 'BEGIN')]:
        if begin >= 0:
            closed = which == 'END' and start - begin < _LONGEST
            stop = end if closed else _end_of(text, begin, start)
            # The mark stays for the pass that sees what is left out.
            first = begin if _GAP_BEHIND.match(text, stop) else opened
            if first < stop:
                yield first, stop, 'F7'
            done, begin = stop, -1
            if stop == end:
                continue
        if which == 'BEGIN':
            begin, opened = end, start
        else:
            yield from _headless(text, done, start, end)
            done = end


def _headless(
    text: str, done: int, start: int, end: int
) -> Iterator[_text.Span]:
    """Yield the lines of a key before its last mark, whose first one was cut
    away."""
    first = done + _orphan(text[done:start])
    last = start if text.endswith(_text.GAP, done, first) else end
    if first < last:
        yield first, last, 'F7'


def _end_of(text: str, begin: int, stop: int) -> int:
    """Return where the lines of a key end that has no end."""
    body = _BODY.match(text, begin, stop)
    return body.end() if body else begin


def _putty(text: str) -> Iterator[_text.Span]:
    """Yield the private lines of PuTTY's keys."""
    for found in _PUTTY.finditer(text):
        lines = found['lines'].removesuffix('Private').rstrip()
        if lines.strip(_text.FILL + '\n'):
            start = found.start('lines')
            yield start, start + len(lines), 'F7'


def _orphan(piece: str) -> int:
    """Return where the lines of a key begin whose head was cut away."""
    at = len(piece)
    for line in reversed(re.split(r'(?<=\n)', piece[-_LONGEST:])):
        bare = line.strip(' \t\r\n"\',+\\')
        if bare and not _LINE.fullmatch(bare):
            rest = _REST.search(line)
            return at - len(line) + rest.start() if rest else at
        at -= len(line)
    return at
