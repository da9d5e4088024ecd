# SPDX-License-Identifier: Apache-2.0

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from oslotest import base

from nova_actions.sanitize import pattern


class PatternTest(base.BaseTestCase):
    @settings(max_examples=100, deadline=None)
    @given(st.text(min_size=1, max_size=30))
    def test_a_pattern_is_compiled_or_refused_by_name(self, text):
        try:
            compiled = pattern.compile_pattern(text)
        except ValueError as error:
            self.assertIn(repr(text), str(error))
        else:
            self.assertIsNone(compiled.search(' '))
            self.assertIsNone(compiled.match(''))

    def test_what_means_something_else_elsewhere(self):
        self.assertRaises(ValueError, pattern.compile_pattern, 'x(?:ab){1,3}+')
        self.assertTrue(pattern.compile_pattern('x(?>(?:ab){1,3})'))
        self.assertTrue(pattern.compile_pattern('xa{1,3}+'))
