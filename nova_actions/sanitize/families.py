# SPDX-License-Identifier: Apache-2.0
"""The families of secrets, and the order in which a text passes them.

Every repeat is bounded or possessive, every pattern starts at a literal or
a left boundary, and a family is tried only when one of its guards occurs:
so a text costs time in proportion to its length, whatever is in it.
"""

import functools
import re

from oslo_utils import strutils

from nova_actions.sanitize import command
from nova_actions.sanitize import escaped
from nova_actions.sanitize import found as _found
from nova_actions.sanitize import keys
from nova_actions.sanitize import pem
from nova_actions.sanitize import sql
from nova_actions.sanitize import text as _text
from nova_actions.sanitize import token
from nova_actions.sanitize import words
from nova_actions.sanitize.family import INSIDE
from nova_actions.sanitize.family import MAYBE_QUOTE
from nova_actions.sanitize.family import PREFIX
from nova_actions.sanitize.family import QUOTE
from nova_actions.sanitize.family import QUOTED
from nova_actions.sanitize.family import base64
from nova_actions.sanitize.family import family
from nova_actions.sanitize.family import mixed


def _userinfo(value: str) -> bool:
    return not re.match(r'[0-9]{1,5}/', value)


_BEFORE = (
    # An unquoted header goes to the end of its line, a quoted one to the
    # quote that was opened before its name or before its value.
    family('F2', 'x-', (
        r'(?<![\w-])x-(?:auth|subject|service|storage|vault|api|trans|csrf'
        r'|amz-security|account-meta-temp-url|container-meta-temp-url|xsrf'
        r'|gitlab|github|consul|openstack|identity|registry|goog|plex)'
        r'[\w-]{0,40}+(?:(?<=token)|(?<=key))'
        r'(?:' + MAYBE_QUOTE + r'\s{0,4}+[:=]|' + QUOTE + r'\s{0,4}+,)'
        r'\s{0,4}+(?>\[(?=' + QUOTE + r')|)' + PREFIX + MAYBE_QUOTE
        + r'(?P<v>[^\s=|>"\'\\,;(){}\[\]<>&][^\s"\'\\,;(){}\[\]<>&]*+)'),
        lambda v: not words.is_code(v)),
    family('F2', 'authorization', (
        r'(?<![\w-])(?:proxy-)?authorization' + MAYBE_QUOTE
        + r'\]?+\s{0,4}+[:=,]\s{0,4}+' + PREFIX + QUOTED),
        lambda v: ' ' in v.strip() or mixed(v)),
    family('F2', 'authorization', (
        r'(?<![\w-])(?>(?P<o>\\{0,15}+["\'])|)(?:proxy-)?authorization\s{0,4}+[:=]'
        r'\s{0,4}+(?!["\'\[\\])(?P<v>(?(o)' + INSIDE +
        r'|[^\n"\'{}]{1,4096}+(?>(?:"[^\n"]{0,256}+"[^\n"\'{}]{0,256}+){0,20})))'
        ), lambda v: any(map(mixed, v.split()[:3]))),
    family('F2', 'cookie', (
        r'(?<![\w-])(?:set-)?cookie2?' + MAYBE_QUOTE
        + r'\]?+\s{0,4}+[:=,]\s{0,4}+' + PREFIX + QUOTED)),
    family('F2', 'cookie', (
        r'(?<![\w-])(?>(?P<o>\\{0,15}+["\'])|)(?:set-)?cookie2?:\s{0,4}+(?!["\'\[\\])'
        r'(?P<v>(?(o)' + INSIDE + r'|[^\n"\'{}]{1,4096}+))'),
        lambda v: '=' in v or (mixed(v) and not v.strip().isdigit())),
    family('F3', 'bearer basic negotiate ntlm digest apikey token', (
        r'(?<![A-Za-z0-9_-])(?:bearer|basic|negotiate|ntlm|digest|apikey'
        r'|(?:(?<=: )|(?<="))token)' r'(?:\s{1,4}+|%20)'
        r'(?!realm|error|charset|sha[0-9]|md5)'
        r'(?P<v>[A-Za-z0-9._~+/=-]{6,}+)'), mixed),
    family('F4', '://', (
        r'://(?!\[REDACTED)(?P<u>[^\s/:@\'"<>]{0,100}+):(?P<v>[^\s/\'"<>]{1,256})@')),
    family('F4', '://', (
        r'://[^\s/:@\'"<>\[\]]{0,100}+:(?P<v>[^\s\'"<>]{1,256}?)'
        r'@(?=[\w.-]{1,100}+[:/\s\'"]|[\w.-]{1,100}+$)'), _userinfo),
    family('F4', '://', (
        r'://(?P<v>[^\s/:@\'"<>]{16,256}+)@'), mixed),
    family('F4', r'\/ \u002f', (
        r':(?:\\{1,15}+(?:/|u002f)){2}[^\s/:@\'"<>\\]{0,100}+:'
        r'(?P<v>[^\s/@\'"<>\\]{1,256}+)@')),
    family('F4', '%3a%2f%2f', (
        r'%3a%2f%2f(?>(?:(?!%3a|%40)[^\s/:@\'"<>&]){0,100})(?:%3a|:)'
        r'(?P<v>(?>(?:(?!%40)[^\s/@\'"<>&]){1,256}))(?:%40|@)')),
    # Without a scheme, as urllib takes a URL apart.
    family('F4', 'netloc=', (
        r'netloc=' + QUOTE
        + r'[^\s/:@\'"<>]{0,100}+:(?P<v>[^\s/\'"<>]{1,256}+)')),
    family('F4', '@', (
        r'(?<![\w.:/@%\[-])[\w.-]{1,64}+:(?P<v>[^\s/:@\'"<>]{1,256}+)@(?!sha)'
        r'[\w.-]{1,255}+:[0-9]{2,5}(?!\w)')),
    family('F4', 'iscsi://', (
        r'iscsi://[^\s/:@%\'"<>]{0,100}+%(?P<v>[^\s/@\'"<>]{1,256}+)@')),
    family('F4', '://', (
        r'(?<=,)[\w.-]{1,64}+:(?P<v>[^\s/:@\'"<>,]{1,256}+)@(?=[\w.-])')),
    family('F5', '= %3d', (
        r'(?:[?&;]|%3[Ff]|%26)(?:amp;)?(?:[\w.-]{0,40}?token|sig|signature|'
        r'temp_url_sig|x-(?:amz|goog)-(?:signature|credential|security-token)'
        r'|awsaccesskeyid|(?:api|access|secret|auth)[_-]?key|passw(?:or)?d|pwd|secret'
        r'|client_secret|api_?key|session|ticket|password|se_sig)'
        r'(?:=|%3[Dd])(?P<v>[^\s&\'"<>;#]++)')),
    family('F5', 'key code auth', (
        r'(?:(?<=[?&;])|(?<=%3f|%26))(?:key|code|auth)(?:=|%3d)'
        r'(?P<v>[^\s&\'"<>;#]++)'), mixed),
    family('F5', 'sig= signature= credential=', (
        r'(?<![A-Za-z0-9])(?:sig|signature|credential)='
        r'(?P<v>[A-Za-z0-9%+/=_-]{10,}+)'), mixed),
    family('F5', '%22', (
        r'(?:passw(?:or)?d|passphrase|secret|token|(?:api|access)_?key)'
        r'[\w.-]{0,20}+%22(?>%20|\+|)%3A(?>%20|\+|)%22'
        r'(?P<v>(?>(?:(?!%22)[^\s&"\'<>]){1,1024}))')),
    # A hash of a password has commas, at which an argument may end.
    *token.FAMILIES,
    *command.FAMILIES,
    *sql.FAMILIES,
    # Before the names: some of their letters occur in base64 by chance.
    family('F13', '', (
        r'(?<![A-Za-z0-9+/_-])(?P<v>[A-Za-z0-9+/_-]{256,}+={0,2}+)'),
        base64),
    family('F13', '', (
        r'(?<![A-Za-z0-9+/])(?=[A-Za-z0-9+/]{56})'
        r'(?P<v>(?>(?:[A-Za-z0-9+/]{56,80}+'
        r'(?:\r?\n|\\{1,4}+n)[ \t\x1c-\x1f]{0,40}+){2,})'
        r'[A-Za-z0-9+/]{0,80}+={0,2}+)'),
        base64),
)

