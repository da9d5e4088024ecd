# SPDX-License-Identifier: Apache-2.0
"""A text and what it was before it was escaped pass all rules."""

import dataclasses
import re
from collections.abc import Iterable, Iterator

from nova_actions.sanitize import coded
from nova_actions.sanitize import column
from nova_actions.sanitize import command
from nova_actions.sanitize import credentials
from nova_actions.sanitize import families
from nova_actions.sanitize import family
from nova_actions.sanitize import found as _found
from nova_actions.sanitize import keys
from nova_actions.sanitize import known
from nova_actions.sanitize import kubernetes
from nova_actions.sanitize import line
from nova_actions.sanitize import naming
from nova_actions.sanitize import oslo
from nova_actions.sanitize import pem
from nova_actions.sanitize import sql
from nova_actions.sanitize import text as _text
from nova_actions.sanitize import token
from nova_actions.sanitize import view
from nova_actions.sanitize import xml
from nova_actions.sanitize.index import Index


def _extra(
    patterns: tuple[re.Pattern[str], ...], text: str
) -> Iterator[_text.Span]:
    """Yield what an operator's patterns find between what is masked."""
    for pattern in patterns:
        done = 0
        for first, last in [
            *(match.span() for match in _DONE.finditer(text)),
            (len(text), len(text)),
        ]:
            for match in pattern.finditer(text, done, first):
                yield *match.span(), 'FX'
            done = last


_DONE = re.compile(f'[{_text.FILL}{_text.CUT}]+')

#: In this order, and those of names between them; each sees what those before
#: it have found as masked.
_FIRST = family.Group(
    (
        pem,
        sql,
        credentials,
        *families.BEFORE,
        token,
        command,
        *line.FAMILIES,
        coded,
        kubernetes,
        column,
    )
)
_LAST = family.Group((xml, *families.BEHIND))
#: All that are patterns.
FAMILIES = (
    *families.BEFORE,
    *command.FAMILIES,
    *line.FAMILIES,
    *coded.FAMILIES,
    *families.BEHIND,
)
#: So many parts of names of secrets are looked at in a text and in what it
#: was before it was escaped: more do not stand in one that somebody reads.
MAX_NAMES = 768
#: How much is kept of one in whose views the most of them stand.
_MOST_KEPT = 0.75
#: What is found by these is no value that may stand elsewhere.
_ALONE = ('F0', 'F7', 'FX')


@dataclasses.dataclass(frozen=True)
class _Layer:
    """A text, and the view of it as it was before it was escaped."""

    text: str
    index: Index
    before: view.View | None


def _layers(text: str) -> Iterator[_Layer]:
    """Yield a text, what it was before it was escaped, and so on."""
    for depth in range(view.MAX_DEPTH + 1):
        before = view.of(text) if depth < view.MAX_DEPTH else None
        yield _Layer(text, Index(text), before)
        if before is None:
            return
        text = before.text


class _Pass:
    """One text as the rules read it, and what they have found in it so far.
    Places in it stay the same: what is found is overwritten."""

    def __init__(self, text: str, found: _found.Found, index: Index) -> None:
        self.text = text
        self.index = index
        self.spans: list[_text.Span] = []
        #: Where no value goes on.
        self.bars: list[view.Change] = []
        #: Values that a name leads to, and that are harmless.
        self.harmless: list[_text.Span] = []
        self._found = found

    def take(self, spans: Iterable[_text.Span]) -> None:
        new = list(spans)
        if new:
            self.spans += new
            for start, end, label in new:
                if label not in _ALONE:
                    self._found.add(self.text[start:end])
            self.text = _text.fill(self.text, new)

    def take_all(self, group: family.Group) -> None:
        for rule in group.that_may_find(self.index):
            self.take(rule.spans(self.text, self.index))

    def take_named(self) -> None:
        spans, self.harmless = keys.spans(self.text, self.index)
        self.take(spans)


class Rules:
    """What is looked for in the texts of one error, and what was found."""

    def __init__(
        self,
        values: tuple[str, ...] = (),
        extra: tuple[re.Pattern[str], ...] = (),
    ) -> None:
        self.found = _found.Found()
        #: A text in which nothing was found, when so many values were known.
        self._clean = ('', 0)
        self._values = values
        self._extra = extra

    def mask(self, text: str) -> str:
        """Mask what is found in a cleaned text, and in what it was before
        it was escaped. From where more than :data:`MAX_NAMES` parts of names
        stand in it, it is withheld."""
        state = (text, len(self.found))
        if state != self._clean:
            text = self._mask(text)
            if state == (text, len(self.found)):
                self._clean = state
        return text

    def _mask(self, text: str) -> str:
        blank = _text.blank(text)
        layers = list(_layers(blank))
        parts = [naming.stems(each.text, each.index) for each in layers]
        count = sum(map(len, parts))
        if count > MAX_NAMES:
            at = (
                parts[0][MAX_NAMES][0]
                if len(layers) == 1
                else int(len(text) * min(MAX_NAMES / count, _MOST_KEPT))
            )
            # No token is cut in two.
            blank_at = max(map(blank[:at].rfind, ' \n'))
            kept = text[: blank_at + 1 if at - blank_at < _text.MARGIN else at]
            withheld = _text.mark('F99')
            masked = self.mask(kept + withheld)
            # A last value may have taken the mark for a part of itself.
            if masked.endswith(withheld):
                return masked
            return self.mask(kept) + withheld
        done = self._pass(layers)
        if not oslo.may_find(done.text, done.index, done.harmless):
            return _text.masked(text, done.spans)
        return _text.masked(
            text, done.spans, done.harmless, oslo.Masker().mask
        )

    def _pass(self, layers: list[_Layer]) -> _Pass:
        first, *rest = layers
        text, index, before = first.text, first.index, first.before
        spans: list[_text.Span] = []
        bars: list[view.Change] = []
        if before:
            inner = self._pass(rest)
            spans, bars = (
                [(*before.origin(start, end), each) for start, end, each in of]
                for of in (inner.spans, inner.bars)
            )
            bars += before.bars
            text = view.barred(text, bars)
        filled = _text.fill(text, spans)
        if before:
            index = Index(filled)
        done = _Pass(filled, self.found, index)
        done.spans += spans
        done.bars = bars
        done.take(known.spans(done.text, self._values))
        done.take_all(_FIRST)
        done.take_named()
        done.take_all(_LAST)
        done.take(_extra(self._extra, done.text))
        done.take(self.found.spans(done.text))
        return done
