# SPDX-License-Identifier: Apache-2.0
"""The families of secrets, and the order in which a text passes them.

Every repeat is bounded or possessive, every pattern starts at a literal or
a left boundary, and a family is tried only when one of its guards occurs:
so a text costs time in proportion to its length, whatever is in it.
"""

import dataclasses
import functools
import re
from collections.abc import Callable

from oslo_utils import strutils

from nova_actions.sanitize import escaped
from nova_actions.sanitize import keys
from nova_actions.sanitize import text as _text


def _always(value: str) -> bool:
    return True


def _mixed(value: str) -> bool:
    """Tell a coded value from a word."""
    return (len(value) >= 24 or '=' in value
            or any(c.isdigit() for c in value)
            or any(c.isupper() for c in value[1:]))


def _base64(value: str) -> bool:
    return (any(c.isdigit() for c in value) and any(c.isupper() for c in value)
            and any(c.islower() for c in value))


def _userinfo(value: str) -> bool:
    return not re.match(r'[0-9]{1,5}/', value)


@dataclasses.dataclass(frozen=True)
class Family:
    """One family: where the group ``v`` of its pattern matched goes."""

    label: str
    guards: tuple[str, ...]
    pattern: re.Pattern[str]
    check: Callable[[str], bool] = _always

    def apply(self, text: str, lower: str) -> str:
        if self.guards and not any(g in lower for g in self.guards):
            return text
        return self.pattern.sub(self._replace, text)

    def _replace(self, match: re.Match[str]) -> str:
        whole, value = match[0], match['v']
        if (not value or _text.PLACEHOLDER.fullmatch(value)
                or _text.CUT_MARK.search(whole) or not self.check(value)):
            return whole
        start = match.start('v') - match.start()
        return (whole[:start] + _text.mark(self.label)
                + whole[start + len(value):])


def _family(
    label: str, guards: str, pattern: str,
    check: Callable[[str], bool] = _always, flags: int = re.IGNORECASE,
) -> Family:
    return Family(label, tuple(guards.split()), re.compile(pattern, flags),
                  check)


_Q = r'(?:\\{0,15}+["\'])'
_PREFIX = r'(?:[bu]{1,2}+(?=\\{0,15}+["\']))?+'
_QUOTED = r'(?P<q>\\{0,15}["\'])(?P<v>(?:(?!(?P=q))[^\n]){1,4096}+)'
# Up to the closing quote, over quotes that are escaped deeper.
_INSIDE = r'(?:(?!(?P=o))(?:[^\n\\]|\\{1,63}+["\'])){1,4096}+'
_WRAP = r'(?:\s{0,4}+\n\s{0,16}+(?=[^\s]{0,40}[0-9])[A-Za-z0-9_.=-]{20,}+)*+'