# Behind the names, which know better where a value ends.
_BEHIND = (
    family('F16', '<', (
        r'<(?:[\w-]{1,20}:)?(?=[\w.-]{1,60}+[\s>])(?:(?:[\w.-]{0,40}?)'
        r'(?:pass(?:word|phrase|wd|code)?|pwd|secret|token|credential|api-?'
        r'_?key|private-?_?key|access-?_?key|auth_?key|cookie|cleartext)'
        r'(?:s|value|data|text|hash)?)(?:\s[^<>]{0,200}+)?(?<!/)>'
        r'(?:<!\[CDATA\[)?\s{0,40}+(?><value>|)'
        r'(?!\\{0,15}+["\'][,)\s])(?P<v>[^<>\s][^<]{0,4096}+)')),
    family('F16', '<', (
        r'<\w{1,20}(?:\s(?:name|key|id)=' + QUOTE + r')?>?[\w.-]{0,40}?'
        r'(?:pass(?:word|phrase|wd)|secret|token|credential|api_?key)'
        r'[\w.-]{0,20}+(?:' + QUOTE + r'>|</key>\s{0,40}+<\w{1,20}>)'
        r'(?P<v>[^<>\s][^<]{0,4096}+)')),
    family('F1', '%', (
        r'(?:pass(?:word|phrase|wd)|secret|token|key)\w{0,20}+'
        r'(?>\s{0,4}+[:=]|\sis|)\s{0,4}+%[sr][^\n%]{0,80}?["\']'
        r'\s{0,4}+%\s{0,4}+\(?+' + QUOTED)),
    family('F1', 'passw', (
        r'(?:set|change|reset)_?[a-z_]{0,20}?passw\w{0,10}+\('
        r'(?>(?:[^()"\'\n]{0,60}+' + QUOTE + r'\[REDACTED:F1\]' + QUOTE
        + r'){0,4})[^()"\'\n]{0,60}+' + QUOTED)),
    family('F1', 'pass secret token', (
        r'(?:passw(?:or)?d|passphrase|secret|token)[:= ]{1,4}+' + QUOTE
        + r'\s{1,4}+(?>\+\s{1,4}+|)' + QUOTED)),
    family('F1', 'compare_digest hmac.new jwt. fernet(', (
        r'(?:compare_digest|hmac\.new|jwt\.(?:en|de)code|fernet)\('
        r'[^()"\'\n]{0,60}?' + PREFIX + QUOTED)),
    # A request of Keystone for a token by a token.
    family('F1', 'token', (
        r'token' + QUOTE + r':\s{0,40}+\{[^{}]{0,200}?' + QUOTE + 'id'
        + QUOTE + r':\s{0,40}+' + QUOTED)),
    family('F6', 'set_password', (
        r'(?<!\w)set_password\s{1,4}+(?:vnc|spice)\s{1,4}+(?P<v>\S++)')),
    family('F1', 'auth login(', (
        r'(?:\.login\(|auth(?:\s{0,4}+=\s{0,4}+\(|\())\s{0,4}+' + QUOTE
        + r'[^"\'\n\\]{0,64}+' + QUOTE + r'\s{0,4}+,\s{0,4}+' + PREFIX
        + QUOTED)),
    family('F16', '<token', r'<token\s{1,4}+id=' + QUOTED),
    family('F16', 'value=', (
        r'<[\w:.-]{0,40}?(?:passw(?:or)?d|passphrase|secret|token)'
        r'[\w.-]{0,20}+\s(?:[^<>]{0,200}?\s)?value=' + QUOTED)),
    family('F1', 'list:', (
        r'list:[ \t]{0,8}+(?>[|>][+-]?|)'
        r'(?P<v>(?>(?:[ \t\r]{0,4}+\n[ \t\x1c-\x1f]{0,40}+(?:- )?'
        r'[\w.-]{1,64}+:[^\s:]{1,256}+(?=\s|$)){1,100}))')),
    family('F1', 'value:', (
        r'(?:attribute|field|parameter)[^\n]{0,40}?(?:pass|secret|token|key)'
        r'[\w.-]{0,20}+[^\n]{0,12}?Value:\s{1,4}+(?P<v>[^\n]{1,1024}+)')),
)

