# SPDX-License-Identifier: Apache-2.0

from oslotest import base

from nova_actions.sanitize import found


class FoundTest(base.BaseTestCase):
    def spans(self, value, text):
        one = found.Found()
        one.add(value)
        self.assertEqual(
            any(one.spans(text)), one.stands_in(text), (value, text)
        )
        return [text[start:end] for start, end, _label in one.spans(text)]

    def test_a_peculiar_value_goes_wherever_it_stands(self):
        for text in ('got Kx9vQ2rT', 'a=Kx9vQ2rT,', '/Kx9vQ2rT/'):
            self.assertEqual(['Kx9vQ2rT'], self.spans('Kx9vQ2rT', text))
        self.assertEqual([], self.spans('Kx9vQ2rT', 'aKx9vQ2rTb'))

    def test_a_word_goes_within_quotes_and_behind_a_colon(self):
        for text in ("'kangaroo'", 'x: kangaroo', 'x: kangaroo\n'):
            self.assertEqual(['kangaroo'], self.spans('kangaroo', text))
        for text in ('an kangaroo here', 'kangaroo: x', '"kangaroo s"'):
            self.assertEqual([], self.spans('kangaroo', text))

    def test_what_is_short_or_code_is_not_remembered(self):
        for value in ('abc', 'None', 'x' * 300, 'a\nb12345'):
            one = found.Found()
            one.add(value)
            self.assertEqual(0, len(one), value)

    def test_no_more_than_so_many(self):
        one = found.Found()
        for number in range(found.MAX_VALUES * 2):
            one.add(f'Kx9vQ2rT{number}')
        self.assertEqual(found.MAX_VALUES, len(one))