FAMILIES = (
    # An unquoted header goes to the end of its line, a quoted one to the
    # quote that was opened before its name or before its value.
    _family('F2', 'x-', (
        r'(?<![\w-])x-(?:auth|subject|service|storage|vault|api|trans|csrf'
        r'|amz-security|account-meta-temp-url|container-meta-temp-url|xsrf'
        r'|gitlab|github|consul|openstack|identity|registry|goog|plex)'
        r'[\w-]{0,40}+(?:(?<=token)|(?<=key))' + _Q + r'?+\s{0,4}+[:=,]'
        r'\s{0,4}+' + _PREFIX + _Q + r'?+(?!str\b)'
        r'(?P<v>[^\s=|>"\'\\,;(){}\[\]<>&][^\s"\'\\,;(){}\[\]<>&]*+)')),
    _family('F2', 'authorization', (
        r'(?<![\w-])(?:proxy-)?authorization' + _Q + r'?+\]?+\s{0,4}+[:=,]'
        r'\s{0,4}+' + _PREFIX + _QUOTED),
        lambda v: ' ' in v.strip() or _mixed(v)),
    _family('F2', 'authorization', (
        r'(?<![\w-])(?P<o>\\{0,15}+["\'])?+(?:proxy-)?authorization\s{0,4}+[:=]'
        r'\s{0,4}+(?!["\'\[\\])(?P<v>(?(o)' + _INSIDE +
        r'|[^\n"\'{}]{1,4096}+(?:"[^\n"]{0,256}+"[^\n"\'{}]{0,256}+){0,20}+))'
        ), lambda v: any(map(_mixed, v.split()))),
    _family('F2', 'cookie', (
        r'(?<![\w-])(?:set-)?cookie2?' + _Q + r'?+\]?+\s{0,4}+[:=,]\s{0,4}+'
        + _PREFIX + _QUOTED)),
    _family('F2', 'cookie', (
        r'(?<![\w-])(?P<o>\\{0,15}+["\'])?+(?:set-)?cookie2?:\s{0,4}+(?!["\'\[\\])'
        r'(?P<v>(?(o)' + _INSIDE + r'|[^\n"\'{}]{1,4096}+))'),
        lambda v: '=' in v or _mixed(v)),
    _family('F3', 'bearer basic negotiate ntlm digest apikey token', (
        r'(?<![A-Za-z0-9_-])(?:bearer|basic|negotiate|ntlm|digest|apikey'
        r'|(?:(?<=: )|(?<="))token)' r'(?:\s{1,4}+|%20)'
        r'(?P<v>[A-Za-z0-9._~+/=-]{6,}+)'), _mixed),
    _family('F4', '://', (
        r'://(?P<u>[^\s/:@\'"<>]{0,100}+):(?P<v>[^\s/\'"<>]{1,256})@')),
    _family('F4', '://', (
        r'://[^\s/:@\'"<>\[\]]{0,100}+:(?P<v>[^\s\'"<>]{1,256}?)'
        r'@(?=[\w.-]{1,100}+[:/\s\'"]|[\w.-]{1,100}+$)'), _userinfo),
    _family('F4', '://', (
        r'://(?P<v>[^\s/:@\'"<>]{20,256}+)@'), _mixed),
    _family('F4', '://', (
        r'(?<=,)[\w.-]{1,64}+:(?P<v>[^\s/:@\'"<>,]{1,256}+)@(?=[\w.-])')),
    _family('F5', '= %3d', (
        r'(?:[?&;]|%3[Ff]|%26)(?:amp;)?(?:[\w.-]{0,40}?token|sig|signature|'
        r'temp_url_sig|x-(?:amz|goog)-(?:signature|credential|security-token)'
        r'|awsaccesskeyid|(?:(?:api|access|secret|auth)[_-]?)?key|auth|code|passw(?:or)?d|pwd|secret'
        r'|client_secret|api_?key|session|ticket|password|se_sig)'
        r'(?:=|%3[Dd])(?P<v>[^\s&\'"<>;#]++)')),
    _family('F5', 'sig= signature= credential=', (
        r'(?<![A-Za-z0-9])(?:sig|signature|credential)='
        r'(?P<v>[A-Za-z0-9%+/=_-]{10,}+)'), _mixed),
    _family('F6', 'iscsiadm', (
        r'iscsiadm' + _Q + r'?+[^\n|;]{0,160}?auth\.password(?:_in)?'
        r'[\s\'",\\]{1,24}+(?:-v|--value)[\s\'",=\\]{1,24}+(?P<v>[^\s\'",]++)')),
    _family('F6', 'ipmi sshpass racadm', (
        r'(?:ipmitool|ipmi-?\w{0,20}|sshpass|racadm)' + _Q
        + r'?+[^\n|;]{0,160}?[\s\'"]-[Pp]'
        r'(?:[\s\'",=u\\]{0,24}+)(?P<v>[^\s\'",]++)')),
    _family('F6', 'curl wget --proxy-user', (
        r'(?:curl|wget|http)' + _Q + r'?+[^\n|]{0,160}?[\s\'"](?:-u|--user|-U'
        r'|--proxy-user)(?:[\s\'",=u\\]{0,24}+)[^\s\'":]{0,100}+:'
        r'(?P<v>[^\s\'"]++)')),
    _family('F6', 'mysql mariadb', (
        r'(?:mysql|mariadb)\w{0,12}' + _Q
        + r'?+[^\n|;]{0,160}?[\s\'"]-p\\{0,15}+[\'"]?(?P<v>[^\s\'",]++)')),
    _family('F6', 'redis-cli ldap snmp docker smbclient net', (
        r'(?:(?:redis-cli' + _Q + r'?+[^\n|;]{0,160}?[\s\'"]-a|ldap\w{2,10}+'
        + _Q + r'?+[^\n|;]{0,160}?[\s\'"]-w|snmp\w{2,10}+' + _Q
        + r'?+[^\n|;]{0,160}?[\s\'"]-[AXc]|docker\s[^\n|;]{0,160}?[\s\'"]-p)'
        r'[\s\'",=\\]{1,24}+|smbclient[^\n|;]{0,160}?%|xfreerdp[^\n]{0,160}?/p:)'
        r'(?P<v>[^\s\'",]++)')),
    _family('F6', 'secret-set-value', (
        r'secret-set-value[\s\'",\\]{1,24}+(?:--secret[\s\'",=\\]{1,24}+)?+'
        r'[0-9a-f-]{36}[\s\'",\\]{1,24}+(?:--base64[\s\'",=\\]{1,24}+)?+'
        r'(?P<v>[A-Za-z0-9+/=]++)')),
    _family('F8', 'eyj', (
        r'(?<![A-Za-z0-9_-])(?P<v>eyJ[A-Za-z0-9_-]{8,}+'
        r'(?:\.[A-Za-z0-9_-]*+){1,4}+' + _WRAP + ')'), flags=0),
    _family('F8', 'eyj', (
        r'(?<![A-Za-z0-9_-])(?P<v>eyJ[A-Za-z0-9+/_-]{24,}+={0,2}+)'),
        flags=0),
    _family('F9', 'gaaaa', (
        r'(?<![A-Za-z0-9_-])(?P<v>gAAAA[A-Za-z0-9_-]{12,}+(?:=|%3D){0,2}+'
        + _WRAP + ')'), flags=0),
    _family('F10', (
        'akia asia abia acca gho_ ghp_ ghu_ ghs_ ghr_ github_pat_ gl xox xapp '
        'hv aiza ya29 sk_ rk_ pk_ whsec_ pypi- npm_ sg. age-secret hf_ sk- do'
        ' sk sharedaccess accountkey ac dapi shp key- lin_ ntn_ dckr_ r8_ '
        'gsk_ nvapi- atatt pat hooks.slack eaac'), (
        r'(?<![A-Za-z0-9_])(?P<v>(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,20}+'
        r'|gh[opusr]_[A-Za-z0-9]{20,255}+|github_pat_\w{20,255}+'
        r'|gl(?:pat|ptt|rt|dt|cbt|soat|ft|imt|agent|oas|ffct)-'
        r'[\w.-]{16,255}+'
        r'|xox[abeoprs]-[A-Za-z0-9-]{8,255}+|xapp-[A-Za-z0-9-]{8,255}+'
        r'|hv[sbr]\.[\w-]{16,512}+|[sbr]\.[A-Za-z0-9]{24}(?![\w-])'
        r'|AIza[\w-]{30,40}+|ya29\.[\w-]{16,512}+|GOCSPX-[\w-]{20,40}+'
        r'|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,255}+'
        r'|whsec_[A-Za-z0-9+/=]{16,255}+|pypi-[\w-]{16,512}+'
        r'|npm_[A-Za-z0-9]{20,255}+|SG\.[\w-]{10,64}+\.[\w-]{10,128}+'
        r'|AGE-SECRET-KEY-1[A-Z0-9]{20,80}+|hf_[A-Za-z0-9]{20,64}+'
        r'|api_org_[A-Za-z0-9]{20,64}+'
        r'|sk-(?:[a-z]{2,10}-){0,2}(?=[\w-]{0,40}[0-9A-Z])[\w-]{20,255}+'
        r'|do[oprt]_v1_[a-f0-9]{32,128}+|dapi[a-f0-9]{32}(?:-[0-9])?'
        r'|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|key-[0-9a-f]{32}'
        r'|SK[0-9a-f]{32}|AC[0-9a-f]{32}|lin_api_[A-Za-z0-9]{30,60}+'
        r'|dckr_pat_[\w-]{20,64}+|r8_[A-Za-z0-9]{30,64}+|gsk_\w{30,80}+'
        r'|EAAC[A-Za-z0-9]{30,300}+'
        r'|(?<=hooks\.slack\.com/services/)T\w{6,16}+/B\w{6,16}+/\w{16,40}+'
        r'|nvapi-[\w-]{30,100}+|ATATT3[\w=-]{20,255}+|ntn_\w{20,80}+)'),
        flags=0),
    _family('F10', 'accountkey sharedaccess', (
        r'(?:AccountKey|SharedAccessKey|SharedAccessSignature)\s{0,2}+=\s{0,2}+'
        r'(?P<v>[^\s;\'"]++)')),
    _family('F10', 'aws amazon', (
        r'(?<![A-Za-z0-9])(?:aws|amazon)[^\n]{0,60}?[\s\'":=]'
        r'(?P<v>(?=[A-Za-z+/]{0,40}[0-9])(?=[A-Z0-9+/]{0,40}[a-z])'
        r'(?=[a-z0-9+/]{0,40}[A-Z])[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])')),
    _family('F11', 'aq', (
        r'(?<![A-Za-z0-9+])(?P<v>AQ[A-Za-z0-9+/]{30,40}+={1,2}+)'), flags=0),
    _family('F12', '$', (
        r'(?P<v>\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|sha1|md5|argon2(?:id|i|d)'
        r'|scrypt|pbkdf2-sha\d{1,3}|pbkdf2)\$[A-Za-z0-9./$=,+_-]{8,512}+)'),
        flags=0),
    _family('F12', '{ssha {sha {md5 {crypt scrypt:', (
        r'(?P<v>\{(?:SSHA|SHA|SMD5|MD5|CRYPT|SSHA256|SSHA512)\}'
        r'[A-Za-z0-9+/=./$]{8,256}+)')),
    _family('F15', 'parameters:', (
        r'\[parameters: \[?(?P<v>\((?:[^()\n]|\([^()\n]{0,1024}+\)){1,4096}+'
        r'\)?)')),
    _family('F16', '<', (
        r'<(?:[\w-]{1,20}:)?(?=[\w.-]{1,60}+[\s>])(?:(?:[\w.-]{0,40}?)'
        r'(?:pass(?:word|phrase|wd|code)?|pwd|secret|token|credential|api-?'
        r'_?key|private-?_?key|access-?_?key|auth_?key|cookie|cleartext)'
        r'(?:s|value|data|text|hash)?)(?:\s[^<>]{0,200}+)?(?<!/)>'
        r'(?:<!\[CDATA\[)?\s{0,40}+(?P<v>[^<>\s][^<]{0,4096}+)')),
    _family('F1', 'list:', (
        r'list:[ \t]{0,8}+[|>][+-]?'
        r'(?P<v>(?:[ \t\r]{0,4}+\n[ \t\x1c-\x1f]{0,40}+(?:- )?'
        r'[\w.-]{1,64}+:[^\s:]{1,256}+(?=\s|$)){1,100}+)')),
    _family('F1', 'value:', (
        r'(?:attribute|field|parameter)[^\n]{0,40}?(?:pass|secret|token|key)'
        r'[\w.-]{0,20}+[^\n]{0,12}?Value:\s{1,4}+(?P<v>[^\n]{1,1024}+)')),
    _family('F13', '', (
        r'(?<![A-Za-z0-9+/_-])(?P<v>[A-Za-z0-9+/_-]{256,}+={0,2}+)'),
        _base64),
    _family('F13', '', (
        r'(?<![A-Za-z0-9+/])(?P<v>(?:[A-Za-z0-9+/]{56,80}+'
        r'(?:\r?\n|\\{1,4}+n)[ \t\x1c-\x1f]{0,40}+){3,}+'
        r'[A-Za-z0-9+/]{0,80}+={0,2}+)'),
        _base64),
)