#: All that are patterns.
FAMILIES = (*_BEFORE, *_BEHIND)

# Where one of oslo.utils' patterns can begin to match: each is tried for each
# of its keys, which costs more than all the other families together.
_OSLO_KEY = (
    r'(?:pass(?>word|phrase|)|pswd|secret(?>_uuid|)|token|key|configdrive'
    r'|fsid|cookie|credential|kek|suffix)[0-9]*+')
_OSLO = re.compile(
    _OSLO_KEY + r'(?:\s*+=\s*+(?:["\'](?=.)|[^\s"\'])|\s*+-|>'
    r'|\s++["\'](?=.)|["\']\s*+[:,](?=.))'
    r'|--[a-z_]{0,32}?' + _OSLO_KEY + r'\s', re.IGNORECASE)
# It takes the second half of "password-less" for a flag.
_OSLO_SPLIT = re.compile(r'(\n|(?<=[A-Za-z])-(?=[A-Za-z]))')
_OSLO_CHUNK = 2048


def _mask_oslo(text: str) -> str:
    """F14: what oslo.utils knows, for whatever the others missed.

    Line by line, between the placeholders and around the values that F1 has
    judged harmless, because some of its patterns reach to the last quote of
    the text and drop what is in between.
    """
    if not _OSLO.search(text):
        return text
    out, done = [], 0
    for start, end, _key, secret in keys.values(text):
        if not secret and start >= done:
            out += [_text.outside(text[done:start], _mask_oslo_piece),
                    text[start:end]]
            done = end
    return ''.join([*out, _text.outside(text[done:], _mask_oslo_piece)])


