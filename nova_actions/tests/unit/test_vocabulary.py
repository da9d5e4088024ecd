# SPDX-License-Identifier: Apache-2.0
from hypothesis import given
from hypothesis import strategies
from oslotest import base

from nova_actions import exception
from nova_actions import sanitize
from nova_actions import vocabulary


class VocabularyTest(base.BaseTestCase):
    @given(strategies.integers(0))
    def test_a_number_of_things(self, number):
        text = vocabulary.counted(number, 'server')
        self.assertEqual(str(number), text.split(' ')[0])
        self.assertIs(number != 1, text.endswith('s'))

    def test_refusals_are_errors_of_ours(self):
        for name in vocabulary.PASSING_REFUSALS:
            self.assertTrue(
                issubclass(
                    getattr(exception, name),
                    exception.NotFound | exception.Unavailable,
                )
            )

    def test_an_interruption_is_a_reason(self):
        self.assertIn(vocabulary.REASON_INTERRUPTED, sanitize.REASONS)
