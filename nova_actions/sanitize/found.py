# SPDX-License-Identifier: Apache-2.0
"""F0: a value that a rule found once is masked wherever it occurs.

The message of an error repeats what the line of source had behind a name.
"""

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
        #: Each value, and whether it is one wherever it stands.
        self._values: dict[str, bool] = {}

    def __len__(self) -> int:
        return len(self._values)

    def add(self, value: str) -> None:
        """Remember a value; one that may be a word is looked for within
        quotes and behind a colon only."""
        if (
            len(self) >= MAX_VALUES
            or value in self._values
            or not _MIN_LENGTH <= len(value) <= _MAX_LENGTH
            or _CONTROL.search(value)
        ):
            return
        if words.is_peculiar(value):
            self._values[value] = True
        elif words.may_be_secret(value):
            self._values[value] = False

    def spans(self, text: str) -> Iterator[_text.Span]:
        """Yield where what was found so far stands."""
        for value, anywhere in self._values.items():
            at = text.find(value)
            while at >= 0:
                end = at + len(value)
                if _stands(text, at, end, anywhere):
                    yield at, end, 'F0'
                at = text.find(value, at + 1)

    def stands_in(self, text: str) -> bool:
        """Tell whether anything of it is in a text that is not masked."""
        return any(value in text for value in self._values) and any(
            self.spans(_text.blank(text))
        )


def _stands(text: str, start: int, end: int, anywhere: bool) -> bool:
    """Tell whether a value stands for itself there."""
    before, behind = text[max(0, start - 2) : start], text[end : end + 1]
    if anywhere:
        return not (
            (before[-1:].isalnum() and before[-1:].isascii())
            or (behind.isalnum() and behind.isascii())
        )
    if before[-1:] in ('"', "'"):
        return behind in ('"', "'")
    return before == ': ' and (
        not behind or behind.isspace() or behind == '\\'
    )
