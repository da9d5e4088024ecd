# SPDX-License-Identifier: Apache-2.0

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from oslotest import base

from nova_actions import sanitize
from nova_actions.sanitize import index
from nova_actions.sanitize import keys
from nova_actions.tests.unit.sanitize import planted

SECRET = 'Kx9vQ2rT7w'


def found(text):
    spans, _harmless = keys.spans(text, index.Index(text))
    return [text[start:end] for start, end, _label in spans]


class KeysTest(base.BaseTestCase):
    @settings(max_examples=300, deadline=None)
    @given(
        st.sampled_from(planted.KEYS),
        st.sampled_from(
            [
                '%k=%s',
                '%k: %s',
                "'%k': '%s'",
                '"%k":"%s"',
                '%k => %s',
                "('%k', '%s')",
                'f(%k="%s")',
                '--%k %s',
            ]
        ),
        st.sampled_from(['', 'x ', '\n', '{', 'a=b, ']),
        st.sampled_from(['', '\n', ', x=1', '}']),
    )
    def test_behind_each_name(self, key, shape, before, behind):
        text = shape.replace('%k', key).replace('%s', SECRET)
        self.assertEqual([SECRET], found(before + text + behind))

    def test_what_is_none(self):
        for text in (
            'password=None',
            'password=***',
            'token = <redacted>',
            'self.token = self._get_token(x)',
            'key_name=mykey',
            'secret_ref=http://b/v1/x',
            'if not secret: raise Denied()',
            'PASS: test_create_server (0.1s)',
            'auth.existingSecret=pg-credentials',
            'tokenReviewer: TokenReview status',
            'monkey: banana',
        ):
            self.assertEqual([], found(text), text)

    def test_a_literal_that_ends_with_a_name(self):
        """Its quote opens no value on the next line."""
        for quote in '"\'':
            for before in ('', 'x ', 'user=a '):
                text = (
                    f'{quote}{before}password={quote}\n'
                    f'token = {quote}{SECRET}{quote}'
                )
                self.assertEqual([SECRET], found(text), text)
        text = (
            "AssertionError: 'password=Kx9vQ2rT' != 'password='\n"
            f"Caused by E: ALTER LOGIN sa WITH PASSWORD = '{SECRET}'"
        )
        self.assertNotIn(SECRET, sanitize.Sanitizer().text(text, 999).text)

    def test_a_quoted_value_with_whatever_is_in_it(self):
        for middle in ("''", '\\"', ', ', '\n', ' ', '}', 'ü'):
            value = f'Kx9{middle}vQ2'
            self.assertEqual([value], found(f"password='{value}'"))
