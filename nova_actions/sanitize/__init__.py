# SPDX-License-Identifier: Apache-2.0
"""Text of an error -> what may be stored and shown.

One function for every text that enters the store, applied where it arises,
where it is stored and where it is read. Applying it again changes nothing.
"""

import dataclasses
import functools
import re
from collections.abc import Iterable
from typing import Any, Self

from nova_actions.sanitize import error as _error
from nova_actions.sanitize import known
from nova_actions.sanitize import pattern
from nova_actions.sanitize import rules as _rules
from nova_actions.sanitize import selftest
from nova_actions.sanitize import text as _text
from nova_actions.sanitize import version
from nova_actions.sanitize.error import REASONS
from nova_actions.sanitize.error import ErrorText
from nova_actions.sanitize.known import secrets_of_call
from nova_actions.sanitize.selftest import Broken

__all__ = (
    'DETAILS_LIMIT',
    'NAME_LIMIT',
    'REASONS',
    'TRACEBACK_LIMIT',
    'WITHHELD',
    'Broken',
    'ErrorText',
    'Sanitized',
    'Sanitizer',
    'rules_in',
    'secrets_of_call',
)

DETAILS_LIMIT = 4096
TRACEBACK_LIMIT = 16384
NAME_LIMIT = 255
#: What stands for a text that could not be judged.
WITHHELD = _text.mark('F99')

# A rule may see more once another has hit, so they run until nothing changes;
# twice is usual. A text that never settles is withheld as a whole.
_ROUNDS = 8


# How many names are remembered.
_NAMES = 4096


class _Withheld(Exception):
    """A name could not be judged."""


@dataclasses.dataclass(frozen=True)
class Sanitized:
    """A text that is safe to store."""

    text: str | None
    #: How many placeholders stand in it.
    redactions: int


class Sanitizer:
    """Make texts safe.

    :param secrets: values known to be secret, masked wherever they occur.
    :param extra_patterns: an operator's regular expressions; ValueError says
        which one is refused and why.
    :param source_lines: whether tracebacks keep their lines of source.
    """

    def __init__(
        self,
        secrets: Iterable[object] = (),
        extra_patterns: Iterable[str] = (),
        source_lines: bool = True,
    ) -> None:
        self._secrets = known.variants(secrets)
        self._extra: tuple[re.Pattern[str], ...] = tuple(
            pattern.compile_pattern(each) for each in extra_patterns
        )
        self._source_lines = source_lines
        self._names = functools.lru_cache(maxsize=_NAMES)(self._name)

    @functools.cached_property
    def rules(self) -> str:
        """A short text that is another one when the built-in rules, an
        operator's patterns or what is kept of tracebacks are others. Secrets
        of the configuration do not count: they differ from process to
        process."""
        return version.of(
            (each.pattern for each in self._extra), self._source_lines
        )

    @classmethod
    def from_conf(cls, conf: Any) -> Self:
        """Build one from the ``[sanitize]`` group of a configuration.

        :raises: ValueError when one of its patterns is refused; Broken when
            the rules do not work on this interpreter.
        """
        Sanitizer().check()
        return cls(
            secrets=known.secrets_of(conf),
            extra_patterns=conf.sanitize.patterns or (),
            source_lines=conf.sanitize.source_lines,
        )

    def check(self) -> None:
        """Try the rules on a few texts.

        :raises: Broken when they do not work on this interpreter;
            RecursionError or MemoryError when that cannot be told now.
        """
        selftest.check(_rules.Rules(self._secrets, self._extra).mask)

    def text(
        self, value: object, limit: int, secrets: Iterable[object] = ()
    ) -> Sanitized:
        """Return a text cut to so many bytes, without its secrets.

        :param secrets: values known to be secret in this call.
        """
        return self._texts([(value, limit)], secrets)[0]

    def name(self, value: object, limit: int = NAME_LIMIT) -> str | None:
        """Return a name: one line, without secrets. Names repeat, so the
        last ones are remembered."""
        if value is None:
            return None
        short = type(value) is str and len(value) <= NAME_LIMIT
        try:
            return (self._names if short else self._name)(value, limit)
        except _Withheld:
            return _text.head_of(WITHHELD, limit)

    def _name(self, value: object, limit: int) -> str | None:
        """Return a name that is safe, for the cache.

        :raises _Withheld: which is not cached, since the cause may have been
            a lack of stack deep in a recursion
        """
        plain = re.sub(r'[\t\n]', '', _text.as_text(value)[: limit + 1024])
        name = self._texts([(plain, limit)], ())[0].text
        if name == WITHHELD:
            raise _Withheld
        return name

    def error(
        self,
        exc_val: object,
        exc_tb: object,
        secrets: Iterable[object] = (),
        error_type: str | None = None,
    ) -> ErrorText:
        """Return what may be kept of a failure.

        :param exc_val: an exception, its message or class name, or None.
        :param exc_tb: a traceback, its text or lines, or None.
        :param secrets: values known to be secret in this call.
        :param error_type: the class, where ``exc_val`` is text.
        """
        raw = _error.read(exc_val, exc_tb, error_type)
        texts: list[tuple[object, int]] = [
            (raw.details, DETAILS_LIMIT),
            (raw.traceback, TRACEBACK_LIMIT),
        ]
        if raw.traceback and not self._source_lines:
            # They are not kept, but tell what is a secret in the message.
            texts.insert(
                1, (_error.without_source(raw.traceback), TRACEBACK_LIMIT)
            )
        details, trace = self._texts(texts, secrets)[:2]
        return ErrorText(
            error_type=self.name(raw.error_type),
            details=details.text,
            traceback=trace.text,
            reason=raw.reason,
            redactions=details.redactions + trace.redactions,
            rules=self.rules,
        )

    def again(
        self, details: str | None, trace: str | None, rules: str | None
    ) -> ErrorText:
        """Return stored texts of one error as they may be shown: as they
        are, where they were made safe by the same rules.

        :param rules: those that they were made safe by, where that is known
        """
        if rules == self.rules and not any(
            value in text
            for text in (details, trace)
            if text
            for value in self._secrets
        ):
            return ErrorText(None, details, trace, None, rules=rules)
        return self.error(details, trace)

    def _texts(
        self, texts: list[tuple[object, int]], secrets: Iterable[object]
    ) -> list[Sanitized]:
        """Make texts of one error safe, so that doing it again to what is
        returned changes nothing."""
        values = self._secrets
        if secrets:
            values = known.variants([*secrets, *values])
        rules = _rules.Rules(values, self._extra)
        raw = [
            None if value is None else _text.as_text(value)
            for value, _limit in texts
        ]
        limits = [limit for _value, limit in texts]
        joined = _rejoined(_joined(raw, limits, rules), limits, rules)
        return list(map(_result, raw, joined, limits))


