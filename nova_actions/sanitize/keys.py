# SPDX-License-Identifier: Apache-2.0
"""F1 and F6: a secret that stands behind its name.

The name is found by a pattern whose every repeat is bounded and possessive;
the value is read by hand, since the end of a quoted value depends on how
deep its quotes are escaped, which no linear pattern can tell.
"""

import re
from collections.abc import Iterator

from nova_actions.sanitize import found as _found
from nova_actions.sanitize import text as _text
from nova_actions.sanitize import words
from nova_actions.sanitize.family import MAYBE_QUOTE

GUARDS = (
    'pass', 'pw', 'secret', 'token', 'cred', 'cookie', 'key', 'auth', 'otp',
    'psk', 'session', 'connection', 'user_data', 'user-data', 'userdata',
    'configdrive', 'kek', 'community', 'process_input',
)
#: A value longer than this is masked up to here; F13 sees to long ones.
MAX_VALUE = 8192

# "... for user nova", and what then leads to a value.
_OWNER = (r'\s{1,4}+(?:for|of|on)(?>(?:\s{1,4}+'
          r'(?!(?:is|was|are|has|to|set|reset|changed)\s)%s{1,64}+){1,3})')
_VERB = (r'\s{1,4}+(?:(?:is|was|are|has\s{1,4}+been)(?>\s{1,4}+now|)'
         r'(?>\s{1,4}+(?:set|reset|changed)\s{1,4}+to|)'
         r'|(?>(?:set|reset|changed)\s{1,4}+|)to'
         r'|like(?=\s{1,4}+\\{0,15}+["\']))(?=[\s:]):?+')
_KEY = re.compile(
    r'(?:passw(?:or)?d|passphrase|pswd|pwd|secret(?> (?:access )?key|)|token'
    r'|credential|cookie'
    r'|keyring|authorization|user[_-]?data|config_?drive|sessionid'
    r'|connection[_-]?string'
    r'|(?:api|access|private|auth|ssl|encrypt(?:ion|ed)?|fernet|shared'
    r'|account|master|signing|hmac|admin|client|session|storage|deploy|license'
    r'|heartbeat|kek|rgw|mon|mds|ssh|swift|s3|recovery|unlock|priv)[ _-]?key'
    r'|key[_-]data'
    r'|(?:admin|user|db|root|bind|auth|priv|my|new|old|chap|bmc|ipmi|sys'
    r'|ssh|store|key)[_-]?(?:pass|pw)(?![a-z])'
    r'|(?<![a-z])(?:pass|pw|otp|psk|kek|creds?)(?![a-z])'
    r'|(?:(?<=snmp[_ -])|(?<=snmp-server ))community|community[ _-]?string'
    r'|process_input(?==b?\\{0,15}+["\'])'
    r'|(?<=[a-z])(?-i:Pass|Pw)(?![a-z])'
    r'|(?<![\w.-])auth(?=\\{0,15}["\']?\s{0,4}:))'
    r'(?P<tail>[\w.-]{0,40}+)'
    r'(?>(?P<quote>\\{0,15}+["\']|&(?:quot|\#3[49]|apos);)|)\]?+'
    r'(?>\s{1,4}+(?:value|string|code|[0-9])(?=\s)|)'
    r'(?P<sep>(?>\s{0,4}+,?+\s{0,40}+' + MAYBE_QUOTE + r'value'
    + MAYBE_QUOTE + r'\s{0,4}+[:=]'
    r'|\s{0,40}+(?:=>|:=|[!=]?={1,2}+|%3D|\|(?=\s)'
    r'|:\s{0,2}+(?:str|bytes|[A-Z]\w{1,20}+\[\w{1,20}+\])(?> \| None|)'
    r'\s{0,2}+='
    r'|:|,)'
    r'|' + _OWNER % r'[^\s:=/]' + r'\s{0,4}+[:=]'
    r'|' + _OWNER % r'[^\s:=]' + _VERB + r'|' + _VERB + r'|)'
    r'\s{0,40}+(?>\\{1,15}+\n\s{0,40}+|)(?>Secret(?:Str|Bytes)?\(|))',
    re.IGNORECASE,
)
# Every name above holds one of these, at most so far behind its start. Found
# in lower-cased text they take a tenth of the time that the names take.
# A look ahead, since stems overlap: there is an "otp" in "rootPassword".
_STEM = re.compile(
    r'(?=pass|psw|pw|secret|token|cred|cookie|key|auth|otp|psk|session'
    r'|connection|user[_-]?data|config_?drive|kek|community|process_input)')
