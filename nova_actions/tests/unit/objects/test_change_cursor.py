# SPDX-License-Identifier: Apache-2.0

import hypothesis
from hypothesis import strategies as st
from oslotest import base

from nova_actions import exception
from nova_actions.objects import change_cursor

KEY = b'k' * 32
numbers = st.integers(0, 2**63 - 1)


class CursorTest(base.BaseTestCase):
    @hypothesis.given(numbers)
    def test_it_holds_a_number(self, number):
        self.assertEqual(
            number, change_cursor.unpack(KEY, change_cursor.pack(KEY, number))
        )

    @hypothesis.given(numbers)
    def test_no_option_begins_like_it(self, number):
        for _ in range(100):
            self.assertNotIn(change_cursor.pack(KEY, number)[0], '-_')

    @hypothesis.given(numbers)
    def test_no_two_are_alike(self, number):
        one, other = (change_cursor.pack(KEY, number) for _ in range(2))
        self.assertNotEqual(one, other)
        self.assertEqual(len(one), len(change_cursor.pack(KEY, 0)))

    @hypothesis.given(numbers, st.data())
    def test_what_is_changed_is_refused(self, number, data):
        text = change_cursor.pack(KEY, number)
        place = data.draw(st.integers(0, len(text) - 2))
        other = data.draw(st.sampled_from('abcXYZ019-_'))
        hypothesis.assume(text[place] != other)
        self.check_refused(text[:place] + other + text[place + 1 :])
        self.check_refused(change_cursor.pack(b'other', number))

    @hypothesis.given(st.text())
    def test_any_text_is_refused(self, text):
        self.check_refused(text)

    def check_refused(self, text):
        error = self.assertRaises(
            exception.InvalidInput, change_cursor.unpack, KEY, text
        )
        self.assertIn('after', error.format_message())
