# SPDX-License-Identifier: Apache-2.0
"""F18: secrets in lines of settings and of dialogues, told by the words that
lead to them."""

import re

from nova_actions.sanitize import tables
from nova_actions.sanitize import words
from nova_actions.sanitize.family import MAYBE_QUOTE
from nova_actions.sanitize.family import REACH
from nova_actions.sanitize.family import Family
from nova_actions.sanitize.family import family
from nova_actions.sanitize.family import mixed

#: How many characters a file within a text may have.
_FAR = 8192

_GAP = r'[ \t\'",]{1,8}'
_BEGIN = r'(?<![^\s"\'>\x1c\x01])'
_WORD = r'[^\s\'",;|]{1,64}'
_VALUE = r'(?P<v>[^\s\'",;<>\\\x00][^\s\'",;<>\\]{1,512})'
_ENDS = r'(?=$|[\s\'"\\])'


# How something is hashed or enciphered stands where a key is looked for.
_ALGORITHM = re.compile(
    r'(?:hmac-?)?(?:md5|sha-?\d{0,3}|aes|3?des|rc4|cmac)[\w-]{0,12}|[0-9]{1,4}'
    r'|encrypted|clear(?:text)?|plain|ascii|hex(?:adecimal)?',
    re.IGNORECASE,
)


_CODE = r'(?=[A-Za-z-]{0,12}[0-9])[0-9A-Za-z]{4,12}(?:-[0-9A-Za-z]{3,12}){0,5}'


def _is_given(value: str) -> bool:
    """Tell a value from what stands for one."""
    return not (
        words.is_code(value)
        or words.is_word(value)
        or _ALGORITHM.fullmatch(value)
    )


def _is_code(value: str) -> bool:
    return (
        _is_given(value)
        and len(value) >= 3
        and (mixed(value) or words.is_scrambled(value))
    )


def _is_strong(value: str) -> bool:
    """Tell it from the name of a host, a realm or an image."""
    return (
        words.is_signed(value)
        or (
            any(map(str.isdigit, value))
            and any(map(str.isupper, value))
            and any(map(str.islower, value))
        )
        or words.is_scrambled(value)
    )


def _is_last(value: str) -> bool:
    return _is_given(value) and not value.isdigit() and value[0] not in '/(['


#: What a value looks like, and whether it is a secret.
_KINDS = {
    'word': (_VALUE, _is_given),
    'code': (_VALUE, _is_code),
    'strong': (r'(?P<v>[^\s/@\'"\x00]{4,64})(?=["\']?@)', _is_strong),
    'last': (
        r'(?P<v>[^\s:\'"\x00]{2,128})(?=["\'\x1c]|\s{0,8}(?:$|\n))',
        _is_last,
    ),
    'quoted': (
        r'(?P<q>["\'])(?P<v>(?!\x00)(?>(?:(?!(?P=q))[^\n]){1,1024}))',
        _is_given,
    ),
    # Zeros stand for one that is not shown.
    'hex': (
        r'(?P<v>(?!0{16,512}(?!\w))[0-9A-Fa-f]{16,512})(?![\w-])',
        mixed,
    ),
    'key': (r'(?P<v>[A-Za-z0-9+/=_\x00-]{16,4096})', mixed),
    'base64': (
        r'[ \t]{0,4}(?P<v>[A-Za-z0-9+/\x00]{4,2048}={0,2})' + _ENDS,
        lambda value: mixed(value) and not words.is_word(value),
    ),
    'blob': (r'(?P<v>[A-Za-z0-9+/=_%.\x00-]{16,8192})', mixed),
    'token': (r'(?P<v>[A-Za-z0-9_~%.-]{6,4096})', _is_code),
    'colon': (r'(?P<v>[^\s:@\'",;\x00]{4,128})(?![^\s\'",;])', _is_strong),
    'digits': (r'(?P<v>[0-9]{4,12})(?![\w-]|\.\w)', str.isdigit),
    'uuid': (
        r'(?P<v>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})',
        words.is_uuid,
    ),
    'password': (_VALUE, words.may_be_password),
    'qcode': (
        r'(?P<q>["\'])(?P<v>(?!\x00)(?>(?:(?!(?P=q))[^\n]){1,128}))',
        lambda value: (
            words.may_be_password(value) and not words.is_uuid(value)
        ),
    ),
    # Not the name of a host.
    'qdrawn': (
        r'(?P<q>["\'])(?P<v>(?!\x00)(?>(?:(?!(?P=q))[^\n]){1,128}))',
        lambda value: (
            words.may_be_password(value) and not words.is_host(value)
        ),
    ),
    'random': (
        r'(?P<v>[A-Za-z0-9+/_-]{16,128}={0,2})(?![\w-])',
        words.is_random,
    ),
    'lmnt': (r'(?P<v>[0-9a-f]{32}:[0-9a-f]{32})(?![\w-])', mixed),
    'cell': (
        r'(?P<v>[^\s\'",;|<>()\[\]{}?*+\\\x00]{6,128})',
        lambda value: _is_given(value) and words.may_be_password(value),
    ),
    'alone': (
        r'(?P<v>[^\s\'"|;\x00]{6,128})(?=["\']?[ \t]{0,4}(?:$|\n))',
        lambda value: words.is_strong(value) or words.is_signed(value),
    ),
    # Several, of which each has a digit.
    'codes': (rf'(?P<v>{_CODE}(?>(?:[,;\s]{{1,3}}{_CODE}){{0,31}}))', mixed),
    'pin': (r'(?P<v>[^\s\'",;&|<>\x00]{4,64})', _is_given),
    # Lines of Ansible's.
    'vault': (
        r'[ \t]{0,40}(?P<v>[0-9a-f]{16,8192}(?![\w-])'
        r'(?>\n[ \t]{0,40}[0-9a-f]{2,8192}(?![\w-])){0,400})',
        mixed,
    ),
    'scram': (
        r'(?P<v>[A-Za-z0-9+/=]{4,64}\$[A-Za-z0-9+/=]{8,128}'
        r':[A-Za-z0-9+/=]{8,128})',
        mixed,
    ),
    'shadow': (r'(?P<v>[./0-9A-Za-z]{13})', mixed),
    'pwdump': (r'(?P<v>[0-9a-f]{32}:[0-9a-f]{32})', mixed),
    'rest': (r'(?P<v>[^\s\'";,]{8,1024})', mixed),
}


_WITHOUT_GAP = (
    'colon',
    'digits',
    'uuid',
    'quoted',
    'base64',
    'shadow',
    'alone',
    'cell',
    'qcode',
    'qdrawn',
    'random',
    'lmnt',
    'pwdump',
    'last',
    'scram',
    'strong',
    'vault',
)


def _row(guards: str, before: str, kind: str) -> Family:
    value, check = _KINDS[kind]
    # Behind a word, a gap; behind what says what leads to it, a quote.
    gap = MAYBE_QUOTE
    if kind in _WITHOUT_GAP or before.endswith('0x'):
        gap = _GAP if kind == 'quoted' and before[-1].isalpha() else ''
    elif before[-1].isalnum() or before[-1] == '§':
        gap = _GAP
    pattern = (
        before.replace('~', _GAP).replace('§', _WORD).replace('«', _BEGIN)
        + gap
        + value
    )
    return family(
        'F18',
        tuple(guards.replace('~', ' ').split(',')),
        pattern,
        check,
        reach=_FAR if kind == 'vault' else REACH,
    )


FAMILIES = tuple(_row(*row) for row in tables.rows('lines'))