def rules_in(text: str) -> list[str]:
    """Return the rules that have masked something in a text, each as often
    as it has: ``F12`` for example, and ``FX`` for an operator's patterns."""
    return _text.labels(text)


def _result(text: str | None, safe: str, limit: int) -> Sanitized:
    if text is None:
        return Sanitized(None, 0)
    # Rules are written for lines that end in \n; where they find nothing,
    # lines end as they did.
    if safe == _text.plain_ends(text) and _text.size(text) <= limit:
        safe = text
    return Sanitized(safe, _text.count(safe))


def _joined(
    raw: list[str | None], limits: list[int], rules: _rules.Rules
) -> list[tuple[str, bool]]:
    """Return the texts without what is found in their pieces, and whether
    anything of each was cut."""
    pieces = list(map(_pieces, raw, limits))
    settled = _settle([part for piece in pieces for part in piece[:2]], rules)
    joined = []
    for number, (limit, piece) in enumerate(zip(limits, pieces, strict=True)):
        head, tail = settled[2 * number : 2 * number + 2]
        safe = _text.join(head, tail, piece[2], limit)
        joined.append((safe, safe != head))
    return joined


def _rejoined(
    joined: list[tuple[str, bool]], limits: list[int], rules: _rules.Rules
) -> list[str]:
    """Mask once more what was cut: joining may have put a name next to what
    was no value of it."""
    texts = [safe for safe, _cut in joined]
    if not any(cut for _safe, cut in joined):
        return texts
    for _round in range(_ROUNDS):
        whole = _settle(list(texts), rules)
        again = [
            _text.join(safe, '', 0, limit)
            for safe, limit in zip(whole, limits, strict=True)
        ]
        if again in (texts, whole):
            return again
        texts = again
    return texts


def _pieces(text: str | None, limit: int) -> tuple[str, str, int]:
    if text is None:
        return '', '', 0
    head, tail, left_out = _text.pieces(text, limit)
    return _text.clean(head), _text.clean(tail), left_out


def _settle(texts: list[str], rules: _rules.Rules) -> list[str]:
    """Mask until nothing changes. A rule may see more once another has hit,
    and what is found in one text is masked in the others too."""
    stale = {number for number, text in enumerate(texts) if text}
    for _round in range(_ROUNDS):
        stale = _mask_those(stale, texts, rules)
        if not stale:
            return texts
    return [
        WITHHELD if number in stale else text
        for number, text in enumerate(texts)
    ]


def _mask_those(
    numbers: set[int], texts: list[str], rules: _rules.Rules
) -> set[int]:
    """Mask some of the texts; return which must be looked at again."""
    changed = set()
    for number in sorted(numbers):
        masked = _masked(texts[number], rules)
        if masked != texts[number]:
            changed.add(number)
        texts[number] = masked
    return changed.union(
        number
        for number, text in enumerate(texts)
        if rules.found.stands_in(text)
    )


def _masked(text: str, rules: _rules.Rules) -> str:
    try:
        return rules.mask(text)
    except Exception:  # noqa: BLE001
        return WITHHELD


def __getattr__(name: str) -> str:
    """RULES: :attr:`Sanitizer.rules` without an operator's patterns."""
    if name == 'RULES':
        return version.of()
    raise AttributeError(name)
