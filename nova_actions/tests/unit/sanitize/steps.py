# SPDX-License-Identifier: Apache-2.0
"""A matcher that counts its steps.

CPython's matcher tells nobody how hard it worked, and a clock tells something
else on every machine. This one walks the same parse tree (`re._parser`) with
the same backtracking, and counts one step for each node and each character
that it tries; so its counts grow as CPython's do. It
leaves out CPython's shortcuts (literal prefixes), hence errs on the high side.

Lines of Python in the sanitiser are counted too (`sys.settrace`). What is not
counted are `str.find` and slices: the code bounds each by a constant.
"""

import contextlib
import functools
import re
import sys
from collections.abc import Callable, Iterator
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any
from unittest import mock

SINGLE = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
PLACES = {
    op.AT_END: '$',
    op.AT_END_STRING: r'\Z',
    op.AT_BEGINNING: '^',
    op.AT_BEGINNING_STRING: r'\A',
    op.AT_BOUNDARY: r'\b',
}
Groups = dict[int, tuple[int, int]]
#: Where a match ends and its groups, or None.
End = tuple[int, Groups] | None
#: What has to match behind a node.
Rest = Callable[[int, Groups], End]
#: A node and those behind it in its sequence, then the rest.
Node = Callable[[int, Groups, Rest], End]
#: Whether a single character is at a position.
Single = Callable[[int], bool]


class Found:
    """What stands for a match."""

    def __init__(
        self,
        pattern: 'Pattern',
        text: str,
        start: int,
        end: int,
        groups: Groups,
    ) -> None:
        self._names, self._text = pattern.real.groupindex, text
        self._groups = {**groups, 0: (start, end)}

    def span(self, name: Any = 0) -> tuple[int, int]:
        return self._groups.get(self._names.get(name, name), (-1, -1))

    def start(self, name: Any = 0) -> int:
        return self.span(name)[0]

    def end(self, name: Any = 0) -> int:
        return self.span(name)[1]

    @property
    def lastgroup(self) -> str | None:
        """The named group that matched, where only one can."""
        return next(
            (
                name
                for name, number in self._names.items()
                if number in self._groups
            ),
            None,
        )

    def __getitem__(self, name: Any) -> str | None:
        start, end = self.span(name)
        return self._text[start:end] if start >= 0 else None


