# SPDX-License-Identifier: Apache-2.0
"""Text of an error -> what may be stored and shown.

One function for every text that enters the store, applied where it arises,
where it is stored and where it is read. Applying it again changes nothing.
"""

import dataclasses
import re
from collections.abc import Iterable
from typing import Any, Self

from nova_actions.sanitize import error as _error
from nova_actions.sanitize import families
from nova_actions.sanitize import found as _found
from nova_actions.sanitize import known
from nova_actions.sanitize import pattern
from nova_actions.sanitize import selftest
from nova_actions.sanitize import text as _text
from nova_actions.sanitize.error import REASONS
from nova_actions.sanitize.error import ErrorText
from nova_actions.sanitize.known import secrets_of_call
from nova_actions.sanitize.selftest import Broken

__all__ = (
    'DETAILS_LIMIT', 'NAME_LIMIT', 'REASONS', 'TRACEBACK_LIMIT', 'WITHHELD',
    'Broken', 'ErrorText', 'Sanitized', 'Sanitizer', 'secrets_of_call',
)

DETAILS_LIMIT = 4096
TRACEBACK_LIMIT = 16384
NAME_LIMIT = 255
#: What stands for a text that could not be judged.
WITHHELD = _text.mark('F99')

# A rule may see more once another has hit, so they run until nothing changes;
# twice is usual. A text that never settles is withheld as a whole.
_ROUNDS = 8


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
            pattern.compile_pattern(each) for each in extra_patterns)
        self._source_lines = source_lines

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

        :raises: Broken when they do not work on this interpreter.
        """
        selftest.check(lambda value: self.text(value, DETAILS_LIMIT).text)

    def text(
        self, value: object, limit: int, secrets: Iterable[object] = ()
    ) -> Sanitized:
        """Return a text cut to so many bytes, without its secrets.

        :param secrets: values known to be secret in this call.
        """
        return self._texts([(value, limit)], secrets)[0]

    def name(self, value: object, limit: int = NAME_LIMIT) -> str | None:
        """Return a name: one line, without secrets."""
        if value is None:
            return None
        plain = re.sub(r'[\t\n]', '', _text.as_text(value)[:limit + 1024])
        return self._texts([(plain, limit)], ())[0].text

    def error(
        self, exc_val: object, exc_tb: object,
        secrets: Iterable[object] = (), error_type: str | None = None,
    ) -> ErrorText:
        """Return what may be kept of a failure.

        :param exc_val: an exception, its message or class name, or None.
        :param exc_tb: a traceback, its text or lines, or None.
        :param secrets: values known to be secret in this call.
        :param error_type: the class, where ``exc_val`` is text.
        """
        raw = _error.read(exc_val, exc_tb, error_type)
        texts: list[tuple[object, int]] = [
            (raw.details, DETAILS_LIMIT), (raw.traceback, TRACEBACK_LIMIT)]
        if raw.traceback and not self._source_lines:
            # They are not kept, but tell what is a secret in the message.
            texts.insert(1, (
                _error.without_source(raw.traceback), TRACEBACK_LIMIT))
        details, trace = self._texts(texts, secrets)[:2]
        return ErrorText(
            error_type=self.name(raw.error_type),
            details=details.text,
            traceback=trace.text,
            reason=raw.reason,
            redactions=details.redactions + trace.redactions,
        )

    def _texts(
        self, texts: list[tuple[object, int]], secrets: Iterable[object]
    ) -> list[Sanitized]:
        """Make texts of one error safe, so that doing it again to what is
        returned changes nothing."""
        values = self._secrets
        if secrets:
            values = known.variants([*secrets, *values])
        limits = [limit for _value, limit in texts]
        safe = self._together(texts, values)
        for _round in range(_ROUNDS):
            if not any(each.redactions for each in safe):
                return safe
            # A forged placeholder is text to the rules until it is one.
            again = self._together(
                [(each.text, limit)
                 for each, limit in zip(safe, limits, strict=True)], values)
            if again == safe:
                return safe
            safe = again
        return self._together(
            [(each.text and WITHHELD, limit)
             for each, limit in zip(safe, limits, strict=True)], ())

    def _together(
        self, texts: list[tuple[object, int]], values: tuple[str, ...]
    ) -> list[Sanitized]:
        """What is found in one of the texts is masked in the others too."""
        found = _found.Found()
        known_before = -1
        while known_before < len(found):
            known_before = len(found)
            safe = [self._one(value, limit, values, found)
                    for value, limit in texts]
        return safe

    def _one(
        self, value: object, limit: int, values: tuple[str, ...],
        found: _found.Found,
    ) -> Sanitized:
        if value is None:
            return Sanitized(None, 0)
        try:
            text = _text.as_text(value)
            safe = self._safe(text, limit, values, found)
            # Rules are written for lines that end in \n; where they find
            # nothing, lines end as they did.
            if safe == _text.plain_ends(text) and _text.size(text) <= limit:
                safe = text
        except Exception:  # noqa: BLE001
            safe = _text.head_of(WITHHELD, limit)
        return Sanitized(safe, _text.count(safe))

    def _safe(
        self, value: str, limit: int, values: tuple[str, ...],
        found: _found.Found,
    ) -> str:
        head, tail, left_out = _text.pieces(value, limit)
        head = self._settle(head, values, found)
        tail = self._settle(tail, values, found)
        result = _text.join(head, tail, left_out, limit)
        if result == head:
            return result
        for _round in range(_ROUNDS):
            # Joining may have put a name next to what was no value of it.
            again = self._settle(result, values, found)
            again = _text.join(again, '', 0, limit)
            if again == result:
                return result
            result = again
        return _text.head_of(WITHHELD, limit)

    def _settle(
        self, text: str, values: tuple[str, ...], found: _found.Found
    ) -> str:
        if not text:
            return text
        text = _text.clean(text)
        for _round in range(_ROUNDS):
            masked = families.once(
                known.mask(text, values), self._extra, found)
            if masked == text:
                return text
            text = masked
        return WITHHELD
