# SPDX-License-Identifier: Apache-2.0

import json

from detect_secrets import settings
from detect_secrets.core import scan
from hypothesis import given
from hypothesis import settings as speed
from hypothesis import strategies as st
from oslo_config import cfg
from oslotest import base

from nova_actions import sanitize
from nova_actions.sanitize import text as _text
from nova_actions.tests import FULL
from nova_actions.tests.unit.sanitize import harmless
from nova_actions.tests.unit.sanitize import messages
from nova_actions.tests.unit.sanitize import planted
from nova_actions.tests.unit.sanitize import wild

SEED = 20261125
LARGE = 1 << 20
PARTS = st.sampled_from(
    [
        'password',
        '=',
        ': ',
        '"',
        "'",
        '\\',
        ' ',
        '\n',
        'token',
        'abc123',
        ',',
        '[',
        ']',
        '(',
        ')',
        '{',
        '}',
        '://',
        'u:p@h',
        '&',
        '<secret>',
        '</secret>',
        '[REDACTED:F1]',
        '[... 12 bytes cut ...]',
        '[REDACTED:',
        'Bearer ',
        'Authorization',
        'Cookie',
        '-----BEGIN PRIVATE KEY-----',
        '-----END PRIVATE KEY-----',
        'A' * 64,
        'eyJ' + 'a' * 20,
        '--password ',
        'is',
        '|',
        'None',
        '\x00',
        '\ud800',
        'ü',
        'list:',
        'x-auth-token',
        '$6$',
    ]
)

#: What a placeholder is made of, beside what asks for one.
FORGED = st.sampled_from(
    [
        'PW=',
        'password: ',
        'token=',
        '"',
        "'",
        '\n',
        '\\n',
        ' ',
        '\\',
        '[',
        ']',
        'REDACTED:F1',
        '[REDACTED:F1]',
        '[REDACTED:F0]',
        '[REDACTED:F',
        'D:F0]',
        'F1]',
        'REDACTE',
        '[... 12 bytes cut ...]',
        '0 bytes cut',
        'a1b2C3',
        'Kx9',
        '://u:',
        '@h ',
    ]
)

#: How a text comes to stand in another one.
WRAPPED = (
    repr,
    json.dumps,
    lambda one: repr(repr(one)),
    lambda one: json.dumps(json.dumps(one)),
    lambda one: f'    raise X({one!r})\n',
)


def everything(seed):
    make = planted.Maker(seed)
    yield from planted.everything(seed)
    for family in wild.FAMILIES:
        yield from family(make)


class Hostile:
    def __str__(self):
        raise RuntimeError('no')


class SecretsTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.sanitizer = sanitize.Sanitizer()

    def test_no_planted_secret_survives(self):
        for one, secret in everything(SEED):
            result = self.sanitizer.text(one, LARGE)
            self.assertNotIn(secret, result.text, one)
            self.assertGreater(result.redactions, 0)
            self.assertNotIn('F99', result.text, one)

    def test_no_planted_secret_survives_in_a_literal(self):
        """Each in two ways of them all, or in all of them."""
        for number, (one, secret) in enumerate(everything(SEED)):
            first = number % len(WRAPPED)
            ways = (WRAPPED * 2)[first:]
            for wrap in ways[: len(WRAPPED) if FULL else 2]:
                wrapped = wrap(one)
                result = self.sanitizer.text(wrapped, LARGE)
                self.assertNotIn(secret, result.text, wrapped)
                self.assertNotIn('F99', result.text, wrapped)
                if number % 10 == 0:
                    self.assertEqual(
                        result, self.sanitizer.text(result.text, LARGE)
                    )

    def test_what_is_escaped_stays_so(self):
        for one in (
            r"'a\nb\tc'",
            r'"\"a\\nb\""',
            r"b'\x00\x1b[0mabc'",
            '"\\u00fcber"',
            'a\\\\\\\nb\n',
            r'C:\new\table',
        ):
            self.assertEqual(one, self.sanitizer.text(one, LARGE).text)
        self.assertEqual(
            r"""'password:\n "[REDACTED:F1]"\n\nhost: a\n'""",
            self.sanitizer.text(
                r"""'password:\n "x1y2z3w4"\n\nhost: a\n'""", LARGE
            ).text,
        )

    def test_again_changes_nothing(self):
        for number, (one, _secret) in enumerate(everything(SEED + 1)):
            if number % 5 == 0:
                result = self.sanitizer.text(one, 300)
                self.assertEqual(result, self.sanitizer.text(result.text, 300))

    def test_no_secret_survives_a_cut(self):
        for number, (one, secret) in enumerate(everything(SEED + 2)):
            if number % 61 == 0:
                for before in (900, 1024, 2040):
                    value = ('word ' * 500)[:before] + one + ' word' * 3000
                    result = self.sanitizer.text(value, 4096)
                    self.assertNotIn(secret, result.text)

    def test_keys_in_one_message(self):
        """One escaped, one in lines: neither hides the other's lines."""
        make = planted.Maker(SEED)
        begin, end = (
            f'-----{word} PRIVATE ' + 'KEY-----' for word in ('BEGIN', 'END')
        )
        for _number in range(8):
            lines = [make.base64(48) for _line in range(8)]
            first = '\n'.join([begin, *lines[:4], end])
            for second in (
                [begin, *lines[4:]],
                [*lines[4:], end],
                [begin, *lines[4:], end],
                [begin, lines[4], lines[5][:30]],
            ):
                second = '\n'.join(second)
                for text in (
                    f'{first!r} x\nCaused by E: {second}',
                    f'E: {second}\nx {first!r}',
                ):
                    safe = self.sanitizer.text(text, LARGE).text
                    for line in (*lines[:5], lines[5][:30]):
                        self.assertNotIn(line, safe, text)

    def test_more_names_than_anybody_reads(self):
        for text in (
            'pass pass \\n' * 1400,
            'x token\n' * 2000,
            'a=keykey' * 2000 + 'password=Kx9vQ2rT',
        ):
            result = self.sanitizer.text(text, LARGE).text
            self.assertTrue(result.endswith('[REDACTED:F99]'))
            self.assertGreater(len(result), 2000)
            self.assertEqual(result, self.sanitizer.text(result, LARGE).text)
        text = 'no token here\n' * 700
        self.assertEqual(text, self.sanitizer.text(text, LARGE).text)

    def test_harmless_text_survives(self):
        lines = harmless.lines()
        self.assertGreater(len(lines), 1000)
        changed = [
            one for one in lines if self.sanitizer.text(one, LARGE).text != one
        ]
        self.assertLess(len(changed) / len(lines), 0.01, changed)

    def test_messages_of_libraries_survive(self):
        texts = messages.messages()
        self.assertGreater(len(texts), 500)
        changed = [
            one for one in texts if self.sanitizer.text(one, LARGE).text != one
        ]
        self.assertLess(len(changed) / len(texts), 0.01, changed)

    def test_letters_that_are_no_word(self):
        """Most passwords of mixed letters, and few names, in prose."""
        make = planted.Maker(SEED)
        letters = planted.WORD[:52]
        for length in (8, 10, 14):
            passed = 0
            for _number in range(500):
                value = make.some(letters, length)
                for shape in (
                    'vnc password {} was refused',
                    'wrong secret {}',
                    'got token {} here',
                ):
                    passed += (
                        value
                        in self.sanitizer.text(shape.format(value), LARGE).text
                    )
            self.assertLess(passed / 1500, 0.18, length)
        self.assertEqual(
            'secret [REDACTED:F1] was refused',
            self.sanitizer.text('secret IQpz@qXqdVp was refused', LARGE).text,
        )
        for name in (
            'PasswordTooLong',
            'InvalidToken',
            'OpenStack',
            'MySQL',
            'PostgreSQL',
            'KeystoneMiddleware',
            'RabbitMQ',
            'HTTPError',
            'LibvirtError',
            'VMware',
            'NoneType',
            'admin@SomeHost',
        ):
            text = f'password {name} was refused'
            self.assertEqual(text, self.sanitizer.text(text, LARGE).text)

    def test_values_in_sql(self):
        for text, safe in (
            (
                "INSERT INTO t (id, password, name) VALUES (7, 'a''b', 'c'),"
                " (8, 'd', 'e')",
                'INSERT INTO t (id, password, name) VALUES (7,'
                " '[REDACTED:F15]', 'c'), (8, '[REDACTED:F15]', 'e')",
            ),
            (
                '[SQL: INSERT INTO t (a, token) VALUES (%(x)s, %(y)s)]\n'
                "[parameters: {'x': 'b', 'y': 'c'}]",
                '[SQL: INSERT INTO t (a, token) VALUES (%(x)s, %(y)s)]\n'
                "[parameters: {'x': 'b', 'y': '[REDACTED:F15]'}]",
            ),
            (
                '[SQL: UPDATE t SET auth_token=%(p)s WHERE t.id = ?]'
                " [parameters: {'p': 'b', 'i': 5}]",
                '[SQL: UPDATE t SET auth_token=%(p)s WHERE t.id = ?]'
                " [parameters: {'p': '[REDACTED:F15]', 'i': 5}]",
            ),
            ("[parameters: ('a', 'b(c')]", '[parameters: [REDACTED:F15]]'),
            (
                "[parameters: [('a', 1), ('b)', 2)]]",
                '[parameters: [[REDACTED:F15], [REDACTED:F15]]]',
            ),
            (
                "ALTER USER u IDENTIFIED WITH p BY 'b'",
                "ALTER USER u IDENTIFIED WITH p BY '[REDACTED:F15]'",
            ),
        ):
            self.assertEqual(safe, self.sanitizer.text(text, LARGE).text)

    def test_detect_secrets_finds_nothing_left(self):
        plugins = [
            'AWSKeyDetector',
            'BasicAuthDetector',
            'GitHubTokenDetector',
            'GitLabTokenDetector',
            'JwtTokenDetector',
            'NpmDetector',
            'OpenAIDetector',
            'PrivateKeyDetector',
            'PypiTokenDetector',
            'SendGridDetector',
            'SlackDetector',
            'StripeDetector',
            'TwilioKeyDetector',
            'AzureStorageKeyDetector',
        ]
        conf = {'plugins_used': [{'name': name} for name in plugins]}
        with settings.transient_settings(conf):
            for one, _secret in planted.vendor(planted.Maker(SEED)):
                safe = self.sanitizer.text(one, LARGE).text
                for line in safe.splitlines():
                    self.assertEqual([], list(scan.scan_line(line)), line)

    def test_the_rule_is_named(self):
        for value, label in (
            ('http://u:pw12345@h/', 'F4'),
            ('password=hunter2hunter2', 'F1'),
            ('X-Auth-Token: abcdef123456', 'F2'),
            ('x --password hunter2', 'F6'),
        ):
            self.assertIn(
                f'[REDACTED:{label}]', self.sanitizer.text(value, 255).text
            )

    def test_tokens_of_vendors_alone(self):
        """Whatever a token begins with lets the text be searched at all."""
        for one in (
            'GOCSPX-' + 'aB3-' * 7,
            's.' + 'aB3' * 8,
            'b.' + 'aB3' * 8,
            'api_org_' + 'aB3' * 8,
            'x%20gAAAA' + 'aB3' * 8,
            '*' + '0A' * 20,
            'tskey-auth-' + 'aB3' * 8,
            'aB3' * 4 + 'xy.atlasv1.' + 'aB3' * 20,
        ):
            self.assertIn('[REDACTED:F', self.sanitizer.text(one, LARGE).text)

    def test_literal_values(self):
        sanitizer = sanitize.Sanitizer(secrets=['s3cr3t value', 'abc'])
        result = sanitizer.text('got s3cr3t value, s3cr3t%20value, abc', 255)
        self.assertEqual('got [REDACTED:F0], [REDACTED:F0], abc', result.text)
        self.assertEqual(2, result.redactions)
        self.assertEqual(
            'x [REDACTED:F0]',
            sanitizer.text('x of-this-call', 255, ['of-this-call']).text,
        )


class ShapeTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.sanitizer = sanitize.Sanitizer()

    def test_none_bytes_and_hostile_objects(self):
        self.assertEqual((None, 0), (self.sanitizer.text(None, 9).text, 0))
        self.assertEqual('a\ufffd', self.sanitizer.text(b'a\xff', 9).text)
        self.assertEqual(
            '<unprintable Hostile>', self.sanitizer.text(Hostile(), 99).text
        )
        self.assertEqual(
            'ab\n\tc\ufffd',
            self.sanitizer.text('a\x00b\n\t\x07c\ud800', 99).text,
        )
        self.assertEqual('ab', self.sanitizer.name('a\n\x1b[31mb'))

    def test_cut(self):
        for char in ('x', 'ü', '\U0001f600'):
            result = self.sanitizer.text(char * 50000, 4096).text
            self.assertLessEqual(len(result.encode()), 4096)
            self.assertGreater(len(result.encode()), 4000)
            mark = _text.CUT_MARK.search(result)
            cut = int(mark[0].split()[1])
            self.assertEqual(
                50000 * len(char.encode()),
                len(result.encode()) - len(mark[0]) + cut,
            )
            self.assertEqual(result, self.sanitizer.text(result, 4096).text)

    def test_placeholders_stay_within_the_limit(self):
        result = self.sanitizer.text('pw=a ' * 800, 4096)
        self.assertLessEqual(len(result.text), 4096)

    @speed(max_examples=80, deadline=None)
    @given(
        st.lists(PARTS | st.text(max_size=5), max_size=25).map(''.join),
        st.integers(0, 300),
    )
    def test_anything(self, value, limit):
        result = self.sanitizer.text(value, limit)
        self.assertLessEqual(len(result.text.encode()), limit)
        self.assertEqual(result, self.sanitizer.text(result.text, limit))
        name = self.sanitizer.name(value)
        self.assertEqual(name, self.sanitizer.name(name))

    @speed(max_examples=200, deadline=None)
    @given(st.lists(FORGED, min_size=2, max_size=14).map(''.join))
    def test_forged_placeholders(self, value):
        result = self.sanitizer.text(value, 4096)
        self.assertEqual(result, self.sanitizer.text(result.text, 4096))
        self.assertNotEqual(sanitize.WITHHELD, result.text)

    def test_a_value_like_a_placeholder(self):
        for value in ('REDACTED:F1', 'D:F1]abc9', '12 bytes cut'):
            text = f'PW="{value}" [REDACTED:F1]abc9 [... 12 bytes cut ...]'
            masked = 'PW="[REDACTED:F1]" [REDACTED:F1]abc9 '
            self.assertEqual(
                masked + '[... 12 bytes cut ...]',
                self.sanitizer.text(text, 4096).text,
            )
            self.assertEqual(
                masked + '[... 12 bytes cut ...]',
                self.sanitizer.text(text, 4096, [value]).text.replace(
                    ':F0', ':F1'
                ),
            )


