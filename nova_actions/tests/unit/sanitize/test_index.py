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
        found = one.those_of(GUARDS)
        for guard in GUARDS:
            self.assertEqual(guard in one.text, guard in found, guard)
            self.assertEqual(guard in one.text, one.has(guard), guard)

    @settings(max_examples=200, deadline=None)
    @given(TEXTS, TEXTS)
    def test_pieces_are_those_of_the_text_as_it_is_now(self, text, now):
        one = index.Index(text)
        for each in (text, now):
            pieces = one.once(each).split()
            self.assertEqual(sorted({*each.split()}), sorted(pieces))

    @settings(max_examples=200, deadline=None)
    @given(TEXTS)
    def test_what_was_not_announced_is_found_too(self, text):
        one = index.Index(text)
        for guard in ('never announced', *text.split()):
            guard = guard.lower()
            self.assertEqual(guard in one.text, one.has(guard), guard)

    @settings(max_examples=200, deadline=None)
    @given(TEXTS)
    def test_a_place_is_one_in_the_text(self, text):
        one = index.Index(text)
        self.assertEqual(len(text), len(one.text))
        places = one.places(GUARDS)
        self.assertEqual(sorted(places), places)
        for start, end in places:
            self.assertIn(one.text[start:end], GUARDS)
