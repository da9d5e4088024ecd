# SPDX-License-Identifier: Apache-2.0
"""F14: what oslo.utils finds, for whatever the others have missed."""

import re
from collections.abc import Iterable

from nova_actions.sanitize import text as _text
from nova_actions.sanitize.index import Index
from nova_actions.sanitize.index import look_for

# Where one of oslo.utils' patterns can begin to match: each is tried for each
# of its keys, which costs more than all the other families together.
_PARTS = (
    'pass',
    'pswd',
    'secret',
    'token',
    'key',
    'configdrive',
    'fsid',
    'cookie',
    'credential',
    'kek',
    'suffix',
)
look_for(_PARTS)
_KEY = (
    r'(?:pass(?>word|phrase|)|pswd|secret(?>_uuid|)|token|key|configdrive'
    r'|fsid|cookie|credential|kek|suffix)[0-9]*+'
)
_BEGIN = re.compile(
    _KEY + r'(?:\s*+=\s*+(?:["\'](?=[^\x00\n])|(?!\(\s)[^\s"\'\x00])|\s*+-'
    r'|>(?!\x00)|\s++["\'](?=[^\x00\n])'
    r'|["\']\s*+[:,](?=[^\n])(?!\s*+[bu]?+["\']?+\x00)'
    r'|(?P<flag>\s)(?!\s*+["\']?+\x00))',
    re.IGNORECASE,
)
_FLAG = re.compile(r'--[a-z_]{0,32}\Z', re.IGNORECASE)
# It takes the second half of "password-less" for a flag.
_SPLIT = re.compile(r'(\n|(?<=[A-Za-z])-(?=[A-Za-z]))')
_CHUNK = 2048
_MARK = _text.mark('F14')
#: So many lines are given to it: it takes a third of a millisecond for each.
_MAX_LINES = 64


def may_find(
    text: str, index: Index, harmless: Iterable[_text.Span] = ()
) -> bool:
    """Tell whether oslo.utils may find anything but what is harmless."""
    return _may_find(text, index.text, filter(index.has, _PARTS), harmless)


def _may_find(
    text: str, low: str, parts: Iterable[str], harmless: Iterable[_text.Span]
) -> bool:
    stops = {start for start, _end, _label in harmless}
    for part in parts:
        at = low.find(part)
        while at >= 0:
            if _begins(text, part, at, stops):
                return True
            at = low.find(part, at + len(part))
    return False


def _begins(text: str, part: str, at: int, stops: set[int]) -> bool:
    """Tell whether one of its patterns can begin with a part at a place."""
    if (
        part == 'key'
        and not text[at - 1 : at].isalpha()
        and (text[at - 1 : at] != '_')
    ):
        return False  # Each of its names has something before that.
    found = _BEGIN.match(text, at)
    return (
        found is not None
        and (
            not found['flag']
            or _FLAG.search(text, max(0, at - 34), at) is not None
        )
        and (stops.isdisjoint(range(at + 1, found.end() + 1)))
    )


class Masker:
    """Mask pieces of a text line by line, because some of the patterns reach
    to the last quote of the text and drop what is in between."""

    def __init__(self) -> None:
        self._lines: dict[str, str] = {}

    def mask(self, text: str) -> str:
        parts = _SPLIT.split(text)
        parts[::2] = map(self._line, parts[::2])
        return ''.join(parts)

    def _line(self, line: str) -> str:
        low = line.lower()
        if len(low) == len(line) and not _may_find(
            line, low, [part for part in _PARTS if part in low], ()
        ):
            return line
        if line not in self._lines and len(self._lines) < _MAX_LINES:
            masked = _mask(line)
            # Some of its patterns eat a name letter by letter.
            stays = all(
                _mask(part) == part for part in set(masked.split(_MARK))
            )
            self._lines[line] = masked if stays else line
        return self._lines.get(line, line)


def _mask(line: str) -> str:
    # Few texts come here, and it takes half of what importing the reporter
    # takes.
    from oslo_utils import strutils

    return ''.join(
        strutils.mask_password(line[at : at + _CHUNK], _MARK)
        for at in range(0, len(line), _CHUNK)
    )
