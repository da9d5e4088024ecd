# SPDX-License-Identifier: Apache-2.0
"""F14: what oslo.utils finds, for whatever the others have missed."""

import re
from collections.abc import Iterable

from oslo_utils import strutils

from nova_actions.sanitize import text as _text

# Where one of oslo.utils' patterns can begin to match: each is tried for each
# of its keys, which costs more than all the other families together.
_PARTS = ('pass', 'pswd', 'secret', 'token', 'key', 'configdrive', 'fsid',
               'cookie', 'credential', 'kek', 'suffix')
_KEY = (
    r'(?:pass(?>word|phrase|)|pswd|secret(?>_uuid|)|token|key|configdrive'
    r'|fsid|cookie|credential|kek|suffix)[0-9]*+')
_BEGIN = re.compile(
    _KEY + r'(?:\s*+=\s*+(?:["\'](?=[^\x00\n])|(?!\(\s)[^\s"\'\x00])|\s*+-'
    r'|>(?!\x00)|\s++["\'](?=[^\x00\n])'
    r'|["\']\s*+[:,](?=[^\n])(?!\s*+[bu]?+["\']?+\x00)'
    r'|(?P<flag>\s)(?!\s*+["\']?+\x00))', re.IGNORECASE)
_FLAG = re.compile(r'--[a-z_]{0,32}\Z', re.IGNORECASE)
# It takes the second half of "password-less" for a flag.
_SPLIT = re.compile(r'(\n|(?<=[A-Za-z])-(?=[A-Za-z]))')
_CHUNK = 2048


def may_find(text: str, index: _text.Index,
                 harmless: Iterable[_text.Span] = ()) -> bool:
    """Tell whether oslo.utils may find anything but what is harmless."""
    stops = {start for start, _end, _label in harmless}
    for part in _PARTS:
        for at in index.find(part):
            if (found := _BEGIN.match(text, at)) and (
                    not found['flag'] or _FLAG.search(
                        text, max(0, at - 34), at)) and (
                    stops.isdisjoint(range(at + 1, found.end() + 1))):
                return True
    return False


def mask(text: str) -> str:
    """F14: what oslo.utils knows, for whatever the others missed.

    Line by line, between the placeholders and around the values that F1 has
    judged harmless, because some of its patterns reach to the last quote of
    the text and drop what is in between.
    """
    parts = _SPLIT.split(text)
    for index in range(0, len(parts), 2):
        part = parts[index]
        if may_find(part, _text.Index(part)):
            parts[index] = ''.join(
                strutils.mask_password(
                    part[at:at + _CHUNK], _text.mark('F14'))
                for at in range(0, len(part), _CHUNK))
    return ''.join(parts)
