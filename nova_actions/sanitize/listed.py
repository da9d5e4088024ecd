# SPDX-License-Identifier: Apache-2.0
"""The line of a command, of which its words are listed.

``['ipmitool', 'user', 'set', 'password', '2', 'x']`` is how Python and JSON
show the arguments of a program. The rules know the line that a shell reads.
"""

import re
from collections.abc import Iterator

_MORE = r'[^\s\'"\\\x00-\x08]{1,256}+'
# Three words at least: two may be a name and its value, and are known so.
_LIST = re.compile(
    rf'[\[(]\s{{0,24}}+(?:(?P<q>["\']){_MORE}(?P=q),\s{{0,24}}+){{2}}'
    rf'(?>(?:["\']{_MORE}["\'](?>,\s{{0,24}}+|)){{1,126}})'
)
# What only commands have: an option, or a word before that says so.
_OPTION = re.compile(r'["\']-{1,2}[A-Za-z]')
_CALLED = re.compile(
    r'(?:command|cmd|args|argv|popen|run|exec\w{0,8}|call|output|entrypoint)'
    r'["\']?[ ]?[:=]?[ ]?["\'(]?\Z',
    re.IGNORECASE,
)
_BETWEEN = re.compile(r'["\'],\s{0,24}["\']')
_COMMAS = ("',", '", "', '","', '",\n')


def changes(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield what stands between the words of commands, as a blank."""
    if not any(map(text.__contains__, _COMMAS)):
        return
    for found in _LIST.finditer(text):
        start = found.start()
        if not (
            _OPTION.search(found[0])
            or _CALLED.search(text, max(0, start - 32), start)
        ):
            continue
        for gap in _BETWEEN.finditer(text, *found.span()):
            yield *gap.span(), ' '
