# SPDX-License-Identifier: Apache-2.0
"""The families of secrets, and the order in which a text passes them.

Every repeat is bounded or possessive, every pattern starts at a literal or
a left boundary, and a family is tried only on lines in which one of its
guards occurs: so a text costs time in proportion to its length, whatever is
in it.
"""

import re

from nova_actions.sanitize import credentials
from nova_actions.sanitize import naming
from nova_actions.sanitize import protocol
from nova_actions.sanitize import sql
from nova_actions.sanitize import token
from nova_actions.sanitize import words
from nova_actions.sanitize.family import INSIDE
from nova_actions.sanitize.family import MAYBE_QUOTE
from nova_actions.sanitize.family import PREFIX
from nova_actions.sanitize.family import QUOTE
from nova_actions.sanitize.family import QUOTED
from nova_actions.sanitize.family import family
from nova_actions.sanitize.family import mixed


def _userinfo(value: str) -> bool:
    return not re.match(r'[0-9]{1,5}/', value)


_ATTRIBUTES = frozenset(
    ('path', 'domain', 'expires', 'max-age', 'samesite', 'secure', 'httponly')
)


def _is_cookie(value: str) -> bool:
    """Tell it from a choice of language or colours: ``lang=en; Path=/``."""
    if '=' not in value:
        return mixed(value) and not value.strip().isdigit()
    return any(map(_is_pair, value.split(';')))


def _is_pair(pair: str) -> bool:
    name, _sign, value = pair.strip().partition('=')
    return not (
        name.lower() in _ATTRIBUTES
        or (
            value.isalpha()
            and value.islower()
            and len(value) <= _MAX_CHOICE
            and not naming.kind_of(name)
        )
    )


#: Session identifiers have more letters than this.
_MAX_CHOICE = 8
_SCHEME = r'(?:basic|bearer|negotiate|ntlm|apikey|token|kerberos)\s{1,4}+'


# The beginning of a header. CPython looks for one of some characters much
# faster than it tries a lookbehind at each.
_X = r'(?-i:[xX])-(?<![\w-]x-)'


def _is_header_value(value: str) -> bool:
    """Tell it from code and from the name of the next header."""
    return not (
        words.is_code(value)
        or value in ('header', 'got')
        or value.lower().startswith('x-')
    )


#: No name of a host or an image is so long in one piece.
_LONG = 24

