# SPDX-License-Identifier: Apache-2.0
"""F16: elements of XML whose name is a secret's."""

import re
from collections.abc import Iterator

from nova_actions.sanitize import naming
from nova_actions.sanitize import text as _text
from nova_actions.sanitize import words
from nova_actions.sanitize.index import Index

_ELEMENT = re.compile(
    r'<(?:[\w-]{1,30}:)?(?P<name>[\w.-]{1,60}+)'
    # No repr of an object.
    r'(?>\s(?!object at 0x)[^<>]{0,200}+|)(?<!/)>'
    r'(?>\s{0,40}+<(?i:value)>|)(?>\s{0,40}+<!\[CDATA\[|)\s{0,40}+'
    r'(?![\"\'][,)\s]|\])(?P<v>[^<>\s][^<]{0,4096}+)'
)
# What Maven has encrypted by a key that stands beside it.
_ENCRYPTED = re.compile(r'\{[A-Za-z0-9+/= ]{24,512}\}')
# Names that tell a secret in XML only.
_OTHER_NAMES = ('cleartext', 'SignatureValue', 'Ticket')
_BLANK = re.compile(r'[ \t]')
# libvirt: the value stands beside a description and what it is used for.
_SECRET = re.compile(r'<secret(?>\s[^<>]{0,200}+|)(?<!/)>')
_VALUE = re.compile(
    r'<value(?>\s[^<>]{0,200}+|)>\s{0,40}+(?P<v>[^<>\s][^<]{0,4096}+)'
)
# Its own is coded, if it says so.
_CODED = re.compile(
    r'<value\s{1,4}+encoding=["\']base64["\']>\s{0,40}+'
    r'(?P<v>[^<>\s][^<]{0,4096}+)'
)


def spans(text: str, index: Index) -> Iterator[_text.Span]:
    """Yield the texts of elements whose name is a secret's."""
    if '<' not in text or '>' not in text:
        return
    for match in _ELEMENT.finditer(text):
        if _is_secret(match) and _is_text(text, match):
            yield from _stripped(match)
    for coded in _CODED.finditer(text):
        yield from _stripped(coded)
    for opened in _SECRET.finditer(text):
        end = text.find('</secret', opened.end(), opened.end() + 2000)
        if end >= 0 and (found := _VALUE.search(text, opened.end(), end)):
            yield from _stripped(found)


def _is_secret(match: re.Match[str]) -> bool:
    name = match['name']
    return (
        naming.names_secret(name)
        or name in _OTHER_NAMES
        or bool(_ENCRYPTED.fullmatch(match['v']))
    )


def _is_text(text: str, match: re.Match[str]) -> bool:
    """Tell it from what stands for a value in a line of usage, which no
    element ends and words follow."""
    return bool(
        text.startswith('</', match.end())
        or not (
            _BLANK.search(match['v'].strip()) or match['v'].startswith('--')
        )
    )


def _stripped(match: re.Match[str]) -> Iterator[_text.Span]:
    value = match['v'].rstrip().removesuffix(']]>')
    if (
        value.strip(_text.FILL)
        and _text.CUT not in value
        and not words.is_masked(value)
    ):
        start = match.start('v')
        yield start, start + len(value), 'F16'
