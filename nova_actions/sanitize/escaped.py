# SPDX-License-Identifier: Apache-2.0
"""Texts in which line ends are escaped: a literal in a line of source, the
``repr`` of a text, JSON.

The rules are written for lines, so such a text is also shown to them with
real ones. Behind each stands a mark of how deep it was escaped; the marks are
white space to every pattern, and no text that was cleaned holds one.
"""

import re

#: The marks, for the text in a literal, a literal in a literal and so on.
MARKS = '\x1c\x1d\x1e\x1f'

# However many backslashes end the line before it, an escaped line end has
# 1, 2, 4 or 8 of its own, and those before are a multiple of twice as many.
_END = re.compile(
    r'(?<!\\)(?P<slashes>\\{1,63}+)(?P<char>[nrt])')
# What stands behind an escaped letter may be the beginning of a word.
_LETTER = re.compile(
    r'\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})(?=[A-Za-z0-9])')
_CHARS = {'n': '\n', 'r': '\r', 't': '\t'}
_LETTERS = {char: letter for letter, char in _CHARS.items()}
_MARKED = re.compile(f'(?P<char>[\n\r\t])(?P<mark>[{MARKS}])')
_STRAY = re.compile(f'[\r{MARKS}]')
_UNSEEN = re.compile(
    r'(?<!\\)\\{1,15}+(?:(?:x1b|u001b|033)\[[0-9;?]{0,20}+[A-Za-z]'
    r'|x(?:0[0-8bcef]|1[0-9a-f]|7f|[89][0-9a-f])'
    r'|u(?:00(?:0[0-8bcef]|1[0-9a-f]|7f|[89][0-9a-f])'
    r'|200[bef]|202[a-e]|206[0-46-9]|feff))', re.IGNORECASE)


def _show(match: re.Match[str]) -> str:
    slashes = len(match['slashes'])
    own = slashes & -slashes
    if own > 8:
        return match[0]
    return ('\\' * (slashes - own) + _CHARS[match['char']]
            + MARKS[own.bit_length() - 1])


def show(text: str) -> str:
    """Return a text with its escaped white space shown."""
    if '\\' not in text:
        return text
    return _LETTER.sub(rf'\g<0>{MARKS[0]}', _END.sub(_show, text))


def _hide(match: re.Match[str]) -> str:
    return '\\' * (1 << MARKS.index(match['mark'])) + _LETTERS[match['char']]


def hide(text: str) -> str:
    """Escape again what was shown."""
    return _STRAY.sub('', _MARKED.sub(_hide, text))


def drop_unseen(text: str) -> str:
    """Drop escaped characters that a cleaned text has not."""
    return _UNSEEN.sub('', text) if '\\' in text else text
