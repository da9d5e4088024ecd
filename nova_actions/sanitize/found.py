# SPDX-License-Identifier: Apache-2.0
"""F0: a value that a rule found once is masked wherever it occurs.

The message of an error repeats what the line of source had behind a name.
"""

import functools
import re
from collections.abc import Iterator

from nova_actions.sanitize import text as _text
from nova_actions.sanitize import words

#: No more values than this are looked for.
MAX_VALUES = 64
_MIN_LENGTH, _MAX_LENGTH = 6, 255

_CONTROL = re.compile(r'[\x00-\x1f]')


class Found:
    """The values that were found in the texts of one error."""

    def __init__(self) -> None:
        self._values: dict[str, re.Pattern[str]] = {}

    def __len__(self) -> int:
        return len(self._values)

    def add(self, value: str) -> None:
        """Remember a value; one that may be a word is looked for within
        quotes and behind a colon only."""
        if (len(self) >= MAX_VALUES or value in self._values
                or not _MIN_LENGTH <= len(value) <= _MAX_LENGTH
                or _CONTROL.search(value)
                or _text.PLACEHOLDER.search(value)
                or _text.CUT_MARK.search(value)):
            return
        plain = re.escape(value)
        if words.is_peculiar(value):
            self._values[value] = re.compile(
                rf'(?<![A-Za-z0-9]){plain}(?![A-Za-z0-9])')
        elif words.may_be_secret(value):
            self._values[value] = re.compile(
                rf'(?<=["\']){plain}(?=\\{{0,15}}["\'])'
                rf'|(?<=: ){plain}(?=\s|\\|$)')

    def mask(self, text: str) -> str:
        """Mask what was found so far."""
        for value in self._present(text):
            text = _text.outside(text, functools.partial(
                self._values[value].sub, _text.mark('F0')))
        return text

    def _present(self, text: str) -> Iterator[str]:
        longest = sorted(self._values, key=lambda value: (-len(value), value))
        return (value for value in longest if value in text)
