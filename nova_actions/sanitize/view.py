# SPDX-License-Identifier: Apache-2.0
"""A text as it was before it was escaped, quoted, wrapped or logged.

The rules know plain texts. What is escaped for HTML, a URL, JSON or a literal,
broken into lines of a fixed length, or stands behind what a log writes before
each line, is shown to them as it was, and each place in it is known in the
text as it stands.
"""

import bisect
import itertools
import re
import string
from collections.abc import Iterator

from nova_actions.sanitize import listed
from nova_actions.sanitize import prefix
from nova_actions.sanitize import text as _text

#: So often may a text have been escaped.
MAX_DEPTH = 6

_CHARS = {
    'n': '\n',
    'r': '\n',
    't': '\t',
    'b': '',
    'f': '\n',
    'v': '\n',
    'a': '',
}
_ENTITIES = {
    'quot': '"',
    'apos': "'",
    'amp': '&',
    'lt': '<',
    'gt': '>',
    'nbsp': ' ',
    'colon': ':',
    'equals': '=',
    'newline': '\n',
}
_ESCAPE = re.compile(
    r'\\(?:(?P<char>[nrtbfva]|\n)|(?P<same>["\'\\/])'
    r'|(?P<bytes>x[CDcd][0-9A-Fa-f]\\x[89ABab][0-9A-Fa-f]'
    r'|x[Ee][0-9A-Fa-f](?:\\x[89ABab][0-9A-Fa-f]){2})'
    r'|(?:x|u00|U000000)(?P<hex>[0-9A-Fa-f]{2})'
    r'|u(?P<wide>[0-9A-Fa-f]{4})|U000(?P<wider>[0-9A-Fa-f]{5})'
    r'|(?P<octal>[0-3][0-7]{2}))'
    r'|&(?:\#(?P<number>[0-9]{2,6})|\#[xX](?P<point>[0-9A-Fa-f]{2,5})'
    r'|(?P<entity>quot|apos|amp|lt|gt|nbsp|colon|equals|newline));'
    r'|(?P<percent>%[0-7][0-9A-Fa-f]'
    r'|%[CDcd][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f])'
    r'|%[Ee][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){2})'
    r'|(?P<plus>\+)'
    # A colour of a terminal, as logs write it.
    r'|(?P<shown>(?:\#033|\^\[|\\e|)\[(?:[0-9]{1,3}(?:;[0-9]{1,3}){0,4}|)m)'
)
# What stands in each text in which something is escaped; a colour is ended.
_ESCAPING = ('\\', '%', '&', '[0m', '[m')
# A blank in what is escaped for a URL.
_CODED = re.compile(r'\S{0,60}?%[0-9A-Fa-f]{2}')
_CODED_BEFORE = re.compile(r'%[0-9A-Fa-f]{2}\S{0,60}\Z')
# A line that ends within a token of fixed length, and what goes on with it.
_WRAPPED = re.compile(
    r'[A-Za-z0-9_+/=.-]{23}[A-Za-z0-9_+/.-]["\']?[ \t\\]{0,4}\Z'
)
# What such a line ends in.
_LAST = frozenset(string.ascii_letters + string.digits + '_+/.-"\' \t\\')
_END = re.compile(r'["\']?[ \t\\]{0,4}\Z')
_GOES_ON = re.compile(
    r'(?P<gap>[ \t>|]{0,40}["\']?)'
    # Not the name of the next value, nor an option.
    r'(?![A-Za-z0-9_+/.-]{1,64}(?:["\'][ \t]{0,3}[:=]|[ \t]{0,3}:'
    r'|=[A-Za-z0-9]))'
    r'(?!-{1,2}[A-Za-z][A-Za-z-]{0,40}[ \t])'
    r'(?:(?=[^\s]{0,40}[0-9])[A-Za-z0-9_+/=.-]{16,}'
    r'|(?=[A-Za-z0-9_+/=.-][a-z_+/=.-]{0,40}[0-9A-Z]|[0-9])'
    r'[A-Za-z0-9_+/=.-]{1,40}'
    r'(?:["\',;)\]}]|\s(?![ \t]{0,3}[:=])|\Z))'
)
_MIN_WRAPPED = 24
_SHOWN = re.compile(r'\[[0-9;?]{0,20}[A-Za-z]')

