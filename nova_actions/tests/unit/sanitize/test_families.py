# SPDX-License-Identifier: Apache-2.0

from nova_actions.sanitize import families
from nova_actions.sanitize import index
from nova_actions.tests.unit.sanitize import rule


class FamiliesTest(rule.RuleTestCase):
    def values(self, text, *labels):
        blank = index.Index(text)
        return {
            text[start:end]
            for each in (*families.BEFORE, *families.BEHIND)
            if each.label in labels
            for start, end, _label in each.spans(text, blank)
        }

    def test_a_password_in_a_url(self):
        for text in (
            'rabbit://nova:Kx9vQ2rT@h:5672/x',
            'amqp://:Kx9vQ2rT@h',
            'http://u:p@h1:1,v:Kx9vQ2rT@h2:2/',
            'u:Kx9vQ2rT@h:5672',
            'api:kx9vq2rt-kx9vq2rt-kx9vq2rt@mail.example.org',
        ):
            self.assertTrue(
                any('x9v' in each for each in self.values(text, 'F4')), text
            )
        for text in ('https://user@h/x', 'http://h:80/a@b', 'a@b:c'):
            self.assertEqual(set(), self.values(text, 'F4'), text)

    def test_cookies(self):
        """A session, and no choice of language or colours."""
        for text in (
            'Cookie: sid=Kx9vQ2rT; Path=/',
            'Set-Cookie: theme=dark; session=abcdef',
            'Cookie: JSESSIONID=A1B2C3D4E5F6',
        ):
            self.assertNotEqual(set(), self.values(text, 'F2'), text)
        for text in (
            'Set-Cookie: lang=en; Path=/',
            'Cookie: theme=dark',
            'Set-Cookie: header',
        ):
            self.assertEqual(set(), self.values(text, 'F2'), text)

    def test_a_value_within_a_literal_ends_with_it(self):
        text = '"Invalid input for attribute adminPass. Value: Kx9vQ2rT"'
        self.assertEqual({'Kx9vQ2rT'}, self.values(text, 'F1'))
