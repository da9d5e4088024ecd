# SPDX-License-Identifier: Apache-2.0
"""What a text is made of, and how much of it is kept."""

import re
from collections.abc import Callable, Iterable

from nova_actions import foreign

#: What stands where a secret was; the label names the rule that hit.
PLACEHOLDER = re.compile(r'\[REDACTED:(F(?:[0-9]{1,2}|X))\]')
#: What stands where bytes were cut.
CUT_MARK = re.compile(r'\[\.\.\. [0-9]{1,19} bytes cut \.\.\.\]')
_MARK, _CUT = '[REDACTED:F', '[... '
_KEPT = re.compile(f'(?P<mark>{PLACEHOLDER.pattern})|{CUT_MARK.pattern}')
#: What a rule sees where a text is masked already, and where it was cut: no
#: cleaned text holds them.
FILL, CUT = '\x00', '\x01'
#: Between lines that stand apart: no value goes on over it.
GAP = f'\n{CUT}\n'
#: Where a secret begins and ends, and the rule that found it.
Span = tuple[int, int, str]
_DOUBLE = '\u201c\u201d\u201e\xab\xbb\u300c\u300d'
_SAME: dict[int, int | str] = {
    **{0xFF01 + each: 0x21 + each for each in range(94)},
    **dict.fromkeys(map(ord, '\u3000\xa0'), ' '),
    **dict.fromkeys(map(ord, _DOUBLE), '"'),
    **dict.fromkeys(map(ord, '\u2018\u2019\u201a'), "'"),
}
#: What is read beyond the limit, so that a secret lying across the final cut
#: is still seen whole by the rules, and only then cut away.
MARGIN = 1024

_ANSI = re.compile(r'\x1b\[[0-9;?]{0,20}[A-Za-z]')
# Zero-width and direction-changing characters hide a key from the rules, or
# show a reader another text than the one that is stored.
_UNWANTED = re.compile(
    '[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e'
    '\u2060-\u2064\u2066-\u2069\ufeff]'
)
_SURROGATE = re.compile('[\ud800-\udfff]')


def mark(label: str) -> str:
    return f'[REDACTED:{label}]'


def labels(text: str) -> list[str]:
    """Return which rule has found what is masked in a text, for each mark."""
    return PLACEHOLDER.findall(text)


def count(text: str) -> int:
    return len(PLACEHOLDER.findall(text))


def _blank(match: re.Match[str]) -> str:
    return (FILL if match['mark'] else CUT) * len(match[0])


def plain(text: str) -> str:
    """Return a text with plain signs for full-width and typographic ones."""
    return text if text.isascii() else text.translate(_SAME)


def blank(text: str) -> str:
    """Return a cleaned text as the rules read it: of the same length, what is
    masked as :data:`FILL`, and what was cut as :data:`CUT`."""
    text = plain(text)
    return _KEPT.sub(_blank, text) if _MARK in text or _CUT in text else text


def fill(text: str, spans: Iterable[Span]) -> str:
    """Return a text as the rules read it when these spans are masked."""
    out, done = [], 0
    for start, end, _label in sorted(spans):
        if end > done:
            start = max(start, done)
            out += [text[done:start], FILL * (end - start)]
            done = end
    return ''.join([*out, text[done:]]) if out else text


def _apart(text: str, spans: Iterable[Span]) -> list[Span]:
    """Return spans and marks in order, joined where they overlap; a mark
    alone has no label."""
    marks = (
        [(*match.span(), '') for match in _KEPT.finditer(text)]
        if (_MARK in text or _CUT in text)
        else []
    )
    joined: list[Span] = []
    for start, end, label in sorted([*marks, *spans]):
        if joined and start < joined[-1][1]:
            first, last, before = joined.pop()
            start, end = first, max(end, last)
            label = before or label
        joined.append((start, end, label))
    return joined


def masked(
    text: str,
    spans: Iterable[Span],
    harmless: Iterable[Span] = (),
    change: Callable[[str], str] | None = None,
) -> str:
    """Return a text with placeholders for spans.

    :param harmless: what stays as it is
    :param change: what is done to everything else
    """
    out, done = [], 0
    for start, end, label in _apart(text, [*spans, *harmless]):
        between = text[done:start]
        out += [
            change(between) if change else between,
            mark(label) if label else text[start:end],
        ]
        done = end
    out.append(change(text[done:]) if change else text[done:])
    return ''.join(out)


def as_text(value: object) -> str:
    """Return the text of anything; an object that cannot tell says so."""
    try:
        if type(value) is str:
            return value
        return _told(value)
    except Exception:  # noqa: BLE001
        return f'<unprintable {type(value).__name__}>'


@foreign.contained
def _told(value: object) -> str:
    if isinstance(value, str):
        # A subclass may override anything: take the plain characters.
        return str.__str__(value)
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode('utf-8', 'replace')
    return foreign.text(value)


def clean(text: str) -> str:
    """Drop what no database and no terminal should be given."""
    if (
        text.isascii()
        and text.replace('\n', '').replace('\t', '').isprintable()
    ):
        return text
    text = _UNWANTED.sub('', _ANSI.sub('', text))
    return _SURROGATE.sub('\ufffd', text)


def plain_ends(text: str) -> str:
    """Return a text whose lines end in \\n only."""
    return text.replace('\r\n', '\n')


def size(text: str) -> int:
    return len(text.encode('utf-8', 'replace'))


def pieces(text: str, limit: int) -> tuple[str, str, int]:
    """Cut coarsely: head, tail, and the bytes left out between them."""
    keep = limit + 2 * MARGIN
    if len(text) <= keep:
        return text, '', 0
    head = text[: limit // 4 + MARGIN]
    tail = text[-(limit - limit // 4 + MARGIN) :]
    return head, tail, size(text) - size(head) - size(tail)


def _whole(text: str, at: int) -> tuple[int, int]:
    """Return the span of the placeholder or mark that position is inside."""
    start = max(0, at - 40)
    for pattern in (PLACEHOLDER, CUT_MARK):
        for match in pattern.finditer(text, start, at + 40):
            if match.start() < at < match.end():
                return match.span()
    return at, at


def head_of(text: str, limit: int) -> str:
    """Return the longest beginning of at most so many bytes."""
    if size(text) <= limit:
        return text
    kept = text.encode()[: max(limit, 0)].decode('utf-8', 'ignore')
    return text[: _whole(text, len(kept))[0]]


def tail_of(text: str, limit: int) -> str:
    """Return the longest end of at most so many bytes."""
    if limit <= 0:
        return ''
    if size(text) <= limit:
        return text
    kept = text.encode()[-limit:].decode('utf-8', 'ignore')
    return text[_whole(text, len(text) - len(kept))[1] :]


def join(head: str, tail: str, left_out: int, limit: int) -> str:
    """Put the pieces together within the limit and say what was cut."""
    if not left_out and size(head) + size(tail) <= limit:
        return head + tail
    total = size(head) + size(tail) + left_out
    room = limit - len(f'[... {total} bytes cut ...]')
    if room < 16:
        return head_of(head or tail, limit)
    if left_out:
        # Next to the coarse cut a rule saw half of what was there; that half
        # must go even where redaction made the rest short enough.
        head = head[: _whole(head, max(0, len(head) - MARGIN))[0]]
        tail = tail[_whole(tail, min(MARGIN, len(tail)))[1] :]
        first, last = head_of(head, room // 4), tail
    else:
        first, last = head_of(head, room // 4), head
    last = tail_of(last, room - size(first))
    cut = total - size(first) - size(last)
    return f'{first}[... {cut} bytes cut ...]{last}'
