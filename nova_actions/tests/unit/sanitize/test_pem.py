# SPDX-License-Identifier: Apache-2.0

from nova_actions.sanitize import pem
from nova_actions.tests.unit.sanitize import planted
from nova_actions.tests.unit.sanitize import rule


class PemTest(rule.RuleTestCase):
    def setUp(self):
        super().setUp()
        body = planted.Maker(8).base64(600)
        self.rows = [body[at : at + 64] for at in range(0, len(body), 64)]
        self.begin, self.end = (
            f'-----{word} RSA PRIVATE ' + 'KEY-----'
            for word in ('BEGIN', 'END')
        )
        self.whole = '\n'.join([self.begin, *self.rows, self.end])

    def test_whole(self):
        text = f'a\n{self.whole}\nb'
        self.assertEqual([self.whole], self.found(pem, text))

    def test_cut_anywhere(self):
        """No row stays, whichever end is missing."""
        for at in range(len(self.begin) + 20, len(self.whole) - 30, 97):
            for text in (self.whole[:at], self.whole[at:]):
                left = text
                for secret in self.found(pem, text):
                    left = left.replace(secret, '')
                for row in self.rows:
                    self.assertNotIn(row, left)

    def test_what_is_public(self):
        text = self.whole.replace('RSA PRIVATE', 'PUBLIC')
        self.assertEqual([], self.found(pem, text))
        self.assertEqual([], self.found(pem, 'no private key here'))
