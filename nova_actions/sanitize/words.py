# SPDX-License-Identifier: Apache-2.0
"""Telling a secret from a word: which keys and values are harmless."""

import functools
import re

_HARMLESS_TAIL = re.compile(
    r'(?:(?:^|[_.-])(?:ids?|uuids?|ur[il]|refs?|names?|type|ttl|expir\w{0,12}'
    r'|length|len|size|repository|(?:key|cert|pass|pw)?files?|filename|path'
    r'|dir|format|method|provider|policy'
    r'|enabled|required|count|driver|state|status|version|class|algorithm'
    r'|timeout|interval|host|port|cache|lifetime|backend|fingerprint|max|min'
    r'|encryption'
    r'|model|plugin|hash_algorithm|issued_at|audit\w{0,12}|usage|flavor'
    r'|methods|roles?|address|days|seconds|minutes|hours|pairs?|field|func'
    r'|function|handler|manager|py|rotation|rounds|iterations|bits|scheme'
    r'|scopes?|cost|hint|label|column'
    r'|(?:last|must)[_-](?:set|changed?|used|reset)'
    r'|(?:set|changed|updated|created|used)[_-](?:at|on|time|date)'
    r'|endpoints?|cert[_-]hash|at|uri|mgmt|regex\w{0,16}|failures?|attempts?'
    r'|history|lockout|complexity|strength|expiration|validity|prompt)$'
    r'|(?:Id|Ref|Name|Type|Uuid|Url|File|Path|NotFound|Error|Exception'
    r'|Failed|Invalid|Expired|Unavailable|Conflict|Missing|Exists|Request'
    r'|LastSet|LastChanged'
    r'|ValidTo|Length|Refused|Denied|Forbidden|Disabled|Mismatch|Plugin|Manager'
    r'|Review(?:er)?|Controller|Provider|Validator|Authenticator|Factory)$'
    # The name of one of Kubernetes, in the values of Helm's charts.
    r'|(?:^|\.)existingSecret$'
    # What QEMU calls an object that holds one.
    r'|(?:^|\.)(?:key|password)-secret$)'
)
_HARMLESS_HEAD = re.compile(
    r'^(?i:public|primary|foreign|no|max|min|len|is|has|num|need|without'
    r'|invalid|missing|unknown|expired)[_-]'
    r'|^(?:Invalid|Expired|Missing|Unknown|Malformed)[A-Z]'
)
#: Names of what tells about something.
DESCRIBES = frozenset(
    (
        'desc',
        'description',
        'info',
        'message',
        'msg',
        'code',
        'error',
        'reason',
        'title',
        'status',
        'name',
        'detail',
        'details',
        'result',
        'ref',
        'href',
        'rel',
        'links',
        'type',
        'level',
    )
)
PLURAL = re.compile(
    r'(?:passwords|secrets?|credentials?|tokens|keyring'
    r'|cookies?)$',
    re.IGNORECASE,
)
_PASS = re.compile(r'pass|pwd|pswd|pw$|otp|psk', re.IGNORECASE)
_STEM = re.compile(
    r'pass|pwd|secret|token|cred|cookie|key|auth|args|config|conf',
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r'(?:none|null|nil|nilclass|true|false|yes|no|undefined|str|bytes|int|bool|dict'
    r'|list|object|string|\?|\*{3,}|\.{3,}|%s|%r|%\(\w{1,64}\)[sr]'
    r'|(?:bearer |basic |token )?\$?\{[\w.]{0,64}\}|\$[A-Z_]{2,64}'
    r'|\$\([^\n]{0,64}|`[^\n]{0,64}|\$\{\w{1,64}\}?|\{[{%]?[\w. -]{0,64}'
    r'|(?:bearer|basic|token|digest|negotiate)\s{0,4}|(?:\.\*|\[\^)[^\n]{0,256}'
    r'|\{[{%][^\n]{0,256}|(?:persistent|session|process):[\w:]{0,40}'
    r'|<[\w. -]{1,64}>|[-=:|<>,.;]{0,8}|(?:bearer |basic |token )%[sr]'
    # A key in the kernel's keyring, as dm-crypt names it.
    r'|:?[0-9]{1,3}:(?:logon|user|encrypted|trusted):[^\n]{0,128}'
    r'|\\{1,15}+[nrt])$',
    re.IGNORECASE,
)
# A call, an attribute, a test that has passed.
_CODE = re.compile(
    r'[A-Za-z_][\w.]{0,120}(?:\(|\[[\'"])|self\.[\w.]+$|test_[a-z_]{3,80}$'
)
_NAME = re.compile(r'[A-Za-z_]{1,64}(?:\.[A-Za-z_]{1,64}){0,8}$')
_ADJECTIVE = re.compile(
    r'[A-Za-z]{2,}(?:ed|ing|able|ible|ful|ly|ent|ant|ive|ory|ary|less|ical'
    r'|-only)$'
)
# What follows the quote that ended a text such as 'Password: '.
_CONCATENATED = re.compile(
    r' {1,4}(?:[+%]|if|or|and) |[)\]},](?:$|[\s)\]},:.])'
)
_KEBAB = re.compile(r'[a-z0-9]+(?:-[a-z0-9]+)+$')
_STEM_WORD = re.compile(
    r'pass(?:word|phrase|wd)s?|pw|pwd|pswd|secrets?|tokens?|keys?|credentials?|creds?$',
    re.IGNORECASE,
)
_RULE = re.compile(r'(?:not )?(?:rule|role|is_admin|project_id|user_id):')
_HEX = re.compile(r'(?:[0-9a-f]{32}|[0-9a-f]{64})$')
_DRAWN = re.compile(
    r'(?:(?=[0-9]*[a-fA-F])(?=[a-fA-F]*[0-9])(?:[0-9a-f]{24,}|[0-9A-F]{24,})'
    r'|(?=[^0-9]{0,64}[0-9])(?=[^a-z]{0,64}[a-z])(?=[^A-Z]{0,64}[A-Z])'
    r'[A-Za-z0-9+/_-]{16,}={0,2})$'
)
_SESSION_ID = re.compile(r'(?:session|token)[_-]?id$', re.IGNORECASE)
_NUMBER = re.compile(r'(?:0x[0-9a-fA-F]+|[0-9]+)(?:/(?:-1|0x[0-9a-fA-F]+))?$')
_ALPHA = re.compile(r'[A-Za-z]+(?:[-\'][A-Za-z]+)*$')
# A word or a name of a class with a number behind it.
_NUMBERED = re.compile(
    r'(?:[A-Z]{3,}|[A-Za-z][a-z]{2,}(?:[A-Z][a-z]+){0,4})[0-9]{1,4}[A-Z]?$'
)
# An option that asks for a secret, or does without; what stands behind it is
# an argument of its own.
_ASKS = re.compile(r'--(?:ask|prompt|no|skip|disable)-')
# The class of an exception.
_FAULT = re.compile(r'(?:Bad|Wrong)[A-Z]')
# A name that tells about a secret, or where one is; it may be one's too.
_TELLS = re.compile(
    r'(?:^|[_.-])(?:attr(?:ibute)?s?|claim|header|param(?:eter)?s?|rate|ratio'
    r'|percent(?:age)?|threshold|total|limit|age)$'
    r'|(?:Store|Service|Management|Helper|Client|Driver)$'
    # A service of AWS, in its actions.
    r'|^secretsmanager$'
    rf'|^(?:{_ASKS.pattern}|{_FAULT.pattern})'
)
_FILE = re.compile(r'(?:[a-z]{2,10}:)?(?:/[a-z0-9._-]{2,64}){2,16}$')
_UUID = re.compile(r'[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$')
_ADDRESS = re.compile(
    r'(?:[0-9]{1,3}\.){3}[0-9]{1,3}|(?:[0-9A-Fa-f]{2}:){5}|/|[a-z]+://'
    r'|v?[0-9]+\.[0-9]|HTTP/[0-9]|[a-z]+-[0-9]{1,4}$|[0-9]+(?:s|ms|MB|GB|KB|MiB|GiB)$'
)
_FILE_NAME = re.compile(
    r'[A-Za-z_-]{1,64}[0-9]{0,4}\.(?:txt|log|conf|cfg|ini|ya?ml|json|xml|pem|crt|zip|7z|gz|py)$'
)
_IPV4 = re.compile(r'[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:[/:][0-9]{1,5})?')
_ASSIGNED = re.compile(r'[a-z_]{3,40}=[^=]')
_HUMP = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+')
_VOWEL = re.compile(r'[aeiouyAEIOUY]')
_RUN = re.compile(r'[A-Z]?[a-z]{1,3}[A-Z]{5,}|[A-Z]{5,}[a-z]{1,3}')
_SIGNS = re.compile(r'[!#$%^&*~+=@?|<>{}\[\]]')
_SIGN = re.compile(r'[A-Za-z0-9][!#$%^&*~+][A-Za-z0-9]')
_STOP = frozenset(
    re.findall(
        r'\S+',
        """
a about after again all already also an and any are argument arguments as
assert at auth authentication authorization aws4-hmac-sha256 bad basic be
bearer because been before break but by bytes can cannot cephx client context
continue cookie could create credentials delete denied deprecated detail did
different digest do does down empty error errors exist exists expects fail
fails failure false field file fine flag flags for forbidden from get given
good had has have header headers how http https identical if in incorrect
index internal into invalid is it its key keys least line list long longer
mandatory may might missing more must need needs never new no none not now
null of off ok old old-style on once one only option optional options or other
out over parameter parameters password passwords patch path plain post private
project put raise reason refused request requests required requires response
return returned revoke right rotate same secret secrets server service set
short should show since so stale still string strong success such takes than
that the their then there these this those timeout to token tokens too too-long
too-short true type unauthenticated unauthorized under unknown unset until up
update use user username users valid value values via was weak were what when
where which while who will with without wrong you your abgelaufen expiré
invalide caducado inválido scaduta scaduto errata verlopen ongeldig onjuist
vereist udløbet ugyldig ungültig falsch
""",
    )
)


