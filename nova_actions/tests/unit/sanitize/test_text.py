# SPDX-License-Identifier: Apache-2.0

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from oslotest import base

from nova_actions.sanitize import text as _text

SPANS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=5
).map(lambda pairs: [(at, at + length, 'F1') for at, length in pairs])


class TextTest(base.BaseTestCase):
    @settings(max_examples=200, deadline=None)
    @given(st.text('ab \nü', min_size=40, max_size=60), SPANS)
    def test_fill_and_mask_agree(self, text, spans):
        filled = _text.fill(text, spans)
        self.assertEqual(len(text), len(filled))
        masked = _text.masked(text, spans)
        rest = ''.join(
            char for char, now in zip(text, filled, strict=True) if char == now
        )
        self.assertEqual(rest, _text.PLACEHOLDER.sub('', masked))

    @settings(max_examples=200, deadline=None)
    @given(st.text(max_size=80), st.integers(0, 200))
    def test_cut(self, text, limit):
        text = _text.clean(text)
        head = _text.head_of(text, limit)
        tail = _text.tail_of(text, limit)
        self.assertTrue(text.startswith(head))
        self.assertTrue(text.endswith(tail))
        for piece in (head, tail):
            self.assertLessEqual(_text.size(piece), limit)

    @settings(max_examples=200, deadline=None)
    @given(st.text(max_size=60))
    def test_clean(self, text):
        once = _text.clean(text)
        self.assertEqual(once, _text.clean(once))
        self.assertFalse(set(once) & set('\x00\x1b\u202e\ufeff'))
        once.encode()
