# SPDX-License-Identifier: Apache-2.0

from nova_actions.sanitize import token
from nova_actions.tests.unit.sanitize import planted
from nova_actions.tests.unit.sanitize import rule


class TokenTest(rule.RuleTestCase):
    def test_in_whatever_surroundings(self):
        value = 'gh' + 'p_' + planted.Maker(9).some(planted.WORD, 36)
        for around in ('%s', 'a %s b', "'%s'", 'x=%s&y', 'ü%s', '/%s/', '%s,'):
            text = around % value
            self.assertEqual([value], self.found(token, text), text)

    def test_none_is_found_within_a_word(self):
        value = 'gh' + 'p_' + planted.Maker(9).some(planted.WORD, 36)
        for text in ('a' + value, '_' + value, value[:20]):
            self.assertEqual([], self.found(token, text), text)

    def test_names_of_files_and_packages(self):
        for text in (
            '/usr/lib/python3/dist-packages/nova/compute/manager.py',
            'sk-learn hf_hub npm_config xoxo glpat',
            'req-0c3a4b8e-7a61-4d5b-9f0c-2d1e3f4a5b6c',
        ):
            self.assertEqual([], self.found(token, text), text)