class Pattern:
    """What stands for a compiled pattern."""

    steps = 0

    def __init__(self, real: re.Pattern[str]) -> None:
        self.real = real
        self._text = ''
        self._start = self._sequence(_parser.parse(real.pattern, real.flags))

    # The few methods that the sanitiser calls.
    def match(self, text: str, pos: int = 0, end: int | None = None) -> Any:
        self._text = text if end is None else text[:end]
        with untraced():
            found = self._start(pos, {}, _same)
        return found and Found(self, text, pos, *found)

    def fullmatch(
        self, text: str, pos: int = 0, end: int | None = None
    ) -> Any:
        last = len(text) if end is None else min(end, len(text))
        self._text = text[:last]
        with untraced():
            found = self._start(
                pos, {}, lambda p, g: (p, g) if p == last else None
            )
        return found and Found(self, text, pos, *found)

    def search(self, text: str, pos: int = 0, end: int | None = None) -> Any:
        self._text = text if end is None else text[:end]
        with untraced():
            for at in range(pos, len(self._text) + 1):
                Pattern.steps += 1
                if found := self._start(at, {}, _same):
                    return Found(self, text, at, *found)
        return None

    def finditer(self, text: str, pos: int = 0, end: int | None = None) -> Any:
        while found := self.search(text, pos, end):
            yield found
            pos = max(found.end(), found.start() + 1)

    def findall(self, text: str) -> list[Any]:
        return [found[0] for found in self.finditer(text)]

    def sub(self, change: Any, text: str) -> str:
        out, done = [], 0
        for found in self.finditer(text):
            new = change(found) if callable(change) else change
            out += [text[done : found.start()], new]
            done = found.end()
        return ''.join([*out, text[done:]])

    def split(self, text: str) -> list[str]:
        return self.real.split(text)

    def _sequence(self, nodes: Any) -> Node:
        node: Node = _last
        for code, args in reversed(nodes):
            node = self._node(code, args, node)
        return node

    def _node(self, code: Any, args: Any, then: Node) -> Node:
        if code in SINGLE:
            return self._character(self._single(code, args), then)
        if code in REPEATS:
            low, high, body = args
            if len(body) == 1 and body[0][0] in SINGLE:
                single = self._single(*body[0])
                return self._characters(code, low, high, single, then)
            return self._repeat(code, low, high, self._sequence(body), then)
        if code is op.SUBPATTERN:
            number, _add, _del, body = args
            return self._group(number, self._sequence(body), then)
        if code is op.BRANCH:
            branches = [self._sequence(branch) for branch in args[1]]
            return self._branch(branches, then)
        if code is op.AT:
            return self._place(re.compile(PLACES[args]), then)
        if code is op.ATOMIC_GROUP:
            return self._atomic(self._sequence(args), then)
        if code in (op.ASSERT, op.ASSERT_NOT):
            way, body = args
            back = 0 if way > 0 else body.getwidth()[0]
            is_there = code is op.ASSERT
            return self._look(is_there, back, self._sequence(body), then)
        if code is op.GROUPREF:
            return self._again(args, then)
        assert code is op.GROUPREF_EXISTS, code
        number, yes, no = args
        return self._if_group(
            number, self._sequence(yes), self._sequence(no or ()), then
        )

    def _single(self, code: Any, args: Any) -> Single:
        """Judge a character as CPython itself does, each once."""
        real = _compile_one((code, args), self.real.flags)
        known: dict[str, bool] = {}

        def is_at(pos: int) -> bool:
            Pattern.steps += 1
            if pos >= len(self._text):
                return False
            char = self._text[pos]
            if char not in known:
                known[char] = bool(real.match(char))
            return known[char]

        return is_at

    @staticmethod
    def _character(is_at: Single, then: Node) -> Node:
        def node(pos: int, groups: Groups, rest: Rest) -> End:
            return then(pos + 1, groups, rest) if is_at(pos) else None

        return node

    @staticmethod
    def _characters(
        code: Any, low: int, high: int, is_at: Single, then: Node
    ) -> Node:
        def node(pos: int, groups: Groups, rest: Rest) -> End:
            Pattern.steps += 1
            end = pos
            if code is op.MIN_REPEAT:
                found = None
                while found is None and end - pos <= high:
                    if end - pos >= low:
                        found = then(end, groups, rest)
                    if found is None and not is_at(end):
                        return None
                    end += 1
                return found
            while end - pos < high and is_at(end):
                end += 1
            least = pos + low
            if code is op.POSSESSIVE_REPEAT:
                least = max(least, end)
            for at in range(end, least - 1, -1):
                if found := then(at, groups, rest):
                    return found
            return None

        return node

    @staticmethod
    def _repeat(
        code: Any, low: int, high: int, body: Node, then: Node
    ) -> Node:
        def possessive(pos: int, groups: Groups, rest: Rest) -> End:
            Pattern.steps += 1
            done = 0
            while done < high and (found := body(pos, groups, _same)):
                if found[0] == pos:
                    break
                pos, groups = found
                done += 1
            return then(pos, groups, rest) if done >= low else None

        def node(pos: int, groups: Groups, rest: Rest, done: int = 0) -> End:
            """Come back for other ways through the body."""
            Pattern.steps += 1

            def again(p: int, g: Groups) -> End:
                return None if p == pos else node(p, g, rest, done + 1)

            found = None
            if code is op.MIN_REPEAT and done >= low:
                found = then(pos, groups, rest)
            if found is None and done < high:
                found = body(pos, groups, again)
            if found is None and code is op.MAX_REPEAT and done >= low:
                found = then(pos, groups, rest)
            return found

        return possessive if code is op.POSSESSIVE_REPEAT else node

    @staticmethod
    def _group(number: int | None, body: Node, then: Node) -> Node:
        def node(pos: int, groups: Groups, rest: Rest) -> End:
            Pattern.steps += 1

            def close(p: int, g: Groups) -> End:
                return then(p, {**g, number: (pos, p)} if number else g, rest)

            return body(pos, groups, close)

        return node

    @staticmethod
    def _branch(branches: list[Node], then: Node) -> Node:
        def node(pos: int, groups: Groups, rest: Rest) -> End:
            def behind(p: int, g: Groups) -> End:
                return then(p, g, rest)

            for branch in branches:
                Pattern.steps += 1
                if found := branch(pos, groups, behind):
                    return found
            return None

        return node

    def _place(self, place: re.Pattern[str], then: Node) -> Node:
        def node(pos: int, groups: Groups, rest: Rest) -> End:
            Pattern.steps += 1
            if place.match(self._text, pos):
                return then(pos, groups, rest)
            return None

        return node

    @staticmethod
    def _atomic(body: Node, then: Node) -> Node:
        def node(pos: int, groups: Groups, rest: Rest) -> End:
            Pattern.steps += 1
            found = body(pos, groups, _same)
            return then(*found, rest) if found else None

        return node

    @staticmethod
    def _look(is_there: bool, back: int, body: Node, then: Node) -> Node:
        def node(pos: int, groups: Groups, rest: Rest) -> End:
            Pattern.steps += 1
            at = pos - back
            found = body(at, groups, _same) if at >= 0 else None
            if bool(found) != is_there:
                return None
            return then(pos, found[1] if found else groups, rest)

        return node

    def _again(self, number: int, then: Node) -> Node:
        def node(pos: int, groups: Groups, rest: Rest) -> End:
            start, end = groups[number]
            Pattern.steps += end - start
            if self._text.startswith(self._text[start:end], pos):
                return then(pos + end - start, groups, rest)
            return None

        return node

    @staticmethod
    def _if_group(number: int, yes: Node, no: Node, then: Node) -> Node:
        def node(pos: int, groups: Groups, rest: Rest) -> End:
            Pattern.steps += 1
            body = yes if number in groups else no
            return body(pos, groups, lambda p, g: then(p, g, rest))

        return node


