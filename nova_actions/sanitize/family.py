# SPDX-License-Identifier: Apache-2.0
"""A family of secrets: a pattern, and which of its matches are secrets."""

import dataclasses
import functools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nova_actions.sanitize import words
from nova_actions.sanitize.index import Index
from nova_actions.sanitize.index import look_for
from nova_actions.sanitize.text import CUT
from nova_actions.sanitize.text import FILL
from nova_actions.sanitize.text import Span

#: A pattern is tried on the lines around a guard, so far before and behind.
REACH = 96


def always(value: str) -> bool:
    return True


def mixed(value: str) -> bool:
    """Tell a coded value from a word."""
    return (
        len(value) >= 24
        or '=' in value
        or any(c.isdigit() for c in value)
        or any(c.isupper() for c in value[1:])
    )


def base64(value: str) -> bool:
    return (
        any(c.isdigit() for c in value)
        and any(c.isupper() for c in value)
        and any(c.islower() for c in value)
    )


def is_filled(value: str) -> bool:
    """Tell what is masked already."""
    return not value.strip(FILL)


@dataclasses.dataclass(frozen=True)
class Family:
    """One family: where the group ``v`` of its pattern matched goes."""

    label: str
    guards: tuple[str, ...]
    regex: str
    check: Callable[[str], bool] = always
    flags: int = re.IGNORECASE
    reach: int = REACH
    #: What must not stand before the secret on its line.
    unless: str = ''

    @functools.cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.regex, self.flags)

    def spans(self, text: str, index: Index) -> Iterator[Span]:
        """Yield where its secrets stand.

        :param text: as the rules read it
        """
        for first, last in _windows(index, self.guards, self.reach):
            for match in self.pattern.finditer(text, first, last):
                value = match['v']
                if (
                    value
                    and not is_filled(value)
                    and CUT not in match[0]
                    and self.check(value)
                    and not words.is_masked(value)
                    and not self._is_excused(text, match.start('v'))
                ):
                    yield *match.span('v'), self.label

    def _is_excused(self, text: str, at: int) -> bool:
        if not self.unless:
            return False
        line = text.rfind('\n', max(0, at - 400), at) + 1
        return bool(re.search(self.unless, text[max(line, at - 400) : at]))


def _windows(
    index: Index, guards: tuple[str, ...], reach: int
) -> list[tuple[int, int]]:
    """Return the whole lines around what a pattern cannot do without."""
    lower = index.text
    if not guards:
        return [(0, len(lower))]
    found = []
    for guard in index.those_of(guards):
        at = lower.find(guard)
        while at >= 0:
            first = lower.rfind('\n', 0, max(0, at - reach)) + 1
            last = lower.find('\n', at + reach)
            last = len(lower) if last < 0 else last
            found.append((first, last))
            at = lower.find(guard, last)
    if len(found) < 2:
        return found
    joined: list[tuple[int, int]] = []
    for first, last in sorted(found):
        if joined and first <= joined[-1][1]:
            before = joined.pop()
            first, last = before[0], max(last, before[1])
        joined.append((first, last))
    return joined


class Group:
    """Rules in their order, of which few may find something in a text."""

    def __init__(self, rules: Iterable[Any]) -> None:
        self.rules = tuple(rules)

    @functools.cached_property
    def _by_guard(self) -> dict[str, list[int]]:
        """Which rules may find something where a guard occurs; those without
        guards, where the empty one does, which is everywhere."""
        found: dict[str, list[int]] = {}
        for number, rule in enumerate(self.rules):
            guards = rule.guards if isinstance(rule, Family) else ()
            for guard in guards or ('',):
                found.setdefault(guard, []).append(number)
        return found

    @functools.cached_property
    def _guards(self) -> tuple[str, ...]:
        return tuple(self._by_guard)

    def that_may_find(self, index: Index) -> Iterator[Any]:
        """Yield the rules that may find something."""
        by_guard = self._by_guard
        numbers = {
            number
            for guard in index.those_of(self._guards)
            for number in by_guard[guard]
        }
        return (self.rules[number] for number in sorted(numbers))


def family(
    label: str,
    guards: str | tuple[str, ...],
    regex: str,
    check: Callable[[str], bool] = always,
    flags: int = re.IGNORECASE,
    reach: int = REACH,
    unless: str = '',
) -> Family:
    if isinstance(guards, str):
        guards = tuple(guards.split())
    look_for(guards)
    return Family(label, guards, regex, check, flags, reach, unless)


#: Where a token begins.
START = r'(?<![A-Za-z0-9_-])'
QUOTE = r'["\'`]'
MAYBE_QUOTE = r'["\'`]?+'
PREFIX = r'(?>[bu]{1,2}+(?=["\'])|)'
QUOTED = r'(?P<q>["\'])(?P<v>(?>(?:(?!(?P=q))[^\n\\]|\\[^\n]){1,4096}))'
# Up to the closing quote, over quotes that are escaped deeper.
INSIDE = r'(?>(?:(?!(?P=o))[^\n\\]|\\[^\n]){1,4096})'