# Signs that a value ends at, and what they are read as where they are escaped:
# white space to every pattern, but no line end.
_STRUCTURE = frozenset('"\'<>=:,;{}[]()&|\\ \t\n')
_QUOTES = ('"', "'")
_ESCAPED = '\x1c'

# A form: anything else is coded in it, but what parts its fields. One field
# alone is rather a value with a plus in it.
_FORM = re.compile(
    r'[bu]?["\']?[\w.~%+*-]++(?>=[\w.~%+*-]*+(?:&[\w.~%+*=-]*+)+|)["\']?',
    re.ASCII,
)

#: Where a piece of a text stands that is read as other than it is.
Change = tuple[int, int, str]


class View:
    """A text as it is read, and where its characters stand in another."""

    #: Where in the other text no value goes on.
    bars: list[Change]

    def __init__(self, text: str, changes: list[Change]) -> None:
        out: list[str] = []
        # Where a piece begins here and there, and whether it is copied.
        pieces = [(0, 0, True)]
        done = length = 0
        for start, end, new in changes:
            if start > done:
                out.append(text[done:start])
                length += start - done
            if pieces[-1][0] == length:
                pieces.pop()
            if new:
                pieces.append((length, start, False))
                out.append(new)
                length += len(new)
            pieces.append((length, end, True))
            done = end
        out.append(text[done:])
        self.text = _text.plain(''.join(out))
        self._pieces = pieces
        self._at = [at for at, _origin, _copied in pieces]

    def _origin(self, at: int) -> int:
        begin, origin, copied = self._pieces[
            bisect.bisect_right(self._at, at) - 1
        ]
        return origin + at - begin if copied else origin

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the other text of one in this."""
        piece = bisect.bisect_right(self._at, end - 1) - 1
        last = self._origin(end - 1) + 1
        if not self._pieces[piece][2]:
            last = self._pieces[piece + 1][1]
        return self._origin(start), last


def _escaped(match: re.Match[str]) -> str:
    kind, value = match.lastgroup, match[match.lastgroup or 0]
    match kind:
        case 'same':
            return value
        case 'hex' | 'wide' | 'wider' | 'point':
            return chr(min(int(value, 16), 0x10FFFF))
        case 'octal':
            return chr(int(value, 8))
        case 'number':
            return chr(min(int(value), 0x10FFFF))
        case 'entity':
            return _ENTITIES[value]
        case 'plus':
            return ' '
        case 'shown':
            return ''
    digits = value.replace('%', '').replace('\\', '').replace('x', '')
    return bytes.fromhex(digits).decode('utf-8', 'replace')


def _in_coded(text: str, start: int, end: int) -> bool:
    """Tell a blank of what is escaped for a URL from a plus."""
    return bool(
        _CODED.match(text, end)
        or _CODED_BEFORE.search(text, max(0, start - 64), start)
    )


def _escapes(text: str) -> Iterator[Change]:
    """Yield what is escaped; what a cleaned text has not is left out."""
    form = '+' in text and bool(_FORM.fullmatch(text))
    if not form and not any(map(text.__contains__, _ESCAPING)):
        return
    hidden = 0
    for match in _ESCAPE.finditer(text):
        start, end = match.span()
        if start < hidden:
            continue
        if match['plus'] and not (form or _in_coded(text, start, end)):
            continue
        if char := match['char']:
            # Most are line ends.
            yield start, end, _CHARS.get(char, '')
            continue
        new = _escaped(match)
        if new == '\x1b' and (shown := _SHOWN.match(text, end)):
            end = hidden = shown.end()
        if not ' ' <= new <= '~':
            # It ends an argument of a command, as the kernel keeps them;
            # elsewhere it may be within a name.
            is_end = new == '\0' and '\\x00-' in text
            new = ' ' if is_end else _text.clean(new)
        yield start, end, new


def _wrapped(line: str, behind: str) -> tuple[int, int] | None:
    """Return what stands between the end of a token's first part on a line
    and the part on the next line, counted from the beginning of the line."""
    if (
        len(line) < _MIN_WRAPPED
        or not _WRAPPED.search(line, max(0, len(line) - 30))
        or not (found := _GOES_ON.match(behind))
    ):
        return None
    gap = _END.search(line, max(0, len(line) - 5))
    start = gap.start() if gap else len(line)
    return start, len(line) + 1 + len(found['gap'])


def _lines(text: str) -> Iterator[Change]:
    """Yield what a log has put before lines, and where a token of fixed
    length was broken into lines."""
    # The first may stand behind the quote of a literal.
    at = len(text) - len(text.lstrip('b"\'\\'))
    lines = ['', *text[at:].split('\n'), '']
    heads = [line[:4] for line in lines]
    logged = prefix.TIME.search(text)
    begun = logged or '\n>' in text or '\n+' in text
    # Few are worth a closer look.
    numbers = [
        number
        for number, line in enumerate(lines)
        if (line[-1:] in _LAST and ' ' not in line[-20:])
        or (
            len(line) > prefix.MIN_LINE
            and heads[number] in (heads[number - 1], heads[number + 1])
        )
        or (begun and (line[:1] in prefix.MARKED or ':' in line[:60]))
    ]
    starts = list(itertools.accumulate(map(len, lines), initial=at - 1))
    for number in numbers:
        before, line, behind = lines[number - 1 : number + 2]
        at = starts[number] + number
        length = prefix.length(before, line, behind, bool(logged))
        if length:
            yield at, at + length, ''
        elif ' ' not in line[-20:] and (wrapped := _wrapped(line, behind)):
            yield at + wrapped[0], at + wrapped[1], ''


def _around(text: str, changes: list[Change]) -> list[Change]:
    """Leave out the lines that nothing changes in, nor in their neighbours."""
    kept: list[Change] = []
    shown = 0
    for change in changes:
        if change[0] >= shown:
            line = max(0, text.rfind('\n', 0, change[0]))
            start = text.rfind('\n', 0, line) + 1
            if start > shown:
                kept.append((shown, start, _text.GAP))
        kept.append(change)
        if change[1] > shown:
            shown = _lines_behind(text, change[1])
    if shown < len(text):
        kept.append((shown, len(text), _text.GAP))
    return kept


def _lines_behind(text: str, at: int) -> int:
    for _line in range(2):
        at = text.find('\n', at) + 1
        if not at:
            return len(text)
    return at - 1


def _letters(text: str, at: int) -> int:
    """Return how many letters before a quote belong to its literal."""
    before = text[max(0, at - 2) : at]
    return int(before[-1:] in tuple('ubrfUBRF') and not before[:-1].isalnum())


def _bars(
    text: str, escapes: list[Change], lines: list[Change]
) -> list[Change]:
    """Return where no value goes on: over an escaped sign, and into what a
    log has put before the next line. What is escaped for a URL is a part of
    the value behind a plain name."""
    bars: list[Change] = []
    for start, end, new in escapes:
        if new in _STRUCTURE and text[start] in '\\&':
            start -= new in _QUOTES and _letters(text, start)
            if bars and bars[-1][1] >= start:
                start = min(start, bars.pop()[0])
            bars.append((start, end, _ESCAPED))
    return bars + [
        (start, start + 1, _text.CUT)
        for start, _end, _new in lines
        if text[start - 1 : start] == '\n'
    ]


def barred(text: str, bars: list[Change]) -> str:
    """Return a text of the same length with bars in it."""
    out, done = [], 0
    for start, end, bar in sorted(bars):
        if end > done:
            start = max(start, done)
            out += [text[done:start], bar * (end - start)]
            done = end
    return ''.join([*out, text[done:]])


def of(text: str) -> View | None:
    """Return a text as it was before; None for one that is as it was."""
    lines = list(_lines(text)) if '\n' in text else []
    escapes = list(_escapes(text))
    changes: list[Change] = []
    done = 0
    for change in sorted([*escapes, *lines, *listed.changes(text)]):
        if change[0] >= done:
            changes.append(change)
            done = change[1]
    if not changes:
        return None
    view = View(text, _around(text, changes))
    view.bars = _bars(text, escapes, lines)
    return view