@functools.lru_cache(maxsize=4096)
def harmless_key(key: str) -> bool:
    """Tell names such as key_name, TOKEN_TYPE or secret_ref."""
    if key.isupper():
        key = key.lower()
    return not _SESSION_ID.search(key) and bool(
        _HARMLESS_TAIL.search(key) or _HARMLESS_HEAD.search(key)
    )


def only_tells(key: str) -> bool:
    """Tell names such as token_header, passwordStore or token_limit."""
    return bool(_TELLS.search(key.lower() if key.isupper() else key))


def is_told(value: str, key: str, sep: str) -> bool:
    """Judge what stands behind a name that only tells about a secret."""
    if _ASKS.match(key) and '=' not in sep:
        return is_strong(value) or is_signed(value)
    if _FAULT.match(key) and (not sep or harmless_key(value)):
        return False
    return is_peculiar(value)


def is_password_key(key: str) -> bool:
    return bool(_PASS.search(key))


def is_word(value: str) -> bool:
    """Tell a word of a sentence about secrets."""
    return value.lower() in _STOP or bool(_ADJECTIVE.match(value))


def is_name(value: str) -> bool:
    """Tell the name of a variable or of a function."""
    return bool(_NAME.match(value))


def _mixed(value: str) -> bool:
    return (
        len(value) >= 6
        and any(map(str.isdigit, value))
        and any(map(str.isalpha, value))
    )


