# SPDX-License-Identifier: Apache-2.0
"""Whether a pattern that an operator added may be used.

A pattern runs over every text that is recorded, so one that backtracks
without bound would let anybody who can cause an error stop the conductor.
"""

import re
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from nova_actions.sanitize import cost

MAX_LENGTH = 1000
#: Ways of matching from one position that a pattern may have.
MAX_WAYS = 10_000

#: Steps that a search may take, some tenths of a second at the most.
MAX_STEPS = 12_000_000


def check_portable(sequence: Any) -> None:
    """See that a pattern means the same on every Python.

    Up to Python 3.11.4 a possessive repeat goes on from where its last,
    failed attempt ended, if what it repeats can set that place: only a single
    character or class cannot. An atomic group is right everywhere.

    :raises: ValueError when it does not.
    """
    for node in sequence:
        code, args = node
        if code is op.POSSESSIVE_REPEAT and not (
            len(args[2]) == 1 and args[2][0][0] in cost.SINGLE
        ):
            raise ValueError(
                'a possessive repeat of more than one character or class '
                'means something else on Python 3.11.2; write (?>(?:ab){1,3})'
                ' for (?:ab){1,3}+'
            )
        for child in cost.children(node):
            check_portable(child)


def ways(sequence: Any) -> int:
    """Return an upper bound of the ways in which a sequence can match."""
    total = 1
    for node in sequence:
        code, args = node
        inner = [ways(child) for child in cost.children(node)]
        if code in cost.REPEATS:
            low, high, _body = args
            if high is op.MAXREPEAT:
                raise ValueError('it has a repeat without an upper bound')
            if inner[0] > 1 and high > 1:
                raise ValueError('a repeat holds something that varies')
            total *= high - low + 1
        elif code is op.BRANCH:
            total *= sum(inner)
        else:
            for number in inner:
                total *= number
        if total > MAX_WAYS:
            raise ValueError(f'it can match in more than {MAX_WAYS} ways')
    return total


def compile_pattern(text: str) -> re.Pattern[str]:
    """Compile an operator's pattern.

    :raises: ValueError naming the pattern and why it is refused.
    """
    try:
        if len(text) > MAX_LENGTH:
            raise ValueError(f'it is longer than {MAX_LENGTH} characters')
        parsed = _parser.parse(text)
        check_portable(parsed)
        ways(parsed)
        if cost.steps(parsed, parsed.state.flags) > MAX_STEPS:
            raise ValueError(
                'its cost is quadratic: parts of it that vary in length can '
                'take the same characters, and it restarts at each of them; '
                'let less vary, or begin with a character that they exclude'
            )
        pattern = re.compile(text)
        if pattern.match('') or pattern.search(' '):
            raise ValueError('it matches an empty text or a space')
    except (re.error, ValueError, OverflowError, RecursionError) as exc:
        raise ValueError(
            f'The pattern {text[:200]!r} is refused: {exc}'
        ) from exc
    return pattern
