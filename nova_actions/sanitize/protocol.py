# SPDX-License-Identifier: Apache-2.0
"""F17: authentication in protocols between programs."""

from nova_actions.sanitize import words
from nova_actions.sanitize.family import MAYBE_QUOTE
from nova_actions.sanitize.family import PREFIX
from nova_actions.sanitize.family import QUOTED
from nova_actions.sanitize.family import family
from nova_actions.sanitize.family import mixed

_PAYLOAD = r'(?P<q>["\'])(?P<v>(?>(?:(?!(?P=q))[^\n]){4,160}))'
_WORD = r'(?P<v>[^\s\'"<>,;]++)'


def _no_word(value: str) -> bool:
    return not words.is_code(value) and (
        mixed(value) or words.is_scrambled(value)
    )


FAMILIES = (
    # SASL: RFC 4954, 3501, 5034; its mechanisms.
    family(
        'F17',
        ('auth ', 'authenticate '),
        (
            r'(?<![\w-])AUTH(?:ENTICATE)?\s{1,4}+(?:PLAIN|LOGIN|XOAUTH2?|CRAM-MD5'
            r'|OAUTHBEARER|NTLM|DIGEST-MD5|SCRAM-SHA-\d{1,3}|EXTERNAL|GSSAPI)'
            r'\s{1,4}+(?P<v>[A-Za-z0-9+/=_-]{8,}+)'
        ),
        mixed,
    ),
    # IMAP (RFC 3501): tag LOGIN user password.
    family(
        'F17',
        (' login ',),
        (
            r'(?<![^\s"\'>])[A-Za-z]{0,4}[0-9]{0,6}\s(?-i:LOGIN)\s[^\s]{1,64}+\s'
            + MAYBE_QUOTE
            + _WORD
        ),
        _no_word,
    ),
    # POP3 and FTP (RFC 1939, 959).
    family(
        'F17',
        ('pass ', 'pass\t'),
        (
            r'(?:(?<=\n)|(?<=^)|(?<=[>:\]] )|(?<=[\'"]))(?-i:PASS)[ \t]{1,4}+'
            r'(?P<v>[^\s\'"]++)(?=\s*(?:["\']|$|\n))'
        ),
        lambda value: not value.startswith(('=', ':')),
        flags=0,
    ),
    family(
        'F17', 'apop', r'(?<![^\s"\'])APOP\s\S{1,64}+\s(?P<v>[a-f0-9]{32})'
    ),
    # Redis: as it is typed, logged and sent.
    family(
        'F17',
        ('auth ', 'auth"', "auth'"),
        (
            r'(?:(?<=\n)|(?<=^)|(?<=[>:\]] )|(?<=[\'"]))(?-i:AUTH)'
            r'["\']?[ \t]{1,4}+'
            r'(?>["\']?[\w.-]{1,32}+["\']?[ \t]{1,4}+(?=["\']?\S+'
            r'["\']?\s*(?:$|\n|["\']))|)["\']?(?!PLAIN|LOGIN|[A-Z0-9]{2,8}-)'
            + _WORD
            + r'(?=["\']?\s*(?:$|\n|["\']))'
        ),
        _no_word,
        flags=0,
    ),
    family(
        'F17',
        ('auth\n$', 'auth $', 'auth\n\n$'),
        (
            r'(?-i:AUTH)\s{1,4}+\$[0-9]{1,4}\s{1,4}+(?P<v>\S++)'
            r'(?>\s{1,4}+\$[0-9]{1,4}\s{1,4}+\S++|)'
        ),
    ),
    family(
        'F17',
        'requirepass masterauth',
        (
            r'(?:(?<![\w-])|(?<=\s--)|(?<=["\']--))(?:requirepass|masterauth)'
            r'["\']?\s{1,4}+' + MAYBE_QUOTE + _WORD
        ),
        _no_word,
    ),
    family(
        'F17',
        ('setuser ', 'user '),
        (
            r'(?<![\w-])(?:setuser|user)\s{1,4}+[\w.-]{1,64}+\s'
            r'[^\n]{0,120}?\s[>#](?P<v>[^\s\'"<>,;]{4,}+)'
        ),
        mixed,
    ),
    family(
        'F17',
        'jdbc:oracle sqlplus expdp impdp rman',
        (
            r'(?:jdbc:oracle:\w{1,8}:|(?:sqlplus|expdp|impdp|rman\starget)'
            r'\s{1,4}+(?>-\w{1,4}\s{1,4}+|)' + MAYBE_QUOTE + r')'
            r'[\w.$#-]{1,64}+/(?P<v>[^\s@\'"]{1,128}+)@'
        ),
    ),
    # SNMP: snmpd.conf, routers.
    family(
        'F17',
        'community com2sec',
        (
            r'(?<![\w-])(?:r[ow]community6?|com2sec6?\s{1,4}+\S{1,64}+\s{1,4}+'
            r'\S{1,64}+|snmp(?:-server|\strap|\sset)?\s{1,4}+community'
            r'|trapcommunity)\s{1,4}+' + MAYBE_QUOTE + _WORD
        ),
        _no_word,
    ),
    family(
        'F17',
        'createuser',
        (
            r'(?<!\w)createUser\s{1,4}+(?>-e\s{1,4}+\S{1,64}+\s{1,4}+|)\S{1,64}+'
            r'\s{1,4}+(?:MD5|SHA(?:-?\d{3})?)\s{1,4}+' + MAYBE_QUOTE + _WORD
        ),
    ),
    family(
        'F17',
        'createuser',
        (
            r'(?<!\w)createUser\s[^\n]{0,160}?\s(?:AES|DES)(?:-?\d{3})?\s{1,4}+'
            + MAYBE_QUOTE
            + _WORD
        ),
    ),
    family(
        'F17',
        'v3',
        (
            r'(?<!\w)v3\s[^\n]{0,80}?(?<!\w)auth\s{1,4}+(?:md5|sha(?:-?\d{3})?)'
            r'\s{1,4}+' + MAYBE_QUOTE + _WORD
        ),
    ),
    family(
        'F17',
        'priv',
        (
            r'(?<!\w)priv\s{1,4}+(?:aes|des|3des)(?:\s{0,2}+-?\d{2,3}(?!\w))?'
            r'\s{1,4}+' + MAYBE_QUOTE + _WORD
        ),
        _no_word,
    ),
    family(
        'F17',
        'radius tacacs',
        (
            r'(?<!\w)(?:radius|tacacs)(?:-server)?\s[^\n]{0,120}?(?<!\w)key'
            r'\s{1,4}+(?>[0-9]\s{1,4}+|)' + MAYBE_QUOTE + _WORD
        ),
        _no_word,
    ),
    # CHAP as cinder and the targets write it: method, user, password.
    family(
        'F17',
        'chap',
        (
            r'(?<!\w)(?-i:CHAP)\s{1,4}+[^\s\'",;:=]{1,128}+\s{1,4}+'
            r'(?P<v>[^\s\'",;]{6,128}+)'
        ),
        _no_word,
    ),
    # The user may be random as well.
    family(
        'F17',
        'chap',
        (
            r'(?<!\w)(?-i:CHAP)\s{1,4}+(?P<v>[A-Za-z0-9]{8,128}+)'
            r'(?=\s{1,4}+\x00)'
        ),
        words.is_strong,
    ),
    family(
        'F17', 'chap-secret', (r'chap-secret\s{1,4}+' + MAYBE_QUOTE + _WORD)
    ),
    family(
        'F17',
        'incominguser outgoinguser',
        (
            r'(?:incominguser|outgoinguser)\s{1,4}+(?!is\s)\S{1,64}+\s{1,4}+'
            + _WORD
        ),
    ),
    family(
        'F17',
        ('user set',),
        (
            r'(?<!\w)user[ \t]{1,4}+set[ \t]{1,4}+password[ \t]{1,4}+'
            r'[0-9]{1,3}[ \t]{1,4}+' + MAYBE_QUOTE + _WORD
        ),
    ),
    # A token within a path.
    family(
        'F17',
        '/token -token /access /password /magic /secret-id/ /unwrap/'
        ' /invite /reset',
        (
            r'/(?:tokens?|secret-id|unwrap|invites?|reset(?:_password)?'
            r'|passwords?/reset|magic-link|access[_-]?tokens?|auth-tokens?)/'
            r'(?P<v>(?=[A-Za-z_=.~-]{0,64}[0-9])[A-Za-z0-9_=.~-]{16,4096}+)'
            r'(?=[/?#\s\'"<>,;)\]}]|$)'
        ),
        lambda value: not words.is_uuid(value),
    ),
    family(
        'F17',
        '/tokens/',
        (r'/v[23](?:\.0)?/(?:auth/)?tokens/(?P<v>[A-Za-z0-9_-]{16,4096}+)'),
    ),
    # Castellan's objects and barbican's requests.
    family(
        'F17',
        'key(',
        (
            r'(?:Symmetric|Private|Opaque)?(?:Key|Data)\([^()\n]{0,100}?'
            r'(?<!\w)(?:key|data)=' + PREFIX + QUOTED
        ),
    ),
    family(
        'F17',
        'payload',
        (
            r'(?<!\w)payload'
            + MAYBE_QUOTE
            + r'\s{0,4}+[:=]\s{0,4}+'
            + PREFIX
            + _PAYLOAD
            + r'(?=[^\n]{0,160}?payload_content)'
        ),
    ),
    family(
        'F17',
        'payload_content',
        (
            r'payload_content[^\n]{1,160}?(?<!\w)payload'
            + MAYBE_QUOTE
            + r'\s{0,4}+[:=]\s{0,4}+'
            + PREFIX
            + _PAYLOAD
        ),
    ),
    family(
        'F17',
        'payload',
        (
            r'(?<!\w)payload'
            + MAYBE_QUOTE
            + r'\s{0,4}+[:=]\s{0,4}+'
            + PREFIX
            + MAYBE_QUOTE
            + r'(?P<v>[A-Za-z0-9+/]{20,}+={1,2}+)'
        ),
    ),
)