def is_scrambled(value: str) -> bool:
    """Tell letters that no word and no name of a class is made of."""
    if len(value) < 6 or not value.isascii() or not value.isalpha():
        return False
    humps = _HUMP.findall(value)
    odd = sum(len(hump) < 3 or not _VOWEL.search(hump) for hump in humps)
    return bool(_RUN.fullmatch(value)) or (
        len(humps) >= 3
        and (len(value) < 3 * len(humps) or 2 * odd >= len(humps))
    )


def is_strong(value: str) -> bool:
    """Tell what can hardly be a word, a name or the id of something."""
    return (
        len(value) >= 8
        and value.isalnum()
        and _mixed(value)
        and not value.islower()
    )


def is_drawn(value: str) -> bool:
    """Tell one of these that is not a word with a number either."""
    return is_strong(value) and not is_numbered(value)


def is_numbered(value: str) -> bool:
    """Tell a word with a number behind it."""
    return bool(_NUMBERED.match(value))


def is_host(value: str) -> bool:
    """Tell what a host may be called: ``node01``, ``db-node-07``."""
    return is_numbered(value) or bool(_KEBAB.match(value))


def may_be_password(value: str) -> bool:
    """Tell what is no word of letters, no number and no path."""
    return (
        _mixed(value) or is_scrambled(value) or bool(_SIGN.search(value))
    ) and not (_ADDRESS.match(value) or is_code(value) or '/' in value)