_PEM = re.compile(
    r'-{4,5} ?(?P<which>BEGIN|END) [A-Z0-9 ]{0,40}?PRIVATE KEY(?: BLOCK)?'
    r' ?-{4,5}|PuTTY-User-Key-File-[23]')
# What of a key may follow when its end is missing: it was cut.
_PEM_BODY = re.compile(
    r'(?:(?:[\s"\',+|>\\]|(?<=\\)[nrt])*+(?:[A-Za-z0-9+/=]{16,}+'
    r'|(?:Proc-Type|DEK-Info|Version|Comment|Encryption|Public-Lines'
    r'|Private-\w{3,5}+|Key-Derivation|Argon2-\w{2,20}+):[^\n\\]{0,120}+))*+'
    r'(?:(?:\s|\\n)++[A-Za-z0-9+/]{1,15}+={0,2}+(?=\s|\\|$|["\']))?+')
_ORPHAN = re.compile(
    r'(?:[A-Za-z0-9+/=]{1,80}+(?:\s|\\{1,4}n|["\',]){1,8}+)+\Z')
_PEM_LONGEST = 16384


def _mask_pem(text: str) -> str:
    """F7: a private key, whether or not both its ends are there.

    One pass over the marks, since a lazy pattern from each BEGIN to an END
    that never comes would take quadratic time.
    """
    out: list[str] = []
    done, begin, opened = 0, -1, 0
    marks = [(m.start(), m.end(), m['which']) for m in _PEM.finditer(text)]
    for start, end, which in [*marks, (len(text), len(text), 'BEGIN')]:
        if begin >= 0:
            if which == 'END' and start - begin < _PEM_LONGEST:
                stop = end
            else:
                body = _PEM_BODY.match(text, begin, start)
                stop = body.end() if body else begin
            out.append(text[done:opened] + _text.mark('F7'))
            done, begin = stop, -1
            if stop == end:
                continue
        if which == 'END':
            piece = text[done:start]
            lead = _orphan(piece)
            out.append(piece[:lead] + _text.mark('F7'))
            done = end
        elif start < len(text):
            begin, opened = end, start
    return ''.join([*out, text[done:]]) if done else text


