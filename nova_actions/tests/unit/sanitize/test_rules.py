# SPDX-License-Identifier: Apache-2.0

from oslotest import base

from nova_actions.sanitize import rules

SECRET = 'Kx9vQ2rT7w'


class RulesTest(base.BaseTestCase):
    def test_what_was_found_goes_in_the_next_text_too(self):
        each = rules.Rules()
        self.assertEqual('see ' + SECRET, each.mask('see ' + SECRET))
        self.assertNotIn(SECRET, each.mask('password=' + SECRET))
        self.assertEqual('see [REDACTED:F0]', each.mask('see ' + SECRET))

    def test_words_around_it_stay(self):
        for text in (
            'a password=@ b',
            '{"password": "@", "id": 4}',
            'mysql://u:@@h/db',
            'x &quot;password&quot;: &quot;@&quot; y',
            r'x \"password\": \"@\" y',
        ):
            masked = rules.Rules().mask(text.replace('@', SECRET, 1))
            mark = masked[masked.index('[') : masked.index(']') + 1]
            self.assertEqual(text.replace('@', mark, 1), masked)

    def test_more_names_than_are_looked_at(self):
        text = 'x token\n' * (rules.MAX_NAMES + 9)
        self.assertTrue(rules.Rules().mask(text).endswith('[REDACTED:F99]'))

    def test_names_in_what_it_was_before_count_too(self):
        most = rules.MAX_NAMES
        for seed, each in (
            ('x token\\n', 2),
            ('%74oken ', 1),
            ('%2574oken ', 1),
        ):
            fewer = seed * (most // each - 9)
            self.assertEqual(fewer, rules.Rules().mask(fewer))
            more = seed * (most // each + 9)
            masked = rules.Rules().mask(more)
            self.assertTrue(masked.endswith('[REDACTED:F99]'), masked[-80:])
            self.assertGreater(len(masked), len(more) // 2)
            self.assertEqual(masked, rules.Rules().mask(masked))
