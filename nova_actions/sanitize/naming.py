# SPDX-License-Identifier: Apache-2.0
"""Where names of secrets stand in a text, and what leads to their values."""

import functools
import re
from typing import NamedTuple

from nova_actions.sanitize import names
from nova_actions.sanitize import words
from nova_actions.sanitize.family import MAYBE_QUOTE
from nova_actions.sanitize.index import Index

# "... for user nova", and what then leads to a value.
_OWNER = (
    r'\s{1,4}+(?:for|of|on)(?>(?:\s{1,4}+'
    r'(?!(?:is|was|are|has|will|should|would|to|set|reset|changed)\s)'
    r'%s{1,64}+){1,3})'
)
_VERB = (
    r'(?>\s(?:generated|assigned|given|used|chosen)|)'
    r'\s{1,4}+(?:(?:is|was|are|has\s{1,4}+been'
    r'|(?:will|should|would)(?>\s{1,4}+now|)\s{1,4}+be)(?>\s{1,4}+now|)'
    r'(?>\s{1,4}+(?:set|reset|changed)\s{1,4}+to|)'
    r'|(?>(?:set|reset|changed)\s{1,4}+|)to'
    r'|like(?=\s{1,4}+["\'])'
    # An English word in a sentence of another language.
    r'|lautet|ist|est|es|è|é|är|jest)(?=[\s:]):?+'
)
# A key of YAML whose value stands under another name further down.
_SCHEMA = (
    r':[ \t]{0,4}+\n(?>(?:[ \t]{1,20}+(?!default)[\w-]{1,20}+:'
    r'[^\n]{0,120}+\n){0,6})[ \t]{1,20}+default:'
)
_BEHIND_NAME = re.compile(
    r'(?P<quote>["\'`]|)(?::protected|(?::"?[\w\\]{1,40}"?)?:private|)\]?+'
    r'(?>\s{1,4}+(?:(?:(?:new|old|current|previous) |)value|string|codes?'
    r'|phrase|[0-9]{1,2}|used|given|provided|supplied|entered|received'
    r'|generated|assigned|sent|read)(?=[\s:=])|)'
    r'(?P<sep>(?>\s{0,4}+[,:]?+\s{0,40}+'
    + MAYBE_QUOTE
    + r'(?:(?:parameter_?|string_?|output_?)?value|result|content|plain_?text)'
    + MAYBE_QUOTE
    + r'\s{0,4}+[:=]|'
    + _SCHEMA
    + r'|\s{0,40}+(?:=>|→|:=|[!=]?={1,2}+|\|(?=\s)'
    r'|::(?=\s)|-{1,2}>(?=\s)|<-|(?<=\s)[-\u2013\u2014](?=\s)'
    # PHP's serialize().
    r'|;s:[0-9]{1,6}:(?=")'
    # What C prints between brackets.
    r'|\[(?=[^\s"\'\[\]]{8,64}\])'
    r'|:\s{0,2}+(?:&?(?>\'static |)str(?:ing)?|bytes'
    r'|[A-Z]\w{1,20}+\[\w{1,20}+\])(?> \| None|)'
    r'\s{0,2}+='
    r'|:|,|\((?=["\']))'
    r'|' + _OWNER % r'[^\s:=/→]' + r'\s{0,4}+[:=→]'
    r'|' + _OWNER % r'[^\s=]' + _VERB + r'|' + _VERB + r'|)'
    r'\s{0,40}+(?>\\\n\s{0,40}+|\(\s{1,40}+(?=[bur]{0,2}+["\'])|)'
    r'(?>Secret(?:Str|Bytes)?\(|Sensitive(?:Str(?:ing)?)?\('
    r'|!{1,2}[A-Za-z][\w:/.-]{0,30}+[ \t]{1,4}+'
    # Of PHP, Erlang, Rust, Windows' registry, ODBC; a mapping with its value.
    r'|string\([0-9]{1,6}\)\s{1,4}+(?=")|<<(?=")|Some\((?=")'
    r'|REG_\w{2,12}+[ \t]{1,8}+|\{(?=[^\s{}"\',:]{1,128}\};)'
    r'|(?:0x[0-9a-f]{2,16}+|\{\w{3,6}\})\s(?=["\'])'
    r'|\(\w{1,20}\)\s(?:\(len=[0-9]{1,6}\)\s)?(?=")'
    r'|\{["\']value["\']:\s{0,4}+(?=["\'])|))',
    re.IGNORECASE,
)
_NAME_CHARS = (
    'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-'
)
_RUN = re.compile(r'[\w.-]{0,64}+')
# Of what is written without blanks, no ASCII.
_WIDE_RUN = re.compile(r'[^\W\x00-\x7f]{0,16}+')
_WIDE = '\u2e80'
_TWO = re.compile(r'(?>(?: (?:access )?key(?![\w-]))|)')
# The word before one that is no secret's name alone.
_FIRST = re.compile(r'[A-Za-z0-9]{1,20} \Z')
_SECOND = re.compile(
    r'(?:keys?|community|string)(?![A-Za-z0-9])', re.IGNORECASE
)
# What can follow a name that has a value.
_LEADS = frozenset('"\'`],:=!|([')
_SECONDS = frozenset('kKcCsS')
_STRING = re.compile(r' (?:string|material)(?![\w-])', re.IGNORECASE)
# "... is", in the languages of the names.
_IS = re.compile(
    r'(?P<quote>)(?P<sep>\s{0,2}(?:(?:lautet|ist|est|es|era|è|é|är|er|is|jest'
    r'|on|to|adalah|(?:wurde|wird)(?: auf|)|a été \w{4,10} (?:en|à|par)'
    r'|измен[её]н на|zmieniono na|foi alterad[ao] para|se cambió a)(?=\s)'
    r'|[为是は는은])\s{0,2}:?\s{0,2}(?=["\'\w]))'
)
# Whose it is, behind a name of another language.
_OF = re.compile(
    r'(?> (?!(?:lautet|ist|est|es|era|è|é|är|er|is|jest|to|adalah)\s)'
    r'(?:[^\W\d_]{1,5}\')?[^\W\d_]{1,20})'
    r'{1,3}'
)
# A value within quotes behind it, without a sign between.
_QUOTED = re.compile(r'\s{0,2}(?=["\'] ?[^\s"\']{6,64} ?["\'])')
# One of letters of both cases, with a digit in their midst.
_MIXED = re.compile(
    r'(?P<gap>[ \t]{1,2})(?=[!-~]{0,32}[A-Z])'
    r'(?=[!-~]{0,32}[a-z])(?=[!-~]{0,32}[0-9][A-Za-z])[\w!#$%&*+@~-]{6,64}'
    r'(?=[\s,;)\u3002\u3001\uff0c]|\Z)'
)
_SIGNS = (':', '=', '|', ',', '(', '-', '\u2013', '\u2014')
_QUOTES = ('"', "'")
_AUTH = re.compile(r'["\']?\s{0,4}:')
_INPUT = re.compile(r'=b?["\']')
# What stands behind a weak name, if it may be a secret.
_DRAWN = re.compile(
    r'(?:["\'`]?\]?\s{0,4}(?:=>|:=|[:=|])\s{0,20}[bu]?["\'`]?'
    r'|[ \t]{1,4}["\']?)[A-Za-z0-9+/_-]{16}'
)
# Without a sign between, only for a flag, or what has so many digits.
_DIGITS_ALONE = re.compile(r'[ \t][0-9a-f]{32,512}(?![\w-])')


