# SPDX-License-Identifier: Apache-2.0

from nova_actions.sanitize import family
from nova_actions.sanitize import index
from nova_actions.sanitize import text as _text
from nova_actions.tests.unit.sanitize import rule

# Guards are known before texts are read: take those of the rules.
WORDS = family.Family('F1', ('password',), r'password (?P<v>\w{1,9})')


class FamilyTest(rule.RuleTestCase):
    def test_lines_with_a_guard_only(self):
        self.assertEqual(
            ['a', 'b'], self.found(WORDS, 'password a\nx\npassword b')
        )
        self.assertEqual([], self.found(WORDS, 'pass word a'))

    def test_what_is_masked_or_cut_is_left_alone(self):
        for text in (
            f'password {_text.FILL * 3}',
            f'password {_text.CUT}',
            'password [REDACTED:F1]',
        ):
            self.assertEqual([], self.found(WORDS, text))

    def test_what_stands_before_may_excuse_it(self):
        excused = family.Family(
            'F1', ('password',), WORDS.regex, unless=r'no \Z'
        )
        text = 'x password a'
        self.assertEqual(['a'], self.found(excused, text))
        excused = family.Family('F1', ('password',), WORDS.regex, unless='no ')
        self.assertEqual([], self.found(excused, 'no password a'))

    def test_a_group_keeps_its_order(self):
        first, second = (
            family.Family('F2', (word,), rf'{word} (?P<v>\w{{1,9}})')
            for word in ('cookie', 'authorization')
        )
        group = family.Group((first, second))
        for text, expected in (
            ('authorization a cookie b', [first, second]),
            ('cookie a', [first]),
            ('nothing', []),
        ):
            self.assertEqual(
                expected, list(group.that_may_find(index.Index(text)))
            )
