# SPDX-License-Identifier: Apache-2.0
"""F8 to F12: what is a secret by its form, whatever stands around it."""

import functools
import re
from collections.abc import Iterator

from nova_actions.sanitize import tables
from nova_actions.sanitize.family import START
from nova_actions.sanitize.family import family
from nova_actions.sanitize.index import Index
from nova_actions.sanitize.text import CUT
from nova_actions.sanitize.text import Span

FAMILIES = (
    family(
        'F8',
        'eyj',
        (
            START + r'(?P<v>eyJ[A-Za-z0-9_-]{8,}+'
            r'(?>(?:\.[A-Za-z0-9_-]*+){1,4}))'
        ),
        flags=0,
    ),
    family(
        'F8',
        'eyj',
        (START + r'(?P<v>eyJ[A-Za-z0-9+/_-]{24,}+={0,2}+)'),
        flags=0,
    ),
    # Those of vendors that do not begin with what tells them: Azure AD's
    # secret of a client, MaxMind's key of a licence, Google's refresh token.
    family(
        'F10',
        'q~',
        (r'(?<![\w.~-])(?P<v>[\w.~]{3}[0-9]Q~[\w.~-]{31,34})(?![\w~-])'),
        flags=0,
    ),
    family(
        'F10',
        '_mmk',
        (r'(?<![A-Za-z0-9_])(?P<v>[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk)(?!\w)'),
        flags=0,
    ),
    # Azure's keys of the form that all its services come to use, with what is
    # the same in all of them (Microsoft, common annotated security keys).
    family(
        'F10',
        'azdo jqqj9',
        (
            r'(?<![A-Za-z0-9])(?P<v>[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}'
            r'|[A-Za-z0-9]{52}JQQJ9[A-Za-z0-9]{11}[A-Za-z0-9]{16,32})'
            r'(?![A-Za-z0-9])'
        ),
        flags=0,
    ),
    # Mailchimp's, which ends in its data centre (gitleaks).
    family(
        'F10',
        '-us',
        r'(?<![A-Za-z0-9])(?P<v>[0-9a-f]{32}-us[0-9]{1,2})(?![A-Za-z0-9])',
        flags=0,
    ),
    family('F10', '1//0', r'(?<![\w/.-])(?P<v>1//0[\w-]{30,120})', flags=0),
    family(
        'F9',
        'gaaaa',
        (START + r'(?P<v>gAAAA[A-Za-z0-9_-]{12,}+={0,2})'),
        flags=0,
    ),
    family(
        'F10',
        'accountkey sharedaccess',
        (
            r'(?:AccountKey|SharedAccessKey|SharedAccessSignature)\s{0,2}+=(?!>)'
            r'\s{0,2}+'
            r'(?P<v>[^\s;\'"]++)'
        ),
    ),
    family(
        'F10',
        'aws amazon',
        (
            r'(?<![A-Za-z0-9])(?:aws|amazon)[^\n]{0,60}?[\s\'":=]'
            r'(?P<v>(?=[A-Za-z+/]{0,40}[0-9])(?=[A-Z0-9+/]{0,40}[a-z])'
            r'(?=[a-z0-9+/]{0,40}[A-Z])[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])'
        ),
    ),
    family(
        'F11',
        'aq',
        (r'(?<![A-Za-z0-9+])(?P<v>AQ[A-Za-z0-9+/]{30,40}+={1,2}+)'),
        flags=0,
    ),
    family('F12', '*', r'(?P<v>\*(?<![\w*]\*)[0-9A-F]{40})(?!\w)', flags=0),
    family(
        'F12',
        '$1$ $2 $5$ $6$ $7$ $y$ $gy$ $apr1$ $sha1$ $md5$ $argon2'
        ' $scrypt$ $pbkdf2',
        (
            r'(?P<v>\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|sha1|md5|argon2(?:id|i|d)'
            r'|scrypt|pbkdf2-sha\d{1,3}|pbkdf2)\$[A-Za-z0-9./$=,+_-]{8,512}+)'
        ),
        flags=0,
    ),
    family(
        'F12',
        '{ssha {sha {md5 {smd5 {crypt',
        (
            r'(?P<v>\{(?:SSHA|SHA|SMD5|MD5|CRYPT|SSHA256|SSHA512)\}'
            r'[A-Za-z0-9+/=./$]{8,256}+)'
        ),
    ),
    # The key of an NVMe host (TP 8006).
    family(
        'F12',
        'dhhc-1: nvmetlskey-1:',
        (r'(?P<v>(?:DHHC-1|NVMeTLSkey-1):[0-9]{2}:[A-Za-z0-9+/=]{8,200}+:?)'),
    ),
)


#: What no token of a vendor has, and no shorter one is.
_APART = bytes(
    code if chr(code).isalnum() or chr(code) in '_.~%+=-' else 32
    for code in range(128)
).ljust(256)
_MIN_LENGTH = 10
# Where a token may begin: enough to tell that none of a vendor's is there.
_BEGIN = re.compile(r'\b(?=([\w.~-]{3})[\w.~%+=-]{7})', re.ASCII)

Rests = dict[str, re.Pattern[str]]


@functools.cache
def _vendors() -> tuple[dict[str, Rests], Rests]:
    """Return the rest of a token by its beginning: of those that are a word
    by their first three characters, and of those in a URL."""
    words: dict[str, dict[str, list[str]]] = {}
    paths: dict[str, list[str]] = {}
    for _vendor, prefix, rest in tables.rows('vendors'):
        if '/' in prefix:
            paths.setdefault(prefix, []).append(rest)
        else:
            for first in (
                {prefix[:3]}
                if len(prefix) > 2
                else {prefix + char for char in _CHARS}
            ):
                words.setdefault(first, {}).setdefault(prefix, []).append(rest)
    return (
        {first: _compiled(rests) for first, rests in words.items()},
        _compiled(paths),
    )


_CHARS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz-.'


def _compiled(rests: dict[str, list[str]]) -> Rests:
    return {
        prefix: re.compile('|'.join(several))
        for prefix, several in rests.items()
    }


def spans(text: str, index: Index) -> Iterator[Span]:
    """Yield the tokens of vendors."""
    words, paths = _vendors()
    once = index.once(text)
    for prefix, rest in _begun(once, words).items():
        yield from _behind(text, prefix, rest)
    if '.com/' in once or '.org/' in once or '://' in once:
        for prefix, rest in paths.items():
            for _start, end, label in _behind(text, prefix, rest, 0):
                yield _start + len(prefix), end, label


def _begun(text: str, words: dict[str, Rests]) -> Rests:
    """Return the rests of those tokens that may stand in a text."""
    apart = text.encode('ascii', 'replace').translate(_APART).decode()
    long = ' '.join({run for run in apart.split() if len(run) >= _MIN_LENGTH})
    found: Rests = {}
    for first in words.keys() & _BEGIN.findall(long):
        found.update(words[first])
    return found


def _behind(
    text: str, prefix: str, rest: re.Pattern[str], whole: int = 1
) -> Iterator[Span]:
    """Yield where a beginning stands with its rest behind.

    :param whole: whether it must begin a word
    """
    at, end = text.find(prefix), -1
    while at >= 0:
        start = at + len(prefix)
        before = text[at - 1 : at] if whole and at > end else ''
        if not (before.isalnum() and before.isascii()) and before != '_':
            found = rest.match(text, start)
            if found and found[0] and CUT not in found[0]:
                yield at, found.end(), 'F10'
                start = end = found.end()
        at = text.find(prefix, start)