#: Parsing takes longer than matching.
pattern_of = functools.cache(Pattern)


def _same(pos: int, groups: Groups) -> End:
    return pos, groups


def _last(pos: int, groups: Groups, rest: Rest) -> End:
    return rest(pos, groups)


@contextlib.contextmanager
def untraced() -> Iterator[None]:
    """Count no lines: of this module none counts, and looking costs."""
    before = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(before)


def _compile_one(node: Any, flags: int) -> re.Pattern[str]:
    from re import _compiler  # type: ignore[attr-defined]

    state = _parser.State()
    state.flags = flags
    state.str = ''
    tree = _parser.SubPattern(state, [node])
    return _compiler.compile(tree, flags & ~re.UNICODE.value)


@contextlib.contextmanager
def counting(*modules: Any) -> Iterator[Callable[..., int]]:
    """Have every pattern of some modules count; yield a function that calls
    another and returns how many steps it took."""
    files = {module.__file__ for module in modules}
    lines = 0

    def trace(frame: Any, event: str, arg: Any) -> Any:
        nonlocal lines
        if frame.f_code.co_filename not in files:
            return None
        lines += event == 'line'
        return trace

    def count(function: Callable[..., object], *args: Any) -> int:
        nonlocal lines
        Pattern.steps = lines = 0
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            function(*args)
        finally:
            sys.settrace(before)
        return Pattern.steps + lines

    with contextlib.ExitStack() as stack:
        for module in modules:
            for name, value in list(vars(module).items()):
                if isinstance(value, re.Pattern):
                    stack.enter_context(
                        mock.patch.object(module, name, pattern_of(value))
                    )
        # Each round of a group's repeat is a few calls within the last.
        stack.callback(sys.setrecursionlimit, sys.getrecursionlimit())
        sys.setrecursionlimit(20_000)
        yield count