_STEM_BEHIND = 12
_OPEN = re.compile(
    r'[uUbBrRfF]{0,2}+(?P<slash>\\{0,15}+)(?P<quote>"""|\'\'\'|["\'])'
    r'(?>(?<=\\["\'])(?P=slash)(?P=quote)(?P=slash)(?P=quote)(?=\w)|)'
)
_BARE = re.compile(
    r'(?>(?:\[REDACTED:F[0-9X]{1,2}\]'
    r'|[^\s,;&()\[\]{}"\'<>\\]++'
    r'|(?!\[\.\.\. )[,;&(\[{)\]}"\'](?=[^\s,;&)\]}"\'<>\\])'
    r'(?![\w.-]{1,40}+=)'
    r'|(?:>|\\{1,15}+)(?=\w)|<(?![/\w]))+)'
)
_BLOCK = re.compile(
    r'[|>][+-]?[ \t]{0,8}+'
    r'(?P<value>(?>(?:\n[\x1c-\x1f]?+[ \t]{1,40}+[^\n]{1,1024}+)+))'
)
_FLAT = re.compile(
    r'[\[({](?P<value>(?>(?:[^\[\](){}"\'\\]'
    r'|(?P<q>\\{0,15}+["\'])(?>(?:(?!(?P=q))[^\n]){0,1024})(?P=q)){1,1024}))[\])}]')
_QUOTED = re.compile(r'["\']')
# A function that sets what is named by a string.
_SETTER = re.compile(r'(?:set|put|env)\w{0,20}+\([^()\n]{0,60}\Z')
_CALL = re.compile(r'[A-Za-z_][\w.]{0,64}+\(\s{0,4}+')
_REST = re.compile(r'[^\n:=]{0,200}+(?=\n|$)')
_NAME_CHARS = (
    'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-'
)
# What may follow a quote that closes behind backslashes.
_BEHIND = ' \t\n,;:)]}"\'\\'
_LOWER = {upper: upper + 32 for upper in range(65, 91)}


def close_quote(text: str, start: int, slashes: int, quote: str) -> int:
    """Return where the quote opened before start is closed, or -1.

    :param slashes: how many backslashes stood before the opening quote: one
        inside a string, three inside a string inside a string.
    """
    # A literal in other quotes doubles them and adds none of its own.
    step = 2 * (slashes + (slashes & -slashes or 1))
    stop = min(len(text), start + MAX_VALUE)
    at = text.find(quote, start, stop)
    while at >= 0:
        before = text[max(start, at - 64):at]
        found = len(before) - len(before.rstrip('\\'))
        behind = text[at + len(quote):at + len(quote) + 1]
        if found <= slashes or (
                (found - slashes) % step == 0 and behind in _BEHIND):
            doubled = not slashes and text.startswith(quote * 2, at)
            if not doubled or at == start:
                return at - min(found, slashes)
            at += len(quote)
        at = text.find(quote, at + len(quote), stop)
    return -1


def quoted(text: str, at: int) -> tuple[int, int, int] | None:
    """Return start and end of the quoted value at a place, and its end."""
    opened = _OPEN.match(text, at)
    if opened is None:
        return None
    start, slashes = opened.end(), len(opened['slash'])
    end = close_quote(text, start, slashes, opened['quote'])
    if end < 0:
        line = text.find('\n', start, start + MAX_VALUE)
        end = line if line >= 0 else min(len(text), start + MAX_VALUE)
        cut = text.find('[... ', start, end)
        end = cut if cut >= 0 else end
        return start, end, end
    return start, end, end + slashes + len(opened['quote'])


def _full_key(text: str, match: re.Match[str]) -> tuple[str, int]:
    before = text[max(0, match.start() - 64):match.start()]
    start = match.start() - (len(before) - len(before.rstrip(_NAME_CHARS)))
    return text[start:match.end('tail')], start


def _trim(value: str) -> str:
    """Drop what belongs to the sentence or the code around a value."""
    value = value.rstrip('.:').rstrip('"\'')
    if value[-1:] in (')', ']', '}') and not _text.PLACEHOLDER.search(value):
        opened = any(char in value for char in '([{')
        value = value if opened else value.rstrip(')]}.:')
    return value


def _block(text: str, at: int, key: str, sep: str) -> tuple[int, int] | None:
    if _text.PLACEHOLDER.match(text, at):
        return None
    if block := _BLOCK.match(text, at):
        return block.span('value')
    flat = _FLAT.match(text, at) if words.PLURAL.search(key) else None
    if flat and (sep[:1] in ('=', ':') or _QUOTED.search(flat['value'])):
        return flat.span('value')
    return None


