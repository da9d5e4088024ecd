# SPDX-License-Identifier: Apache-2.0
"""What a log, grep(1), a quotation or a patch has put before a line."""

import re

from nova_actions.sanitize import names

_MIN_PREFIX = 5
#: No shorter line has one that its neighbours share.
MIN_LINE = 11
_DIGITS = dict.fromkeys(map(ord, '123456789abcdef'), '0')
# What a log writes before a line ends in one of these.
_AFTER = re.compile(r'[^"\'{}=\n]*[\]:>|)\w-][ \t]')
_STAMP = re.compile(r'[\d:.\[\]>|]|ERROR|WARN|INFO|DEBUG|TRACE')
#: Where a line of a log may begin.
TIME = re.compile(
    r'\n[ \t]{0,40}+(?:[0-9]{4}-[0-9]{2}-|[A-Z][a-z]{2} [ 0-9][0-9] [0-9])'
)
# What loggers write, whatever stands on the lines around: oslo.log, syslog
# (RFC 3164), a container's runtime (the format of the CRI).
_LOGGED = re.compile(
    r'[ \t]{0,40}(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}'
    r'[^\s]{0,20}+ (?:std(?:out|err) [FP] '
    r'|(?>(?:[\w.@/:-]{1,64}+ ){1,5})\[[^\]\n]{1,200}\] )'
    r'|[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [\w.-]{1,64}+ '
    r'[\w./@-]{1,64}+(?:\[[0-9]{1,8}\])?: )'
)
# What it ends in, if all of it was found.
_ENDS = ('] ', ': ', '  ')
# Where grep(1) has found a line.
_FOUND_AT = re.compile(
    r'(?P<path>[\w.-]{0,64}+[/.][\w./@-]{1,200}?)(?::[0-9]{1,6}:|-[0-9]{1,6}-)'
)
#: What marks the lines of a quotation, or those that a patch adds.
MARKED = frozenset('>+')
_MARKS = re.compile(r'(?:> ?){1,4}|\+')


def _same(line: str, other: str) -> int:
    """Return how much of a line is what another begins with, too, but for
    the digits, and is what a log writes before its lines."""
    line, other = (each[:200].translate(_DIGITS) for each in (line, other))
    low, high = 0, min(len(line), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if line[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _leads_to_value(before: str) -> bool:
    """Tell the name of a secret, which may stand on several lines, from what
    a log writes."""
    return before.rstrip()[-1:] not in tuple(')]|>') and bool(
        names.NAME.search(before[-32:])
    )


def _shared(line: str, others: tuple[str, str]) -> int:
    """Return how much of a line a log, or grep, has put before it and one of
    the lines beside it."""
    length = 0
    for other in others:
        if other[:4] != line[:4] or other == line or line[0] in ' \t{':
            continue
        same = _same(line, other)
        if (
            (found := _AFTER.match(line, 0, same))
            and _STAMP.search(line, 0, found.end())
            and not _leads_to_value(line[: found.end()])
        ) or ((found := _FOUND_AT.match(line)) and same > found.end('path')):
            length = max(length, found.end())
    return length if length >= _MIN_PREFIX else 0


def _marks(line: str, others: tuple[str, str]) -> int:
    """Return how much of a line marks it as the lines beside it."""
    found = _MARKS.match(line)
    if found and line[0] in (others[0][:1], others[1][:1]):
        return found.end()
    return 0


def length(before: str, line: str, behind: str, is_logged: bool) -> int:
    """Return how many characters a log, grep, a quotation or a patch has put
    before a line.

    :param before: the line before it
    :param behind: the line behind it
    :param is_logged: whether the text has lines of a log
    """
    found = 0
    if len(line) > MIN_LINE and line[:4] in (before[:4], behind[:4]):
        found = _shared(line, (before, behind))
    if not found and line[:1] in MARKED:
        found = _marks(line, (before, behind))
    if is_logged and line[found - 2 : found] not in _ENDS:
        logged = _LOGGED.match(line)
        found = max(found, logged.end() if logged else 0)
    return found