class PatternTest(base.BaseTestCase):
    def test_good(self):
        sanitizer = sanitize.Sanitizer(extra_patterns=['ACME-[0-9]{4,8}'])
        self.assertEqual(
            'a [REDACTED:FX]', sanitizer.text('a ACME-12345', 99).text
        )

    def test_bad_ones_are_refused_with_a_reason(self):
        for bad, reason in (
            ('(', 'unterminated'),
            ('a+', 'without an upper bound'),
            ('a{3,}', 'without an upper bound'),
            ('', 'empty'),
            ('(a{1,9}){1,9}', 'holds something that varies'),
            ('a{0,999}b{0,999}', 'more than'),
            ('a{0,5}', 'empty'),
            ('a' * 1001, 'longer than'),
        ):
            error = self.assertRaises(
                ValueError, sanitize.Sanitizer, extra_patterns=[bad]
            )
            self.assertIn(reason, str(error))
            self.assertIn(repr(bad[:200]), str(error))


class ConfTest(base.BaseTestCase):
    def _conf(self, patterns=()):
        conf = cfg.ConfigOpts()
        conf.register_opts(
            [
                cfg.ListOpt('patterns'),
                cfg.BoolOpt('source_lines', default=True),
            ],
            'sanitize',
        )
        conf.register_opts(
            [
                cfg.StrOpt('connection', secret=True),
                cfg.StrOpt('plain'),
                cfg.StrOpt('unset'),
            ],
            'database.cell1',
        )
        conf([])
        conf.set_override('patterns', list(patterns), 'sanitize')
        conf.set_override(
            'connection', 'mysql://n:dbsecret77@h/x', 'database.cell1'
        )
        conf.set_override(
            'plain', 'amqp://n:rabbit%21pass@h', 'database.cell1'
        )
        return conf

    def test_secret_options(self):
        sanitizer = sanitize.Sanitizer.from_conf(self._conf())
        self.assertEqual(
            'a [REDACTED:F0] b [REDACTED:F0] n',
            sanitizer.text('a dbsecret77 b rabbit!pass n', 255).text,
        )

    def test_bad_pattern(self):
        self.assertRaises(
            ValueError, sanitize.Sanitizer.from_conf, self._conf(['a+'])
        )