BEFORE = (
    # An unquoted header goes to the end of its line, a quoted one to the
    # quote that was opened before its name or before its value.
    family(
        'F2',
        'x-',
        (
            _X + r'(?:auth|subject|service|storage|vault|api|trans|csrf'
            r'|amz-security|account-meta-temp-url|container-meta-temp-url|xsrf'
            r'|gitlab|github|consul|openstack|identity|registry|goog|plex'
            r'|instance-id|hub|access|session|user|ms|functions|rundeck|jfrog'
            r'|amzn|slack|shopify|ovh|emc-rest|rancher|nomad|influxdb)'
            r'[\w-]{0,40}+(?:(?<=token)|(?<=key)|(?<=signature)|(?<=secret)'
            r'|(?<=signature-256)|(?<=consumer))'
            r'(?:' + MAYBE_QUOTE + r'\s{0,4}+[:=]|' + QUOTE + r'\s{0,4}+,)'
            r'\s{0,4}+(?>\[(?='
            + QUOTE
            + r')|)'
            + PREFIX
            + MAYBE_QUOTE
            + r'(?P<v>[^\s=|>"\'\\,;(){}\[\]<>&][^\s"\'\\,;(){}\[\]<>&]*+)'
        ),
        _is_header_value,
    ),
    # Any other header with a random value that is not a checksum.
    family(
        'F2',
        'x-',
        (
            _X + r'(?![\w-]{0,40}(?:id|trace|span|request|sum|etag|hash'
            r'|sha|md5|meta|content|version|date|digest|range)(?![a-z]))'
            r'[\w-]{2,48}+'
            + MAYBE_QUOTE
            + r'\s{0,4}+:\s{0,4}+'
            + PREFIX
            + MAYBE_QUOTE
            + r'(?P<v>[A-Za-z0-9+/=_-]{20,512}+)(?![\w.-])'
        ),
        words.is_random,
    ),
    # A header in a sentence.
    family(
        'F2',
        'x-',
        (
            _X
            + r'[\w-]{0,40}?(?:token|key|signature|secret)'
            + MAYBE_QUOTE
            + r'(?>(?:[ ](?:header|with|has|had|of|is|was|value)'
            r'|:?[ ]got){1,4})'
            r'[ ]?[:=]?[ ]?'
            + PREFIX
            + MAYBE_QUOTE
            + r'(?P<v>[A-Za-z0-9+/=_-]{20,4096}+)(?![\w.-])'
        ),
        words.is_random,
    ),
    # The scheme is no secret and stays.
    family(
        'F2',
        'authorization',
        (
            r'(?<![\w-])(?:proxy-)?authorization'
            + MAYBE_QUOTE
            + r'\]?+\s{0,4}+[:=,]\s{0,4}+'
            + PREFIX
            + r'["\'\[]?'
            + _SCHEME
            + r'(?P<v>[^\s"\'\\,;(){}\[\]<>]{4,}+)(?=[\s"\'\\\])}]|\Z)'
        ),
        lambda v: not (words.is_word(v) or words.is_code(v)),
    ),
    family(
        'F2',
        'authorization',
        (
            r'(?<![\w-])(?:proxy-)?authorization'
            + MAYBE_QUOTE
            + r'\]?+\s{0,4}+[:=,]\s{0,4}+'
            + PREFIX
            + r'(?!["\'](?:'
            + _SCHEME
            + r'\x00|'
            + credentials.SCHEME
            + '))'
            + QUOTED
        ),
        lambda v: (' ' in v.strip() or mixed(v)) and not words.is_code(v),
    ),
    family(
        'F2',
        'authorization',
        (
            r'(?<![\w-])(?>(?P<o>["\'])|)(?:proxy-)?authorization\s{0,4}+[:=]'
            r'\s{0,4}+(?!\[?(?:'
            + _SCHEME
            + r'\x00|'
            + credentials.SCHEME
            + r'))'
            r'(?!["\'\[\\])(?P<v>(?(o)' + INSIDE + r'|[^\n"\'{}]{1,4096}+'
            r'(?>(?:"[^\n"]{0,256}+"[^\n"\'{}]{0,256}+){0,20})))'
        ),
        lambda v: '\x00' in v or any(map(mixed, v.split()[:3])),
    ),
    family(
        'F2',
        'cookie',
        (
            r'(?<![\w-])(?:set-)?cookie2?'
            + MAYBE_QUOTE
            + r'\]?+\s{0,4}+[:=,]\s{0,4}+'
            + PREFIX
            + QUOTED
        ),
    ),
    family(
        'F2',
        'cookie',
        (
            r'(?<![\w-])(?>(?P<o>["\'])|)(?:set-)?cookie2?:\s{0,4}+'
            r'(?!["\'\[\\]|0x[0-9a-f])'
            r'(?P<v>(?(o)' + INSIDE + r'|[^\n"\'{}]{1,4096}+'
            r'(?>(?:"[^\n"]{0,256}+"[^\n"\'{}]{0,256}+){0,20})))'
        ),
        _is_cookie,
    ),
    family(
        'F3',
        (
            'bearer',
            'basic ',
            'negotiate ',
            'ntlm ',
            'digest ',
            'apikey ',
            ': token ',
            '"token ',
        ),
        (
            r'(?<![A-Za-z0-9_-])(?:bearer|basic|negotiate|ntlm|digest|apikey'
            r'|(?:(?<=: )|(?<="))token)\s{1,4}+'
            r'(?!-[-\s]|-[a-z]{1,20}(?![\w-])|realm|error|charset|sha[0-9]|md5|[A-Za-z_-]{1,32}=["\'\w])'
            r'(?P<v>[A-Za-z0-9._~+/=-]{6,}+)'
        ),
        lambda v: mixed(v) and not (v.isalpha() and v.isupper()),
    ),
    *protocol.FAMILIES,
    family(
        'F4',
        '://',
        (
            r'://(?!\x00)(?P<u>[^\s/:@\'"<>\\]{0,100}+):'
            r'(?P<v>[^\s/\'"<>\\]{1,256})@'
        ),
    ),
    family(
        'F4',
        '://',
        (
            r'://[^\s/:@\'"<>\[\]]{0,100}+:(?P<v>[^\s\'"<>]{1,256}?)'
            r'@(?=[\w.-]{1,100}+[:/\s\'"]|[\w.-]{1,100}+$)'
        ),
        _userinfo,
    ),
    family('F4', '://', (r'://(?P<v>[^\s/:@\'"<>]{16,256}+)@'), mixed),
    # Without a scheme, as urllib takes a URL apart.
    family(
        'F4',
        'netloc=',
        (
            r'netloc='
            + QUOTE
            + r'[^\s/:@\'"<>]{0,100}+:(?P<v>[^\s/\'"<>]{1,256}+)'
        ),
    ),
    family(
        'F4',
        '@',
        (
            r'(?<![\w.:/@%\[-])[\w.-]{1,64}+:(?P<v>[^\s/:@\'"<>]{1,256}+)@(?!sha)'
            r'[\w.-]{1,255}+:[0-9]{2,5}(?!\w)'
        ),
    ),
    family(
        'F4',
        '@',
        (
            r'(?<![\w.:/@%\[-])[\w.-]{1,64}+:(?P<v>[^\s/:@\'"<>]{8,128}+)@(?!sha)'
            r'[\w.-]{1,255}+'
        ),
        lambda v: (
            words.is_strong(v)
            or words.is_signed(v)
            or (len(v) >= _LONG and any(map(str.isdigit, v)))
        ),
    ),
    # A URL without its scheme, as pip and npm write them.
    family(
        'F4',
        '@',
        (
            r'(?<![:/.0-9])//[\w.-]{1,64}+:(?P<v>[^\s/@\'"<>]{1,256}+)@(?=[\w-])'
        ),
    ),
    # Go's driver of MySQL.
    family(
        'F4',
        '@tcp( @unix( @udp(',
        (
            r'(?<![\w.:/@%\[-])[\w.-]{1,64}+:(?P<v>[^\s/:@\'"<>]{1,128}+)'
            r'@(?:tcp|unix|udp)\('
        ),
    ),
    # A URL of SQLAlchemy or kombu with a slash too few.
    family(
        'F4',
        'mysql mariadb postgres rabbit amqp redis mongodb kombu',
        (
            r':/(?<=\w:/)[\w.-]{1,64}+:'
            r'(?P<v>[^\s/:@\'"<>]{1,256}+)@(?=[\w\[-])'
        ),
        words.may_be_password,
    ),
    family(
        'F4',
        'iscsi://',
        (r'iscsi://[^\s/:@%\'"<>]{0,100}+%(?P<v>[^\s/@\'"<>]{1,256}+)@'),
    ),
    family(
        'F4',
        '://',
        (r'(?<=,)[\w.-]{1,64}+:(?P<v>[^\s/:@\'"<>,]{1,256}+)@(?=[\w.-])'),
    ),
    family(
        'F5',
        '? & ;',
        (
            r'[?&;](?:amp;)?(?:[\w.-]{0,40}?token|sig|signature|'
            r'temp_url_sig|x-(?:amz|goog)-(?:signature|credential|security-token)'
            r'|awsaccesskeyid|(?:api|access|secret|auth)[_-]?key|passw(?:or)?d|pwd|secret'
            r'|client_secret|api_?key|session|ticket|password|se_sig|hmac)'
            r'=(?P<v>[^\s&\'"<>;#\\]++)'
        ),
    ),
    # InfluxDB.
    family(
        'F5',
        '& ;',
        (r'(?<![\w-])u=[^\s&=]{1,64}+&(?:amp;)?p=(?P<v>[^\s&\'"<>;#\\]++)'),
    ),
    family(
        'F5',
        'key= auth=',
        (r'(?<=[?&;])(?:key|auth)=(?P<v>[^\s&\'"<>;#\\]++)'),
        mixed,
    ),
    # The code of OAuth, not an error code.
    family(
        'F5',
        'code=',
        (r'(?<=[?&;])code=(?P<v>[^\s&\'"<>;#\\]{8,}+)'),
        lambda v: (
            mixed(v)
            and not v.isdigit()
            and not re.fullmatch(r'[A-Z0-9_.-]+|[a-z_.-]+', v)
        ),
    ),
    family(
        'F5',
        'sig= signature=',
        (
            r'(?<![A-Za-z0-9])(?:sig|signature)='
            r'(?P<v>[A-Za-z0-9%+/=_-]{10,}+)'
        ),
        mixed,
    ),
    # AWS: the scope behind it names date, region and service.
    family(
        'F5',
        'credential=',
        (
            r'(?<![A-Za-z0-9])credential='
            r'(?P<v>[A-Za-z0-9+=_-]{10,}+)'
        ),
        mixed,
    ),
    # A hash of a password has commas, at which an argument may end.
    *token.FAMILIES,
    *sql.FAMILIES,
)
# Behind the names, which know better where a value ends.
BEHIND = (
    family(
        'F16',
        '<',
        (
            r'<\w{1,20}(?:\s(?:name|key|id)=' + QUOTE + r')?>?[\w.-]{0,40}?'
            r'(?:pass(?:word|phrase|wd)|secret|token|credential|api_?key|community)'
            r'[\w.-]{0,20}+(?:'
            + QUOTE
            + r'[^<>\n]{0,60}>(?>\s{0,40}+<value>|)'
            r'|</(?:key|name)>(?>(?:\s{0,40}+<\w{1,20}>){1,3}))'
            r'(?P<v>[^<>\s][^<]{0,4096}+)'
        ),
    ),
    family(
        'F1',
        '%',
        (
            r'(?:pass(?:word|phrase|wd)|secret|token|key)\w{0,20}+'
            r'(?>\s{0,4}+[:=]|\sis|)\s{0,4}+%[sr][^\n%]{0,80}?["\']'
            r'\s{0,4}+%\s{0,4}+\(?+' + QUOTED
        ),
    ),
    family(
        'F1',
        'password( passwd( passwords(',
        (
            r'(?:set|change|reset)_?(?:[a-z]{1,12}_?)?passw(?:or)?ds?\('
            r'(?>(?:[^()"\'\n]{0,60}+'
            + QUOTE
            + r'\x00++'
            + QUOTE
            + r'){0,4})[^()"\'\n]{0,60}+'
            + QUOTED
        ),
    ),
    family(
        'F1',
        ('" "', "' '", '" +', "' +", '" \'', '\' "'),
        (
            r'(?:passw(?:or)?d|passphrase|secret|token)[:= ]{1,4}+'
            + QUOTE
            + r'\s{1,4}+(?>\+\s{1,4}+|)'
            + QUOTED
        ),
    ),
    family(
        'F1',
        'compare_digest hmac.new jwt. fernet(',
        (
            r'(?:compare_digest|hmac\.new|jwt\.(?:en|de)code|fernet)\('
            r'[^()"\'\n]{0,60}?' + PREFIX + QUOTED
        ),
    ),
    # A call that authenticates: the literal behind the user name.
    family(
        'F1',
        ("')", '")'),
        (
            r'(?:(?:login|auth|credentials?|passw(?:or)?d|bind|chap)\w{0,24}\('
            r'[^()\n,]{1,80},|(?:connect\w{0,16}|construct|PDO|Handler|SMTP|FTP'
            r'|Conn)\((?>(?:[^()\n,]{1,80},){2,4}))'
            r'\s{0,4}+' + PREFIX + QUOTED + r'(?P=q)\s{0,4}\)'
        ),
        words.may_be_password,
    ),
    # A DSN or a host, a user, and then a literal.
    family(
        'F1',
        'mysql_connect( mysqli_connect( pg_connect( odbc_connect( oci_connect('
        ' mysql_pconnect( pg_pconnect( imap_open( mysqli( pdo->__construct('
        ' pdo::__construct(',
        (
            r'(?:(?:mysqli?|pg|odbc|oci|ocilogon)_p?connect|imap_open|mysqli'
            r'|PDO(?:->|::)__construct)\((?>'
            + QUOTE
            + r'[^"\'\n]{0,200}+'
            + QUOTE
            + r'\s{0,4}+,\s{0,4}+'
            + QUOTE
            + r'[^"\'\n]{1,64}+'
            + QUOTE
            + r'\s{0,4}+,\s{0,4}+)'
            + QUOTED
        ),
        words.may_be_password,
    ),
    # What a value was changed to, in a list of differences.
    family(
        'F1',
        ('->', '=>', '\u2192', ' old value ', ' new value '),
        (
            r'\x00["\'],?\s{0,4}+(?:->|=>|\u2192|(?:old|new)\svalue)\s{0,4}+'
            + QUOTED
        ),
    ),
    # A literal behind the name of an administrator's account.
    family(
        'F1',
        tuple(
            f'{name}{quote},'
            for quote in '"\''
            for name in (
                'root',
                'admin',
                'administrator',
                'sa',
                'sys',
                'system',
                'postgres',
                'superuser',
                'sysadmin',
            )
        ),
        (
            r'(?<=["\'])(?:root|admin|administrator|sa|sys|system|postgres'
            r'|superuser|sysadmin)["\'],\s{0,4}+' + PREFIX + QUOTED + r'(?P=q)'
        ),
        lambda value: words.is_strong(value) or words.is_signed(value),
    ),
    # The value in a sentence before what it is.
    family(
        'F1',
        (
            ' as the ',
            ' as my ',
            ' as your ',
            ' as its ',
            ' as admin ',
            ' as root ',
            ' as password',
            ' as passphrase',
            ' as token',
            ' as a password',
        ),
        (
            r'(?<![^\s"\'])(?P<v>[^\s"\',]{6,128}+)["\']?\sas\s'
            r'(?:(?:the|my|your|its|a)\s)?(?:\w{1,12}\s)?'
            r'(?:pass(?:word|phrase)|token)'
        ),
        words.may_be_password,
    ),
    # The name behind the value.
    family(
        'F1',
        ('value=', 'value =', 'value:', 'value":', "value':", 'inline_string'),
        (
            r'(?<![\w-])(?:value|inline_string)["\']?\s{0,4}+[:=]\s{0,4}+'
            + QUOTED
            + r'(?P=q)[\s,;]{1,8}["\']?(?:name|key)["\']?'
            r'\s{0,4}[:=]\s{0,4}["\']?'
            r'[\w.-]{0,40}?(?:passw(?:or)?d|secret|token|api_?key)(?:["\'\s,}]|$)'
        ),
    ),
    # A request of Keystone for a token by a token.
    family(
        'F1',
        ('token"', "token'", 'token`'),
        (
            r'token'
            + QUOTE
            + r':\s{0,40}+\{[^{}]{0,200}?'
            + QUOTE
            + 'id'
            + QUOTE
            + r':\s{0,40}+'
            + QUOTED
        ),
    ),
    family(
        'F6',
        'set_password',
        (r'(?<!\w)set_password\s{1,4}+(?:vnc|spice)\s{1,4}+(?P<v>\S++)'),
    ),
    family(
        'F1',
        ('auth', 'login(', 'login ('),
        (
            r'(?:(?<!\w)login[ ]?\(|auth(?:["\']?\s{0,4}+[=:]\s{0,4}+\(|\())'
            r'\s{0,4}+'
            + QUOTE
            + r'[^"\'\n\\]{0,64}+'
            + QUOTE
            + r'\s{0,4}+,\s{0,4}+'
            + PREFIX
            + QUOTED
        ),
    ),
    family('F16', '<token', r'<token\s{1,4}+id=' + QUOTED),
    family(
        'F16',
        'value=',
        (
            r'<[\w:.-]{0,40}?(?:passw(?:or)?d|passphrase|secret|token|community)'
            r'[\w.-]{0,20}+\s(?:[^<>]{0,200}?\s)?value=' + QUOTED
        ),
    ),
    family(
        'F1',
        'list:',
        (
            r'list:[ \t]{0,8}+(?>[|>][+-]?|)'
            r'(?P<v>(?>(?:[ \t]{0,4}+\n[ \t]{0,40}+(?:- )?'
            r'[\w.-]{1,64}+:[^\s:]{1,256}+(?=\s|$)){1,100}))'
        ),
    ),
    family(
        'F1',
        'value:',
        (
            r'(?:attribute|field|parameter)[^\n]{0,40}?(?:pass|secret|token|key)'
            r'[\w.-]{0,20}+[^\n]{0,12}?Value:\s{1,4}+'
            r'(?!(?:None|True|False|[0-9]{1,6})(?:[.]\s|$|\n))(?P<v>[^\n]{0,1023}[^\n"\'])'
        ),
    ),
)
