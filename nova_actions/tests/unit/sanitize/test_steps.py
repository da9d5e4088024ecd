# SPDX-License-Identifier: Apache-2.0
"""Every family takes linear time on what is worst for it."""

import contextlib
import dataclasses

from oslotest import base

from nova_actions.sanitize import column
from nova_actions.sanitize import credentials
from nova_actions.sanitize import index
from nova_actions.sanitize import keys
from nova_actions.sanitize import line
from nova_actions.sanitize import listed
from nova_actions.sanitize import names
from nova_actions.sanitize import naming
from nova_actions.sanitize import oslo
from nova_actions.sanitize import pem
from nova_actions.sanitize import prefix
from nova_actions.sanitize import rules
from nova_actions.sanitize import sql
from nova_actions.sanitize import text
from nova_actions.sanitize import token
from nova_actions.sanitize import view
from nova_actions.sanitize import words
from nova_actions.sanitize import xml
from nova_actions.tests.unit.sanitize import planted
from nova_actions.tests.unit.sanitize import steps

#: What each family begins with, over and over, and never ends.
WORST = {
    'F1': (
        'password',
        'pass',
        'password=',
        'password="',
        "token: '",
        'password=\\"',
        'password \t',
        'secret=[',
        'x_',
        'pass pass ',
        'token of a ',
        'password: |\n ',
        'list: |\n',
        'list: |\n a:b\n',
        'field pass Value:',
        'attribute ',
        '=',
        '":"',
        'key\\',
        'password for a ',
        'token on a b c is ',
        'secret set to ',
        'key,value',
        'password [',
        "set('password', '",
        'kek = ',
        'password=%s" % ',
        'set_password(a, ',
        'password: Final[a',
        'password=f("',
        'auth=("a", ',
        'auth(',
        'token value ',
        'snmp-server community ',
        'passwords: ["',
        "passwords: ['a', ",
        'token": {',
        'token": {"id": ',
        'secret " + "',
        'set_password("\x00\x00", ',
        'secret access key ',
        'password  ',
        'otpassword',
        'password: |\n\x1c ',
        'list: |\n\x1c a:b\n\x1c',
        'key=\\\\',
    ),
    'F2': (
        'x-auth-',
        'x-auth-token',
        'x-auth-token:',
        'authorization',
        'authorization: ',
        'authorization="',
        'cookie: ',
        'cookie="a',
        'digest a="b", ',
        'hmac a',
        'x-a: ',
        '"cookie: ',
        'authorization: "a" ',
    ),
    'F3': ('bearer ', 'basic', 'token ', 'bearer%20', 'digest a-'),
    'F4': (
        '://',
        '://a:',
        '://a:b',
        '://a:b@',
        '://a',
        'http:/',
        ',a:b',
        '://a:b/c',
        ':\\/\\/a:',
        ':\\/\\/a:b',
        '%3a%2f%2fa:',
        '%3a%2f%2fa%3ab',
        'a:b@c',
        'netloc="a:b@c',
        'a:',
    ),
    'F5': (
        '?token',
        '&sig=',
        '?a',
        '&a_',
        '%3Fsig%3D',
        '&amp;',
        ';key',
        'sig=',
        'a-',
        'password%22',
        'token%22%3A%22',
        '%22',
    ),
    'F6': (
        'ipmitool ',
        'sshpass -',
        'curl ',
        'curl -u ',
        'mysql ',
        'mysql-p',
        'redis-cli ',
        'ldapsearch ',
        'snmpwalk ',
        'ncftp ',
        'docker ',
        'smbclient ',
        'xfreerdp ',
        'secret-set-value ',
        '--password ',
        "'--password', ",
        'iscsiadm -n a',
        'iscsiadm auth.password -v ',
        '7z -',
        'zip -P',
        'openssl -k',
        'rabbitmqctl add_user ',
        'htpasswd -b ',
        'echo a ',
        'echo ',
        'kinit <<<',
        'kinit ',
        'object secret ',
        'qom-type secret data',
        'rbd:',
        'rbd:a:key=',
        'htpasswd -nb ',
        'az login ',
        'secret store -p',
        'set_password vnc ',
        'ssh-keygen -N',
        'ipmitool -P a,',
        'rootpw ',
        'ceph --key ',
        'net ads %',
        '-P \x00\x00 ',
        '-u a ',
        '-u a -p ',
        '-p a ',
        'net user a ',
        'ConvertTo-SecureString ',
        'user=a%',
        '-u',
        'vault a secret_id=',
        'nvme -S ',
        'wpa_passphrase a ',
    ),
    'F8': ('eyJ', 'eyJa.', 'eyJaaaaaaaaaa.', 'eyJ-', 'eyJaaaaaaaaaaa.a\n'),
    'F9': ('gAAAA', 'gAAAAaaaaaaaaaaaaaaaaaaa\n', 'gAAAA-'),
    'F10': (
        'AKIA',
        'ghp_',
        'sk-',
        'sk-a-',
        'SG.',
        'SG.aaaaaaaaaaaa.',
        'hvs.',
        'xoxb-',
        'atlasv1.',
        'tskey-',
        '%20',
        'AccountKey=',
        'aws ',
        'aws a',
        's.',
        'key-',
    ),
    'F11': ('AQ', 'AQA', 'AQ+='),
    'F12': ('*A', '*' + 'A' * 40, '$1$', '$6$a', '$argon2', '{ssha}', '$'),
    'F13': ('a', 'A0', 'Aa0+', 'a/', 'A' * 64 + '\n', '-', '\\n'),
    'F15': (
        'identified by ',
        'identified with a',
        "identified by '",
        'PASSWORD(',
        'PASSWORD("',
        '"',
    ),
    'sql': (
        ') values (',
        '(password) values (',
        "(password) values ('",
        '(password,a) values (a, ',
        ') values ',
        '(password)',
        "(password) values ('a', 'b'), ",
        '((',
        '(a, (',
        '[parameters: (',
        '[parameters: ((',
        '[parameters: (a(',
        '[p',
        "[parameters: [('a'), ('",
        "password=%(a)s [parameters: {'a': '",
        'password = :a ',
        '[parameters: password=:a "a": "',
    ),
    'F17': (
        'auth ',
        'auth plain ',
        'authenticate ',
        'a1 LOGIN a ',
        'PASS ',
        'AUTH ',
        'AUTH a ',
        'auth\n$1\n',
        'requirepass ',
        'setuser a ',
        'user a >',
        'jdbc:oracle:thin:a/',
        'rocommunity ',
        'com2sec a a ',
        'createuser a MD5 ',
        'createuser a AES ',
        'v3 auth md5 ',
        'v3 a ',
        'priv aes ',
        'radius a key ',
        'radius ',
        'CHAP a ',
        'CHAP aaaaaaa',
        'chap-secret ',
        'incominguser a ',
        'user set password 1 ',
        '/token/',
        '/token/a1',
        '/v3/tokens/',
        'key(',
        'key(a, key=',
        'payload: "',
        'payload": "a" payload_content',
        'payload=',
        'payload_content ',
        'apop a ',
    ),
    'F18': ('a', 'a ', 'a:', "'", '0', '1 a ', '-a '),
    'F16': (
        '<password',
        '<password ',
        '<a name="password">',
        '<a name="',
        '<key>password</key>',
        '<token><value>',
        '<a pass',
        '<a:',
        '<pass<',
        '<secret ',
        '<secret value=',
        '<secret a value="',
        'secret value=',
        '<a>',
        '<token>',
        '<password>a',
        '<aaaaaaaaaa',
    ),
    'F19': (
        'a,password\n',
        'password|',
        'password\t',
        'a  token\n',
        'a;password\n1;b7cdefg\n',
        '|password|\n|',
        'password  ',
        'password,a\n\n',
    ),
    'F7': (
        '-----BEGIN PRIVATE KEY-----',
        '-----BEGIN A',
        '-----',
        '-',
        '-----END PRIVATE KEY-----',
        '-----BEGIN PRIVATE KEY-----a\n',
        '-----BEGIN PRIVATE KEY-----' + 'A' * 40 + '\n',
        'PuTTY-User',
    ),
}
#: What texts are escaped with, wrapped at, and logged behind.
VIEWS = (
    '\\',
    '\\n',
    '\\\\n',
    '\\x',
    '\\x1b[0',
    '\\u00fca',
    'a',
    '\n',
    '\\' * 99 + 'n',
    '%22',
    '%',
    '+',
    '%22+',
    '&quot;',
    '&#',
    '&',
    'ERROR a\n',
    '10:00 a b\n',
    '2026-01-05 10:00:01 a ',
    '\n2026-01-05 10:00:01 a b',
    '\nJan  5 10:00:01 a b',
    "['a', ",
    "cmd ['-a',",
    '("a",\n',
    '[ ',
    '\na/b.c:1:',
    '\n> ',
    '\n+',
    'a' * 60 + '1\n',
    '> \n',
    '\\xe5\\x80',
    '"\\n',
)
LENGTH = 240
#: Linear is 2; a bound within a pattern shows as a little more, a square as 4.
MOST = 2.6


