# SPDX-License-Identifier: Apache-2.0
"""F1: the data of Kubernetes' secrets, under any name."""

import re
from collections.abc import Iterator

from nova_actions.sanitize import text as _text
from nova_actions.sanitize import words
from nova_actions.sanitize.index import Index
from nova_actions.sanitize.index import look_for

GUARDS = ('kind',)
look_for(GUARDS)

# ``kind: Secret`` as a line of YAML or an entry of JSON or of a repr.
_KIND = re.compile(
    r'(?<![\w-])kind["\']?[ ]{0,4}:[ ]{0,4}["\']?Secret(?![\w-])'
)
_DATA = re.compile(
    r'(?<![\w-])(?:stringData|data)["\']?[ ]{0,4}:[ \t]{0,4}'
    r'(?:(?P<flow>\{)|(?=\n))'
)
_ENTRY = re.compile(
    r'[\s,]{0,40}+(?P<o>["\']|)[\w.-]{1,253}+(?P=o)[ ]{0,4}+:[ ]{1,4}+'
    r'(?:(?P<q>["\'])(?P<quoted>(?>(?:(?!(?P=q))[^\n\\]|\\.){1,8192}))(?P=q)'
    r'|(?P<bare>[^\s,{}"\'][^\s,{}"\']{0,8192}+))'
)
# An escaped quote, too: a value that is whole in its line is looked at as it
# was without the lines before it.
_QUOTE = r'(?:["\']|\x1c{1,12}|&(?:quot|apos|#0?3[49]|#x2[27]);)'
_LINE = re.compile(
    r'\n(?P<in>[ \t]{1,40}+)["\']?[\w.-]{1,253}+["\']?:[ ]{1,4}+'
    rf'{_QUOTE}?(?P<v>[^\s"\'|>](?:(?!{_QUOTE})[^\n]){{0,8192}})'
)
#: How far from its kind the data of a secret may stand.
_REACH = 4096
_ENTRIES = 200


def _flow(text: str, at: int) -> Iterator[tuple[int, int]]:
    for _entry in range(_ENTRIES):
        found = _ENTRY.match(text, at)
        if found is None:
            return
        yield found.span('quoted' if found['q'] else 'bare')
        at = found.end()


def _lines(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the values of the lines that are indented alike."""
    indent = None
    for _entry in range(_ENTRIES):
        found = _LINE.match(text, at)
        if found is None or found['in'] != (indent or found['in']):
            return
        indent = found['in']
        yield found.span('v')
        at = text.find('\n', found.end())
        if at < 0:
            return


def spans(text: str, index: Index) -> Iterator[_text.Span]:
    """Yield the values of the data of secrets."""
    if not index.has('kind') or 'Secret' not in text:
        return
    done = 0
    for kind in _KIND.finditer(text):
        first = max(done, kind.start() - _REACH)
        done = kind.end() + _REACH
        for data in _DATA.finditer(text, first, done):
            walk = _flow if data['flow'] else _lines
            for start, end in walk(text, data.end()):
                value = text[start:end]
                if value.strip(_text.FILL) and not (
                    words.is_masked(value) or words.is_code(value)
                ):
                    yield start, end, 'F1'