def is_random(value: str) -> bool:
    """Tell a random value: hexadecimal digits, or base64 with all kinds of
    characters."""
    return (
        not value.startswith('AAAA')
        and bool(_DRAWN.match(value))
        and not _UUID.match(value)
    )


def is_peculiar(value: str) -> bool:
    """Tell a value that does not occur elsewhere by chance."""
    return (
        not _ADDRESS.match(value)
        and not is_code(value)
        and (
            _mixed(value) or is_scrambled(value) or bool(_SIGNS.search(value))
        )
    )


def is_uuid(value: str) -> bool:
    return bool(_UUID.match(value))


def may_be_secret(value: str) -> bool:
    """Tell letters that are not known as a word."""
    return bool(_ALPHA.match(value)) and not (
        is_word(value) or is_code(value) or harmless_key(value)
    )


def is_signed(value: str) -> bool:
    """Tell what has digits and signs as no name has."""
    return len(value) >= 8 and bool(_SIGNS.search(value)) and _mixed(value)


def is_placeholder(value: str) -> bool:
    """Tell a variable, or the name of what has to be given."""
    return bool(_NOTHING.match(value) or _STEM_WORD.fullmatch(value))


def is_code(value: str) -> bool:
    """Tell what stands for a value: a variable, a call, None."""
    if is_placeholder(value) or _CODE.match(value) or _RULE.match(value):
        return True
    return bool(
        _NAME.match(value)
        and _STEM.search(value)
        and ('_' in value or '.' in value)
    )


# What others write where they have masked something; keystoneauth gives the
# hash of a token.
_MASKED = re.compile(
    r'(?:bearer |basic |token )?(?:[\[(<{*]{0,4}(?:redacted|masked|filtered'
    r'|hidden|sanitized|removed|obfuscated|censored|scrubbed|secret|withheld'
    r'|protected|stripped|omitted|not shown|sensitive(?: value)?'
    r'|known after apply|value_specified_in_no_log_parameter)[\])>}*]{0,4}'
    r'|[*x\u2022\u25cf#]{3,}|[*\u2022\u25cf.]{3,}\w{0,4}|\w{0,4}[*\u2022\u25cf]{4,}\w{0,4}'
    r'|\{SHA(?:1|256|512)\}[0-9a-f]{40,128})',
    re.IGNORECASE,
)


_MASKED_AT = re.compile(
    rf'[bu]?(?P<q>["\']|){_MASKED.pattern}(?(q)(?P=q))'
    r'(?=$|[\s,;&)}\]"\'@|<>\\])',
    re.IGNORECASE,
)


def is_masked(value: str) -> bool:
    """Tell what somebody has masked already."""
    if value.isalnum() and not value.isalpha():
        return False
    return bool(_MASKED.fullmatch(value))


def masked_at(text: str, at: int) -> int:
    """Return where it ends that somebody has masked at a place, or -1."""
    found = _MASKED_AT.match(text, at)
    return found.end() if found else -1


def _is_reference(value: str, key: str, sep: str) -> bool:
    """Tell the id of a secret, and the cookie of a flow."""
    name = key.lower().lstrip('-')
    if name == 'secret' and _KEBAB.match(value) and _STEM.search(value):
        return True  # The name of one of Kubernetes.
    if value.endswith('/aws4_request'):
        return True  # Its scope; the id of the key is known by its form.
    if name == 'cookie':
        return bool(_NUMBER.match(value))
    if sep.startswith('='):
        return name == 'secret' and bool(_UUID.match(value))
    if name == 'credential' and _HEX.match(value):
        return True
    return name in ('secret', 'credential') and bool(_UUID.match(value))


def _is_file(value: str, key: str) -> bool:
    """Tell the path of the file that holds a key."""
    return bool(_FILE.match(value)) and key.lower().endswith(
        (
            'key',
            'keyring',
            'token',
            'secret',
            'credentials',
            'cookie',
            '_maps',
        )
    )


def _behind_colon(value: str, key: str, more: bool) -> bool:
    if '.' in key and '_' in value and is_name(value):
        return False  # A module's function.
    if _ALPHA.match(value) and harmless_key(value):
        return False
    return not (
        is_word(value)
        or _IPV4.fullmatch(value)
        or (_FILE_NAME.match(value) and not is_password_key(key))
        or (more and _ALPHA.match(value))
    )