def everywhere(family):
    """Return a family that is tried everywhere."""
    return dataclasses.replace(family, guards=())


def counting(family):
    """Return a family that is tried everywhere, and counts its steps."""
    counted = everywhere(family)
    # Where a cached property keeps its value.
    vars(counted)['pattern'] = steps.pattern_of(family.pattern)
    return counted


def spans_of(rule, value):
    return list(rule.spans(value, index.Index(value)))


class StepsTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        with contextlib.ExitStack() as stack:
            self.count = stack.enter_context(
                steps.counting(
                    column,
                    credentials,
                    index,
                    keys,
                    listed,
                    names,
                    naming,
                    oslo,
                    pem,
                    prefix,
                    sql,
                    text,
                    token,
                    view,
                    words,
                    xml,
                )
            )
            self.addCleanup(stack.pop_all().close)

    def _family_grows(self, family, seed, length=LENGTH):
        counted, uncounted = counting(family), everywhere(family)
        self._grows(
            lambda value: spans_of(counted, value),
            seed,
            family.label,
            length,
            lambda value: spans_of(uncounted, value),
        )

    def _grows(self, run, seed, label, length=LENGTH, run_uncounted=None):
        counts = []
        for size in (length, 2 * length):
            value = (seed * (size // len(seed) + 1))[:size]
            # Names are remembered: what one costs once is no growth.
            (run_uncounted or run)(value)
            counts.append(self.count(run, value))
        ratio = counts[1] / max(counts[0], 1)
        self.assertLess(ratio, MOST, f'{label} on {seed!r}: {counts}')

    def test_families(self):
        for family in rules.FAMILIES:
            for seed in WORST[family.label]:
                self._family_grows(
                    family, seed, 400 if family.label == 'F4' else LENGTH
                )

    def test_lines(self):
        """Each of what leads to a value, over and over."""
        for family in line.FAMILIES:
            for guard in family.guards[:4]:
                for seed in (guard, f'{guard} a ', f'{guard}:a1'):
                    self._family_grows(family, seed)

    def test_keys(self):
        for seed in (*WORST['F1'], *WORST['F6'], '\\"', 'a', '-', "','"):
            self._grows(lambda value: spans_of(keys, value), seed, 'F1')

    def test_private_keys(self):
        for seed in WORST['F7']:
            self._grows(lambda value: spans_of(pem, value), seed, 'F7')
        for length in (24, LENGTH):
            for seed in ('A', 'AAAA\\n', 'A ', '\\', ' '):
                self._grows(
                    lambda value: spans_of(
                        pem,
                        f'{value}|-----END PRIVATE KEY--'
                        f'---{value}\\-----END PRIVATE KEY-----',
                    ),
                    seed,
                    'F7',
                    length,
                )

    def test_modules(self):
        for module, label in (
            (sql, 'sql'),
            (xml, 'F16'),
            (token, 'F10'),
            (credentials, 'F2'),
            (column, 'F19'),
        ):
            for seed in WORST[label]:
                self._grows(
                    lambda value, module=module: spans_of(module, value),
                    seed,
                    label,
                )

    def test_oslo(self):
        for seed in (*WORST['F1'], *WORST['F6'], '--password', '--token_'):
            self._grows(
                lambda value: oslo.may_find(value, index.Index(value)),
                seed,
                'F14',
                120,
            )

    def test_views(self):
        for seed in VIEWS:
            self._grows(view.of, seed, 'view')

    def test_every_family_has_its_worst(self):
        self.assertEqual(
            {family.label for family in rules.FAMILIES} | {'F7', 'F19', 'sql'},
            set(WORST),
        )


class MatcherTest(base.BaseTestCase):
    def test_it_matches_as_re_does(self):
        make = planted.Maker(7)
        texts = [
            one
            for source in (
                planted.headers,
                planted.urls,
                planted.vendor,
                planted.commands,
            )
            for one, _secret in source(make)
        ][::47]
        for family in rules.FAMILIES:
            counted = counting(family)
            plain = everywhere(family)
            for one in texts:
                one = one[:300]
                self.assertEqual(
                    spans_of(plain, one), spans_of(counted, one), family.regex
                )

    def test_it_sees_a_square(self):
        import re

        pattern = steps.pattern_of(re.compile(r'a*b'))
        counts = []
        for size in (200, 400):
            steps.Pattern.steps = 0
            pattern.search('a' * size)
            counts.append(steps.Pattern.steps)
        self.assertGreater(counts[1] / counts[0], 3.5)