def _mask_oslo_piece(text: str) -> str:
    parts = _OSLO_SPLIT.split(text)
    for index in range(0, len(parts), 2):
        part = parts[index]
        if _OSLO.search(part):
            parts[index] = ''.join(
                strutils.mask_password(
                    part[at:at + _OSLO_CHUNK], _text.mark('F14'))
                for at in range(0, len(part), _OSLO_CHUNK))
    return ''.join(parts)


def _pass(
    text: str, extra: tuple[re.Pattern[str], ...], found: _found.Found
) -> str:
    lower = text.lower()
    if any(guard in lower for guard in pem.GUARDS):
        text = pem.mask(text)
    if any(guard in lower for guard in sql.GUARDS):
        text = sql.mask(text, found)
    for each in _BEFORE:
        text = each.apply(text, lower, found)
    if any(guard in lower for guard in keys.GUARDS):
        text = keys.mask(text, found)
    for each in _BEHIND:
        text = each.apply(text, lower, found)
    for pattern in extra:
        text = _text.outside(
            text, functools.partial(pattern.sub, _text.mark('FX')))
    return found.mask(_mask_oslo(text))


def _pass_shown(
    text: str, extra: tuple[re.Pattern[str], ...], found: _found.Found
) -> str:
    shown = escaped.show(text)
    if shown == text:
        return text
    return escaped.hide(_pass(shown, extra, found))


def once(
    text: str, extra: tuple[re.Pattern[str], ...], found: _found.Found
) -> str:
    """Pass a text through every family one time.

    :param found: where the values are put that were masked.
    """
    masked = _pass(_pass_shown(text, extra, found), extra, found)
    seen = escaped.drop_unseen(text)
    if seen != text:
        # Kept, unless a name or a value was hidden by them.
        seen = _pass(_pass_shown(seen, extra, found), extra, found)
        if _text.count(seen) > _text.count(masked):
            return seen
    return masked