def _is_called_so(value: str) -> bool:
    """Tell the name of one: ``ns1-key``."""
    return bool(_KEBAB.match(value)) and bool(
        _STEM_WORD.match(value.rpartition('-')[2])
    )


def _in_prose(value: str, sep: str) -> bool:
    if _is_called_so(value):
        return False
    if 'set' in sep or 'changed' in sep:
        return not (_ALPHA.match(value) and value.islower())
    return not (
        _ADDRESS.match(value.lstrip('(')) or _ASSIGNED.match(value)
    ) and (
        _mixed(value)
        or bool(_SIGN.search(value))
        or any(map(is_scrambled, value.split('@')))
    )


def _stands_for(value: str, key: str, sep: str) -> bool:
    """Tell what stands for a value that is elsewhere: a variable, a call, an
    id, a file."""
    return (
        is_code(value.lstrip('['))
        or _is_reference(value, key, sep)
        or _is_file(value, key)
        or (value == key and value.islower() and value.isidentifier())
    )


def _is_compared(value: str, sep: str) -> bool:
    """Tell a variable or a version that something is compared with."""
    if sep in ('!=', '==') and is_name(value) and value.islower():
        return True
    return sep.startswith('==') and bool(_ADDRESS.match(value))


def _is_count(value: str, key: str, sep: str, more: bool) -> bool:
    """Tell a small number from a PIN."""
    return (
        value.isdigit()
        and len(value) < 5
        and (
            (more and sep == ':') or len(value) < 3 or not is_password_key(key)
        )
    )


#: What leads to an adjective as well as to a value, in other languages.
_ARE = ('ist', 'est', 'è', 'é', 'är', 'jest', 'es')


def _behind_verb(value: str, sep: str, more: bool) -> bool:
    plain = value.islower() and bool(value.isalpha() or _ALPHA.match(value))
    return (
        not is_word(value)
        and value[:1] not in ('/', '(')
        and not (plain and (more or sep.strip() in _ARE))
    )


@functools.lru_cache(maxsize=1024)
def is_value(value: str, key: str, sep: str, more: bool) -> bool:
    """Judge a value without quotes.

    :param sep: the sign or the words between the name and the value
    :param more: whether further words follow it on its line.
    """
    if (
        _stands_for(value, key, sep)
        or _is_compared(value, sep)
        or _is_count(value, key, sep, more)
    ):
        return False
    if key.startswith('-') and not sep:
        return value[:1] not in ('-', '(') and not is_word(value)
    if '=' in sep or sep.lower() == '%3d':
        return True
    if is_scrambled(value) and key.lower() != 'auth':
        return True
    if sep[:1] in (':', '|'):
        return _behind_colon(value, key, more)
    if sep and sep.split()[-1] not in ('to', 'be'):
        return _behind_verb(value, sep, more)
    if _UUID.match(value):
        return key.lower().endswith(('token', 'password'))
    return _in_prose(value, sep)


def _is_quoted_code(value: str, key: str, sep: str) -> bool:
    """Tell what stands for a value within quotes, and what stands between
    the quotes of two literals."""
    return bool(
        not value.strip()
        or _NOTHING.match(value)
        or _RULE.match(value)
        or _CONCATENATED.match(value)
        or _is_reference(value, key, sep and '=')
        or _is_file(value, key)
    )


def _is_kind(value: str, key: str) -> bool:
    """Tell the token of a parser, and the name of a secret of Kubernetes."""
    name = key.lower()
    plain = value.isalpha() and value.islower()
    if name == 'token':
        return ' ' in value or len(value) < 3 or plain
    if plain and name.endswith('key'):
        return True
    return name in ('secret', 'secrets') and (
        plain or bool(_KEBAB.match(value))
    )


def is_quoted_value(value: str, key: str, sep: str) -> bool:
    """Judge a value within quotes."""
    if _is_quoted_code(value, key, sep):
        return False
    if (sep and sep != ',') or key.startswith('-'):
        return True
    if _is_kind(value, key):
        return False
    if _UUID.match(value):
        return key.lower().endswith('token')
    return not (
        is_word(value)
        or (_NAME.match(value) and ('_' in value or _STEM.search(value)))
    )
