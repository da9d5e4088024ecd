# SPDX-License-Identifier: Apache-2.0
"""A matcher that counts its steps.

CPython's matcher tells nobody how hard it worked, and a clock tells something
else on every machine. This one walks the same parse tree (`re._parser`) with
the same backtracking, and counts one step for each node that it tries and
each character that a repeat takes; so its counts grow as CPython's do. It
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
Groups = dict[int, tuple[int, int]]
Rest = Callable[[int, Groups], 'tuple[int, Groups] | None']


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
        self._tree = list(_parser.parse(real.pattern, real.flags))
        self._chars: dict[tuple[int, str], bool] = {}

    # The few methods that the sanitiser calls.
    def match(self, text: str, pos: int = 0, end: int | None = None) -> Any:
        self._text = text if end is None else text[:end]
        with untraced():
            found = self._seq(self._tree, 0, pos, {}, _same)
        return found and Found(self, text, pos, *found)

    def fullmatch(
        self, text: str, pos: int = 0, end: int | None = None
    ) -> Any:
        last = len(text) if end is None else min(end, len(text))
        self._text = text[:last]
        with untraced():
            found = self._seq(
                self._tree,
                0,
                pos,
                {},
                lambda p, g: (p, g) if p == last else None,
            )
        return found and Found(self, text, pos, *found)

    def search(self, text: str, pos: int = 0, end: int | None = None) -> Any:
        self._text = text if end is None else text[:end]
        with untraced():
            for at in range(pos, len(self._text) + 1):
                Pattern.steps += 1
                if found := self._seq(self._tree, 0, at, {}, _same):
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

    def _one(self, node: Any, pos: int) -> bool:
        """Try a single character, as CPython's own would judge it."""
        Pattern.steps += 1
        if pos >= len(self._text):
            return False
        key = id(node), self._text[pos]
        if key not in self._chars:
            real = _compile_one(node, self.real.flags)
            self._chars[key] = bool(real.match(self._text[pos]))
        return self._chars[key]

    def _seq(
        self, nodes: Any, k: int, pos: int, groups: Groups, rest: Rest
    ) -> tuple[int, Groups] | None:
        Pattern.steps += 1
        while k < len(nodes) and nodes[k][0] in SINGLE:
            if not self._one(nodes[k], pos):
                return None
            k, pos = k + 1, pos + 1
        if k == len(nodes):
            return rest(pos, groups)
        code, args = nodes[k]

        def then(p: int, g: Groups) -> tuple[int, Groups] | None:
            return self._seq(nodes, k + 1, p, g, rest)

        if code in REPEATS:
            return self._repeat(code, *args, pos, groups, then)
        if code is op.SUBPATTERN:
            number, _add, _del, body = args

            def close(p: int, g: Groups) -> tuple[int, Groups] | None:
                return then(p, {**g, number: (pos, p)} if number else g)

            return self._seq(body, 0, pos, groups, close)
        return self._other(code, args, pos, groups, then)

    def _other(
        self, code: Any, args: Any, pos: int, groups: Groups, then: Rest
    ) -> tuple[int, Groups] | None:
        if code is op.BRANCH:
            for branch in args[1]:
                found = self._seq(branch, 0, pos, groups, then)
                if found:
                    return found
            return None
        if code is op.AT:
            hit = re.compile(
                {
                    op.AT_END: '$',
                    op.AT_END_STRING: r'\Z',
                    op.AT_BEGINNING: '^',
                    op.AT_BEGINNING_STRING: r'\A',
                    op.AT_BOUNDARY: r'\b',
                }[args]
            ).match(self._text, pos)
            return then(pos, groups) if hit else None
        if code is op.ATOMIC_GROUP:
            found = self._first(args, pos, groups)
            return then(*found) if found else None
        if code in (op.ASSERT, op.ASSERT_NOT):
            way, body = args
            at = pos if way > 0 else pos - body.getwidth()[0]
            found = self._first(body, at, groups) if at >= 0 else None
            if bool(found) == (code is op.ASSERT):
                return then(pos, found[1] if found else groups)
            return None
        if code is op.GROUPREF:
            start, end = groups[args]
            Pattern.steps += end - start
            if self._text.startswith(self._text[start:end], pos):
                return then(pos + end - start, groups)
            return None
        assert code is op.GROUPREF_EXISTS, code
        number, yes, no = args
        body = yes if number in groups else no
        return self._seq(list(body or ()), 0, pos, groups, then)

    def _first(
        self, body: Any, pos: int, groups: Groups
    ) -> tuple[int, Groups] | None:
        return self._seq(body, 0, pos, groups, _same)

    def _repeat(
        self,
        code: Any,
        low: int,
        high: int,
        body: Any,
        pos: int,
        groups: Groups,
        then: Rest,
    ) -> tuple[int, Groups] | None:
        if code is op.MAX_REPEAT and not (
            len(body) == 1 and body[0][0] in SINGLE
        ):
            return self._groups_repeat(low, high, body, pos, groups, then)
        ends = [(pos, groups)]
        while len(ends) <= high:
            if (
                code is op.MIN_REPEAT
                and len(ends) > low
                and (found := then(*ends[-1]))
            ):
                return found
            step = self._first(body, *ends[-1])
            if step is None or step[0] == ends[-1][0]:
                break
            ends.append(step)
        if len(ends) <= low:
            return None
        if code is op.MIN_REPEAT:
            return None
        if code is op.POSSESSIVE_REPEAT:
            return then(*ends[-1])
        for at in reversed(ends[low:]):
            if found := then(*at):
                return found
        return None

    def _groups_repeat(
        self,
        low: int,
        high: int,
        body: Any,
        pos: int,
        groups: Groups,
        then: Rest,
    ) -> tuple[int, Groups] | None:
        """A greedy repeat that comes back for other ways through its body."""

        def again(p: int, g: Groups) -> tuple[int, Groups] | None:
            if p == pos:
                return None
            return self._groups_repeat(
                max(low - 1, 0), high - 1, body, p, g, then
            )

        found = None
        if high > 0:
            found = self._seq(body, 0, pos, groups, again)
        if found is None and low == 0:
            found = then(pos, groups)
        return found


#: Parsing takes longer than matching.
pattern_of = functools.cache(Pattern)


def _same(pos: int, groups: Groups) -> tuple[int, Groups]:
    return pos, groups


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
def counting(*modules: Any) -> Any:
    """Have every pattern of some modules count; yield the count's reader."""
    files = {module.__file__ for module in modules}
    lines = 0

    def trace(frame: Any, event: str, arg: Any) -> Any:
        nonlocal lines
        if frame.f_code.co_filename not in files:
            return None
        lines += event == 'line'
        return trace

    with contextlib.ExitStack() as stack:
        for module in modules:
            for name, value in list(vars(module).items()):
                if isinstance(value, re.Pattern):
                    stack.enter_context(
                        mock.patch.object(module, name, pattern_of(value))
                    )
        Pattern.steps = 0
        # Each round of a group's repeat is a few calls within the last.
        stack.callback(sys.setrecursionlimit, sys.getrecursionlimit())
        sys.setrecursionlimit(20_000)
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            yield lambda: Pattern.steps + lines
        finally:
            sys.settrace(before)
