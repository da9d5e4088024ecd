# SPDX-License-Identifier: Apache-2.0
"""Asking again while a service does not answer."""

import itertools

import fixtures
import hypothesis
from hypothesis import strategies
from oslotest import base

from nova_actions_client import http
from nova_actions_client import retry


class TestPauses(base.BaseTestCase):
    @hypothesis.given(strategies.floats(0.01, 1), strategies.floats(1, 100))
    def test_they_grow_up_to_the_longest(self, first, longest):
        found = [*itertools.islice(retry.pauses(first, longest), 30)]
        bound = first
        for pause in found:
            self.assertTrue(0.5 * bound <= pause <= bound, found)
            bound = min(2 * bound, longest)
        self.assertEqual(longest, bound)


class TestRetry(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.notes = []
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova_actions_client.output.note', self.notes.append
            )
        )

    def away(self):
        raise http.Unreachable('HTTP 503')

    def test_an_outage_is_noted_once_and_so_is_its_end(self):
        again = retry.Retry()
        self.assertEqual(1, again.ask(lambda: 1))
        self.assertEqual([], self.notes)
        for _ in range(5):
            self.assertIsNone(again.ask(self.away))
        self.assertEqual(1, len(self.notes))
        self.assertIn('HTTP 503', self.notes[0])
        self.assertEqual([2, 3], [again.ask(lambda: 2), again.ask(lambda: 3)])
        self.assertEqual(2, len(self.notes))

    def test_tries_are_counted_in_a_row(self):
        again = retry.Retry(3)
        for _ in range(4):
            self.assertIsNone(again.ask(self.away))
            self.assertIsNone(again.ask(self.away))
            again.ask(lambda: 1)
        again.ask(self.away)
        again.ask(self.away)
        self.assertRaises(http.Unreachable, again.ask, self.away)

    def test_other_errors_are_raised(self):
        self.assertRaises(ZeroDivisionError, retry.Retry().ask, lambda: 1 / 0)
