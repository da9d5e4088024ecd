# SPDX-License-Identifier: Apache-2.0

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from oslotest import base

from nova_actions.sanitize import index
from nova_actions.sanitize import rules

#: Everything that is looked for, by what built the rules.
GUARDS = tuple(
    dict.fromkeys(guard for each in rules.FAMILIES for guard in each.guards)
)
TEXTS = st.lists(
    st.sampled_from(GUARDS)
    | st.sampled_from([' ', '\n', 'x', '"', "'", '-', '(', 'İ', 'ü', '\u017f'])
    | st.text(max_size=4),
    max_size=12,
).map(''.join)


class IndexTest(base.BaseTestCase):
    @settings(max_examples=300, deadline=None)
    @given(TEXTS)
    def test_what_occurs_is_found_and_nothing_else(self, text):
        one = index.Index(text)
        expected = {each: one.text.find(each) for each in GUARDS}
        found = dict(one.firsts(GUARDS))
        for guard, at in expected.items():
            self.assertEqual(at, found.get(guard, -1), guard)
            self.assertEqual(at >= 0, one.has(guard), guard)

    @settings(max_examples=200, deadline=None)
    @given(TEXTS)
    def test_a_place_is_one_in_the_text(self, text):
        one = index.Index(text)
        self.assertEqual(len(text), len(one.text))
        places = one.places(GUARDS)
        self.assertEqual(sorted(places), places)
        for start, end in places:
            self.assertIn(one.text[start:end], GUARDS)