# The plain cases, which are most: the end of the name, a sign, and a quote or
# a word (that is no SecretStr).
_PLAIN = re.compile(
    r'(?P<quote>["\']|)(?P<sep>[:=] ?(?=["\'])(?!"[\w\\]{1,40}":private)'
    r'|=(?=[A-RT-Za-rt-z0-9/]))'
)


class Name(NamedTuple):
    """A secret's name in a text, and what leads to the value behind it."""

    key: str
    start: int
    #: Where the name ends, and the value begins.
    tail: int
    end: int
    quote: str
    sep: str
    kind: str


@functools.lru_cache(maxsize=4096)
def kind_of(name: str) -> str:
    """Return how a name is one of a secret: 'own', 'foreign', 'weak' (if what
    stands behind it looks like one) or ''."""
    if names.NAME.search(name):
        return 'own'
    if names.FOREIGN.search(name):
        return 'foreign'
    return (
        'weak'
        if names.WEAK.search(name) and not (names.NO_SECRET.search(name))
        else ''
    )


def _kind_here(text: str, tail: int, key: str, kind: str) -> str:
    """Return how a name is one of a secret before what stands there."""
    if key == 'process_input' and _INPUT.match(text, tail):
        return 'own'
    if kind != 'weak' or not _DRAWN.match(text, tail):
        return '' if kind == 'weak' else kind
    alone = key.lower() != 'key' and _DIGITS_ALONE.match(text, tail)
    return 'own' if alone else 'weak'


