# SPDX-License-Identifier: Apache-2.0
"""How many steps a pattern may take to search a text, told from the pattern
alone: no clock tells that, and a trial only what was tried."""

import dataclasses
import math
from collections.abc import Iterable, Iterator
from re import UNICODE
from re import _compiler  # type: ignore[attr-defined]
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

#: The text that is thought of, characters: as long as a traceback may be.
LENGTH = 16 * 1024

SINGLE = (op.ANY, op.IN, op.LITERAL, op.NOT_LITERAL)
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)

#: Characters of every kind that a class may tell apart.
_SAMPLE = (
    ''.join(map(chr, range(128))) + '\x85\xa0éß\u017fяЯ密\u0661\u2003\u212a'
)


@dataclasses.dataclass(frozen=True)
class _Item:
    """A part that takes from ``low`` to ``high`` of some characters."""

    chars: frozenset[str]
    low: int
    high: int

    @property
    def varies(self) -> bool:
        return self.high > self.low


def children(node: Any) -> list[Any]:
    """Return the sequences that a node is made of."""
    code, args = node
    if code in REPEATS:
        return [args[2]]
    if code is op.SUBPATTERN:
        return [args[3]]
    if code is op.BRANCH:
        return list(args[1])
    if code is op.ATOMIC_GROUP:
        return [args]
    if code in (op.ASSERT, op.ASSERT_NOT):
        return [args[1]]
    if code is op.GROUPREF_EXISTS:
        return [branch for branch in args[1:] if branch is not None]
    return []


def steps(sequence: Any, flags: int) -> int:
    """Return about how many steps a search of :data:`LENGTH` characters takes
    at the most."""
    own = max(map(_chain_steps, _chains(_items(sequence, flags))), default=0)
    return max(
        [
            own,
            *(
                steps(inner, flags)
                for node in sequence
                for inner in children(node)
            ),
        ]
    )


def _items(sequence: Any, flags: int) -> Iterator[_Item]:
    for code, args in sequence:
        if code in SINGLE:
            yield _Item(_matched(code, args, flags), 1, 1)
        elif code in REPEATS:
            yield _joined([args[2]], flags, *args[:2])
        elif code is op.SUBPATTERN:
            _number, more, less, body = args
            yield from _items(body, (flags | more) & ~less)
        elif code is op.ATOMIC_GROUP:
            yield from _items(args, flags)
        elif code in (op.BRANCH, op.GROUPREF_EXISTS):
            yield _joined(children((code, args)), flags)


def _joined(
    sequences: Iterable[Any], flags: int, low: int = 1, high: int = 1
) -> _Item:
    """Return what stands for one of some sequences, several times."""
    inner = [list(_items(each, flags)) for each in sequences]
    chars = frozenset().union(
        *(item.chars for items in inner for item in items)
    )
    least = min(sum(item.low for item in items) for items in inner)
    most = max(sum(item.high for item in items) for items in inner)
    return _Item(chars, low * least, high * most)


def _matched(code: Any, args: Any, flags: int) -> frozenset[str]:
    """Return which characters of the sample a single one matches."""
    state = _parser.State()
    state.flags, state.str = flags, ''
    tree = _parser.SubPattern(state, [(code, args)])
    real = _compiler.compile(tree, flags & ~UNICODE.value)
    return frozenset(filter(real.match, _SAMPLE))


@dataclasses.dataclass(frozen=True)
class _Chain:
    """Parts next to each other that can take the same characters, so that a
    failure tries each way to share them out.

    :param before: the fixed parts that the pattern begins with
    """

    before: tuple[_Item, ...]
    items: tuple[_Item, ...]


def _chains(items: Iterator[_Item]) -> Iterator[_Chain]:
    parts = list(items)
    first = next((at for at, item in enumerate(parts) if item.varies), 0)
    before = tuple(parts[:first])
    if parts and parts[-1].varies:
        # Nothing behind it fails.
        parts.pop()
    for chain in _linked(parts[first:]):
        yield _Chain(before, chain)


def _linked(parts: list[_Item]) -> Iterator[tuple[_Item, ...]]:
    """Yield the parts that can take the same characters as one before."""
    chain: list[_Item] = []
    for item in parts:
        taken = frozenset().union(*(each.chars for each in chain))
        if item.low and not item.chars & taken:
            # Where this is, those before it have ended.
            yield tuple(chain)
            chain = []
        if item.varies or chain:
            chain.append(item)
    yield tuple(chain)


def _chain_steps(chain: _Chain) -> int:
    ways = math.prod(item.high - item.low + 1 for item in chain.items)
    chars = frozenset().union(*(item.chars for item in chain.items))
    apart = max(1, sum(item.low for item in chain.before))
    if any(item.low and not item.chars & chars for item in chain.before):
        # What begins it is not in it: it cannot be begun within itself.
        apart += sum(item.high for item in chain.items)
    return LENGTH * ways // apart
