# SPDX-License-Identifier: Apache-2.0
"""A family of secrets: a pattern, and which of its matches are secrets."""

import dataclasses
import functools
import re
from collections.abc import Callable

from nova_actions.sanitize import found as _found
from nova_actions.sanitize import text as _text


def always(value: str) -> bool:
    return True


def mixed(value: str) -> bool:
    """Tell a coded value from a word."""
    return (len(value) >= 24 or '=' in value
            or any(c.isdigit() for c in value)
            or any(c.isupper() for c in value[1:]))


def base64(value: str) -> bool:
    return (any(c.isdigit() for c in value) and any(c.isupper() for c in value)
            and any(c.islower() for c in value))


@dataclasses.dataclass(frozen=True)
class Family:
    """One family: where the group ``v`` of its pattern matched goes."""

    label: str
    guards: tuple[str, ...]
    pattern: re.Pattern[str]
    check: Callable[[str], bool] = always

    def apply(self, text: str, lower: str, found: _found.Found) -> str:
        if self.guards and not any(g in lower for g in self.guards):
            return text
        return self.pattern.sub(
            functools.partial(self._replace, found), text)

    def _replace(self, found: _found.Found, match: re.Match[str]) -> str:
        whole, value = match[0], match['v']
        if (not value or _text.PLACEHOLDER.fullmatch(value)
                or _text.CUT_MARK.search(whole) or not self.check(value)):
            return whole
        found.add(value)
        start = match.start('v') - match.start()
        return (whole[:start] + _text.mark(self.label)
                + whole[start + len(value):])


def family(
    label: str, guards: str, pattern: str,
    check: Callable[[str], bool] = always, flags: int = re.IGNORECASE,
) -> Family:
    return Family(label, tuple(guards.split()), re.compile(pattern, flags),
                  check)


#: Where a token begins: no letter before it, but for a percent code's.
START = r'(?:(?<![A-Za-z0-9_-])|(?<=%[0-9A-Fa-f]{2}))'
QUOTE = r'(?:\\{0,15}+["\'])'
MAYBE_QUOTE = rf'(?>{QUOTE}|)'
PREFIX = r'(?>[bu]{1,2}+(?=\\{0,15}+["\'])|)'
QUOTED = r'(?P<q>\\{0,15}["\'])(?P<v>(?>(?:(?!(?P=q))[^\n]){1,4096}))'
# Up to the closing quote, over quotes that are escaped deeper.
INSIDE = r'(?>(?:(?!(?P=o))(?:[^\n\\]|\\{1,63}+["\'])){1,4096})'