def _bare(
    text: str, match: re.Match[str], key: str, start: int
) -> tuple[int, int, bool] | None:
    at, sep = match.end(), match['sep']
    path = sep.strip()[:1] == ':' and (
        text[max(0, start - 1):start] == '/')
    if not path and (block := _block(text, at, key, sep.strip())):
        return *block, True
    if match['quote'] and not sep.strip():
        return None
    found = _BARE.match(text, at)
    if found is None:
        return None
    value = _trim(found[0])
    end = at + len(value)
    rest = _REST.match(text, end)
    alone = rest is not None and not rest[0].strip(' \t,;)]}"\'\\')
    more = rest is not None and rest[0][:1] == ' ' and not alone
    secret = words.is_value(value, key, sep.strip(), more)
    if not alone and '\n' in sep and '\\' not in sep and (
            'value' not in sep.lower()):
        return None
    if text[end:end + 1] in ('(', '[') and words.is_name(value):
        secret = False
    if path or (sep.strip() == ':' and words.is_name(value)
                and text[max(0, start - 1):start] == ':'):
        secret = False
    line = text.rfind('\n', max(0, start - 40), start) + 1
    if rest and more and not text[line:start].strip(' \t-') and '=' in sep:
        end = rest.end()
    return at, end, secret


def _argument(text: str, at: int) -> tuple[int, int, bool] | None:
    """Return the literal that a call at a place is given, if it may be
    nothing but a secret."""
    call = _CALL.match(text, at)
    span = quoted(text, call.end()) if call else None
    if span and (words.is_strong(value := text[span[0]:span[1]])
                 or words.is_signed(value)):
        return *span[:2], True
    return None


def _value(
    text: str, match: re.Match[str], key: str, start: int
) -> tuple[int, int, bool] | None:
    """Return start and end of the value of a name, and if it is a secret."""
    if not match['sep']:
        return None
    sep = match['sep'].strip()
    if sep == '|' and text[:start].rstrip(' \t')[-1:] != '|':
        return None  # No cell of a table: a command behind another.
    at = match.end()
    if text[at:at + 1] == '[' and not words.PLURAL.search(key):
        at += 1
    span = quoted(text, at)
    if sep == ',':
        if span is None or not match['quote']:
            return None
        opened = text[max(0, start - 8):start].rstrip('\\"\'ub').rstrip()
        pair = opened.endswith(('(', '['))
        pair = pair and text[span[2]:span[2] + 3].lstrip()[:1] in (')', ']')
        strong = words.is_strong(text[span[0]:span[1]])
        setter = _SETTER.search(text[max(0, start - 90):start])
        if not (pair or strong or setter or key.startswith('-')):
            return None
        sep = '=' if pair else sep
    if span is None:
        found = _argument(text, at) or _bare(text, match, key, start)
    else:
        value = text[span[0]:span[1]]
        found = *span[:2], words.is_quoted_value(value, key, sep)
    if found and words.harmless_key(key):
        found = *found[:2], False
    return found


def _key_at(text: str, stem: int, at: int) -> re.Match[str] | None:
    for start in range(max(at, stem - _STEM_BEHIND), stem + 1):
        if match := _KEY.match(text, start):
            return match
    return None


def values(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Yield start, end and name of every value, and if it is a secret."""
    at = 0
    lower = text.lower()
    if len(lower) != len(text):
        lower = text.translate(_LOWER)
    for stem in _STEM.finditer(lower):
        match = _key_at(text, stem.start(), at)
        if match is None:
            continue
        at = match.end()
        key, start = _full_key(text, match)
        found = _value(text, match, key, start)
        if found and found[0] < found[1]:
            first, end, secret = found
            if secret:
                at = max(at, end)
            # What is harmless is so with the words that lead to it.
            yield first if secret else match.end('tail'), end, key, secret


def names_secret(name: str) -> bool:
    """Tell whether what stands under this name is a secret."""
    return (_KEY.search(f'{name[:255]}=') is not None
            and not words.harmless_key(name[:255]))


def mask(text: str, seen: _found.Found) -> str:
    """Mask every value that stands behind the name of a secret."""
    done, out = 0, []
    for start, end, key, secret in values(text):
        if secret and not _text.PLACEHOLDER.fullmatch(text, start, end):
            label = 'F6' if key.startswith('-') else 'F1'
            seen.add(text[start:end])
            out += [text[done:start], _text.mark(label)]
            done = end
    return ''.join([*out, text[done:]]) if done else text
