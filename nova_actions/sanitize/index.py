# SPDX-License-Identifier: Apache-2.0
"""Which of the words that the rules look for occur in a text.

Most rules find nothing in most texts, so what a text costs is mostly finding
that out. Words repeat from text to text, and what of each is looked for is
remembered.
"""

import functools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_WORD = re.compile(r'[a-z]{2,}')
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
#: Words that were met, and the cores that occur in each; most have none.
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
    """Say what may be asked for; when texts are read already, it is looked
    for in each anew."""
    for guard in guards:
        _CORES[guard] = _core(guard)


class _Guards(NamedTuple):
    """What is looked for once texts are read, and the cores of it."""

    cores: dict[str, str]
    signs_of: dict[str, bytes]
    words: frozenset[str]
    #: What is no word, and the signs of each.
    signs: tuple[tuple[str, bytes], ...]
    #: The same that no text of ASCII has.
    wide: tuple[tuple[str, bytes], ...]


@functools.cache
def _guards() -> _Guards:
    cores = dict(_CORES)
    words = frozenset(filter(_WORD.fullmatch, cores.values()))
    others = sorted({*cores.values()} - words)
    signs = [(each, _signs(each)) for each in others if each.isascii()]
    wide = [(each, b'') for each in others if not each.isascii()]
    signs_of = {guard: _signs(guard) for guard in cores}
    return _Guards(cores, signs_of, words, tuple(signs), tuple(wide))


def cores_of(guards: Iterable[str]) -> frozenset[str]:
    """Return of what one occurs in each text that one of these does; the
    empty one, which occurs in all, where nothing better is known."""
    known = _guards().cores
    return frozenset(known.get(guard, '') for guard in guards) or _ANY


_ANY = frozenset(('',))


@functools.cache
def _by_core(guards: tuple[str, ...]) -> dict[str, list[str]]:
    known = _guards().cores
    found: dict[str, list[str]] = {}
    for guard in guards:
        found.setdefault(known.get(guard, ''), []).append(guard)
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
        guards = _guards()
        ascii = text.isascii()
        words = (
            text.encode().translate(_LETTERS).decode().split()
            if ascii
            else _WORD.findall(self.text)
        )
        self._cores = guards.cores
        #: Cores of what may occur in it.
        self.cores = _cores_in(set(words), guards.words)
        self._signs_of = guards.signs_of
        self._signs = _signs(self.text)
        for each, its in (*guards.signs, *(() if ascii else guards.wide)):
            if its in self._signs and each in self.text:
                self.cores.add(each)

    def firsts(self, guards: Iterable[str]) -> list[tuple[str, int]]:
        """Return which of some guards stand in the text, and where first."""
        cores, present, text = self._cores, self.cores, self.text
        signs_of, signs = self._signs_of, self._signs
        return [
            (guard, at)
            for guard in guards
            if cores.get(guard, '') in present
            and signs_of.get(guard, b'') in signs
            and (at := text.find(guard)) >= 0
        ]

    def has(self, guard: str) -> bool:
        """Tell whether something occurs in the text."""
        return self._cores.get(guard, '') in self.cores and guard in self.text

    def those_of(self, guards: tuple[str, ...]) -> Iterator[str]:
        """Return which of some guards may occur; they are always the same
        ones."""
        by_core = _by_core(guards)
        return (
            guard
            for core in self.cores & by_core.keys()
            for guard in by_core[core]
        )

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
        at = self.text.find(guard) if self.has(guard) else -1
        while at >= 0:
            yield at
            at = self.text.find(guard, at + len(guard))
