# SPDX-License-Identifier: Apache-2.0
"""Which of the words that the rules look for occur in a text.

Most rules find nothing in most texts, so most of the time goes into finding
that out. Words repeat from text to text, so the result for each is cached.
"""

import functools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_WORD = re.compile(r'[a-z]{2,}')
_SPACES = re.compile(r'\s+')
_PART = re.compile(r' ?[^ ]+ ?')
_LOWER = {upper: upper + 32 for upper in range(65, 91)}
# Letters in lower case, anything else as a blank: of ASCII this splits a text
# into words in a tenth of the time of a pattern.
_LETTERS = bytes(
    ord(chr(each).lower())
    if chr(each).isascii() and chr(each).isalpha()
    else 32
    for each in range(256)
)

# Of ASCII, what is not among the signs of what is looked for.
_NO_SIGNS = bytes(
    each for each in range(128) if chr(each).isalpha() or chr(each).isspace()
)

#: What is looked for, and what of it is looked for first.
_CORES: dict[str, str] = {}
#: Known words and the cores that occur in each; most have none.
_KNOWN: dict[str, frozenset[str]] = {}
_DULL: set[str] = set()
_MAX_KNOWN, _MAX_LENGTH = 16384, 64
#: So many words of one text may be new; more are looked at all together.
_MAX_NEW = 64


def _core(guard: str) -> str:
    """Return the longest word in what is looked for, else its signs."""
    words: list[str] = _WORD.findall(guard)
    return max(words, key=len, default='$' if '$' in guard else guard)


def look_for(guards: Iterable[str]) -> None:
    """Announce what may be asked for. What is announced after the first text
    was read is searched for in each text."""
    for guard in guards:
        _CORES[guard] = _core(guard)


class _Guard(NamedTuple):
    """What occurs in each text in which a guard does: its core, and the
    longest part of it between blanks, with the blanks beside that part."""

    core: str = ''
    part: str = ''


#: A guard that was not announced may occur in any text.
_UNKNOWN = _Guard()


class _Guards(NamedTuple):
    """The guards that were announced before the first text was read."""

    known: dict[str, _Guard]
    #: Cores that are words.
    words: frozenset[str]
    #: Cores that are not, and the signs of each.
    signs: tuple[tuple[str, bytes], ...]
    #: The same that no text of ASCII has.
    wide: tuple[tuple[str, bytes], ...]


@functools.cache
def _guards() -> _Guards:
    cores = {*_CORES.values()}
    words = frozenset(filter(_WORD.fullmatch, cores))
    others = sorted(cores - words)
    known = {
        guard: _Guard(_CORES.get(guard, guard), _part(guard))
        for guard in {*_CORES, *others}
    }
    signs = [(each, _signs(each)) for each in others if each.isascii()]
    wide = [(each, b'') for each in others if not each.isascii()]
    return _Guards(known, words, tuple(signs), tuple(wide))


def _part(guard: str) -> str:
    parts: list[str] = _PART.findall(' '.join(_SPACES.split(guard)))
    return max(parts, key=len, default='')


@functools.cache
def _by_core(guards: tuple[str, ...]) -> dict[str, list[tuple[str, str]]]:
    """Return guards by their cores, each with its part."""
    known = _guards().known
    found: dict[str, list[tuple[str, str]]] = {}
    for guard in guards:
        core, part = known.get(guard, _UNKNOWN)
        found.setdefault(core, []).append((guard, part))
    return found


def _remember(word: str, found: frozenset[str]) -> None:
    if len(_KNOWN) + len(_DULL) >= _MAX_KNOWN:
        _KNOWN.clear()
        _DULL.clear()
    if found:
        _KNOWN[word] = found
    else:
        _DULL.add(word)


def _cores_in(words: set[str], cores: frozenset[str]) -> set[str]:
    """Return which cores occur in some words, and the empty one."""
    present = {''}
    new = []
    for word in words - _DULL:
        known = _KNOWN.get(word)
        if known is None:
            new.append(word)
        else:
            present |= known
    if len(new) > _MAX_NEW:
        joined = ' '.join(new)
        return present.union(filter(joined.__contains__, cores))
    for word in new:
        found = frozenset(filter(word.__contains__, cores))
        present |= found
        if len(word) <= _MAX_LENGTH:
            _remember(word, found)
    return present


def _once(text: str) -> str:
    """Return what stands between blanks in a text, each piece once: in most
    texts this is less than half, and searched in half the time."""
    return f' {" ".join({*text.split()})} '


def _signs(text: str) -> bytes:
    """Return signs and digits of a text without what stands between them:
    they are few, and tell most of what does not occur."""
    return text.encode('ascii', 'ignore').translate(None, _NO_SIGNS)


class Index:
    """A text in lower case, and which words occur in it."""

    def __init__(self, text: str) -> None:
        low = text.lower()
        # Some letters are two in lower case.
        self.text = low if len(low) == len(text) else text.translate(_LOWER)
        self._places: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        self._source = text
        self._once = _once(text)
        guards = _guards()
        self._known = guards.known
        others = guards.signs
        if text.isascii():
            self._parts = self._once.lower()
            words = self._once.encode().translate(_LETTERS).decode().split()
        else:
            self._parts = _once(self.text)
            words = _WORD.findall(self.text)
            others += guards.wide
        #: Cores of what may occur in it.
        self.cores = _cores_in(set(words), guards.words)
        signs = _signs(self.text)
        self.cores.update(
            core
            for core, its in others
            if its in signs and self._stands(core, self._known[core].part)
        )

    def _stands(self, guard: str, part: str) -> bool:
        return part in self._parts and guard in self.text

    def has(self, guard: str) -> bool:
        """Tell whether something occurs in the text."""
        core, part = self._known.get(guard, _UNKNOWN)
        return core in self.cores and self._stands(guard, part)

    def those_of(self, guards: tuple[str, ...]) -> list[str]:
        """Return which of some guards occur, which are always the same
        ones."""
        text, parts, cores = self.text, self._parts, _by_core(guards)
        return [
            guard
            for core in self.cores & cores.keys()
            for guard, part in cores[core]
            if part in parts and guard in text
        ]

    def places(self, guards: tuple[str, ...]) -> list[tuple[int, int]]:
        """Return where some guards stand, which are always the same ones."""
        found = self._places.get(guards)
        if found is None:
            found = self._places[guards] = sorted(
                (at, at + len(guard))
                for guard in self.those_of(guards)
                for at in self.find(guard)
            )
        return found

    def find(self, guard: str) -> Iterator[int]:
        """Yield where something stands."""
        at = self.text.find(guard)
        while at >= 0:
            yield at
            at = self.text.find(guard, at + len(guard))

    def once(self, text: str) -> str:
        """Return what stands between blanks in the text as it is read now,
        each piece once, in any order."""
        return self._once if text is self._source else _once(text)
