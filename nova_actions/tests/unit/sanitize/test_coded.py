# SPDX-License-Identifier: Apache-2.0

from nova_actions.sanitize import coded
from nova_actions.tests.unit.sanitize import planted
from nova_actions.tests.unit.sanitize import rule


class CodedTest(rule.RuleTestCase):
    def test_what_is_long(self):
        value = planted.Maker(3).base64(300)
        self.assertEqual([value], self.found(coded, f'data={value} end'))
        self.assertEqual([], self.found(coded, 'a' * 400))

    def test_lines_of_it(self):
        value = planted.Maker(4).base64(300)
        rows = '\n'.join(value[at : at + 64] for at in range(0, 400, 64))
        self.assertEqual([rows], self.found(coded, f'x\n{rows}\n'))
        self.assertEqual([], self.found(coded, 'x\n' + rows[:60]))