def _orphan(piece: str) -> int:
    """Return where the lines of a key begin whose head was cut away."""
    at = len(piece)
    for line in reversed(re.split(r'(?<=\n)', piece[-_PEM_LONGEST:])):
        bare = line.strip(' \t\r\n"\',+\\' + escaped.MARKS)
        if bare and not re.fullmatch(
                r'(?:[A-Za-z0-9+/=]{4,}|\\n){1,400}', bare):
            tail = re.search(r'[A-Za-z0-9+/=\\]{16,}\s*\Z', line)
            return at - len(line) + tail.start() if tail else at
        at -= len(line)
    return at


_OSLO = re.compile(
    r'pass|secret|token|key|pswd|configdrive|fsid|cookie|credential|suffix',
    re.IGNORECASE)
_OSLO_SPLIT = re.compile(
    r'(\[REDACTED:F[0-9X]{1,2}\]|\[\.\.\. [0-9]{1,19} bytes cut \.\.\.\]|\n)')
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
            out += [_mask_oslo_piece(text[done:start]), text[start:end]]
            done = end
    return ''.join([*out, _mask_oslo_piece(text[done:])])


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


def _outside(text: str, change: Callable[[str], str]) -> str:
    """Change a text but for its placeholders and marks."""
    parts = _OSLO_SPLIT.split(text)
    # Lines are kept together: an operator's pattern may span them.
    joined: list[str] = ['']
    for index, part in enumerate(parts):
        if index % 2 and part != '\n':
            joined += [part, '']
        else:
            joined[-1] += part
    joined[::2] = [change(part) for part in joined[::2]]
    return ''.join(joined)


def _pass(text: str, extra: tuple[re.Pattern[str], ...]) -> str:
    lower = text.lower()
    if 'private key' in lower or 'putty' in lower:
        text = _mask_pem(text)
    for family in FAMILIES:
        text = family.apply(text, lower)
        if family.label == 'F12' and any(g in lower for g in keys.GUARDS):
            # Behind the whole headers, URLs and tokens, before the rest.
            text = keys.mask(text)
    for pattern in extra:
        text = _outside(
            text, functools.partial(pattern.sub, _text.mark('FX')))
    return _mask_oslo(text)


def _pass_shown(text: str, extra: tuple[re.Pattern[str], ...]) -> str:
    shown = escaped.show(text)
    if shown == text:
        return text
    return escaped.hide(_pass(shown, extra))


def once(text: str, extra: tuple[re.Pattern[str], ...]) -> str:
    """Pass a text through every family one time."""
    masked = _pass(_pass_shown(text, extra), extra)
    seen = escaped.drop_unseen(text)
    if seen != text:
        # Kept, unless a name or a value was hidden by them.
        seen = _pass(_pass_shown(seen, extra), extra)
        if _text.count(seen) > _text.count(masked):
            return seen
    return masked