def _verb(text: str, key: str, end: int) -> re.Match[str] | None:
    """Return the verb behind a name of another language, and whose it is;
    some write it without a blank."""
    verb = _IS.match(text, end - (key[-1] in '为是は는은'))
    if verb is None and (of := _OF.match(text, end)):
        verb = _IS.match(text, of.end())
    return verb


def _run(text: str, stem: int, length: int) -> tuple[int, int]:
    """Return start and end of the run of letters and digits that a part at
    a place belongs to."""
    before = text[max(0, stem - 64) : stem]
    start = stem - (len(before) - len(before.rstrip(_NAME_CHARS)))
    while (
        start > 0
        and stem - start < 64
        and text[start - 1] > '~'
        and text[start - 1].isalnum()
    ):
        start -= 1
    run = (_WIDE_RUN if text[stem] >= _WIDE else _RUN).match(
        text, stem + length
    )
    return start, run.end() if run else stem + length


def _words(text: str, start: int, tail: int) -> tuple[int, int, str]:
    """Return start and end of a name, with the word beside it that makes it
    one, and how it is one of a secret."""
    key = text[start:tail]
    if (
        key[0] in _SECONDS
        and _SECOND.match(key)
        and (first := _FIRST.search(text[max(0, start - 21) : start]))
    ):
        start -= len(first[0])
        key = text[start:tail]
    kind = kind_of(key)
    if (
        not kind
        and text[tail : tail + 1] == ' '
        and (second := _STRING.match(text, tail))
    ):
        tail = second.end()
        kind = kind_of(text[start:tail])
    return start, tail, kind


def _behind(text: str, key: str, kind: str, end: int) -> re.Match[str] | None:
    """Return what leads from a name that ends at a place to its value."""
    lead = text[end : end + 1]
    if lead not in _LEADS and not lead.isspace():
        return None
    found = _PLAIN.match(text, end) or _BEHIND_NAME.match(text, end)
    if kind == 'own' or key[0] == '-':
        return found if found and found['sep'] else None
    if (
        found
        and kind == 'foreign'
        and not found['sep'].strip()
        and (of := _OF.match(text, end))
    ):
        found = _BEHIND_NAME.match(text, of.end())
    # What may be a word of a sentence needs a sign.
    return found if found and found['sep'].strip()[:1] in _SIGNS else None


def at(text: str, stem: int, length: int) -> Name | None:
    """Return the name that a part at a place belongs to, if a value may
    stand behind it."""
    start, tail, kind = _words(text, *_run(text, stem, length))
    key = text[start:tail]
    if kind == 'weak' or key == 'process_input':
        kind = _kind_here(text, tail, key, kind)
    if not kind or (key.lower() == 'auth' and not _AUTH.match(text, tail)):
        return None
    two = _TWO.match(text, tail) if key.lower().endswith('secret') else None
    end = two.end() if two else tail
    if kind == 'foreign' and (verb := _verb(text, key, end)):
        return Name(key, start, tail, verb.end(), '', verb['sep'], kind)
    if (
        kind == 'foreign'
        and text[start - 1 : start] not in _QUOTES
        and (opened := _QUOTED.match(text, end))
    ):
        return Name(key, start, tail, opened.end(), '', '', kind)
    if kind == 'foreign' and (mixed := _MIXED.match(text, end)):
        return Name(key, start, tail, mixed.end('gap'), '', ' ', kind)
    behind = _behind(text, key, kind, end)
    if behind is None:
        return None
    return Name(
        key, start, tail, behind.end(), behind['quote'], behind['sep'], kind
    )


def stems(text: str, index: Index) -> list[tuple[int, int]]:
    """Return where parts stand that tell a secret's name."""
    return index.places(names.STEMS if text.isascii() else names.ALL_STEMS)


def names_secret(name: str) -> bool:
    """Tell whether what stands under this name is a secret."""
    return kind_of(name[:255]) in ('own', 'foreign') and not (
        words.harmless_key(name[:255])
    )
