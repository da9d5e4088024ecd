# SPDX-License-Identifier: Apache-2.0
import math
import threading

from oslotest import base as oslotest

from nova_actions.reporter import bell
from nova_actions.tests import patience


class BellTestCase(oslotest.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.bell = bell.Bell()

    def test_what_is_true_is_not_waited_for(self):
        self.assertTrue(self.bell.wait_for(lambda: True, 0))
        self.assertFalse(self.bell.wait_for(lambda: False, 0.001))
        self.assertEqual(0, len(self.bell._sleepers))

    def test_each_ring_has_everybody_look(self):
        is_true, looks, done = [False], [0], []

        def look():
            looks[0] += 1
            return is_true[0]

        sleepers = [
            threading.Thread(
                target=lambda: done.append(self.bell.wait_for(look, math.inf))
            )
            for _ in range(5)
        ]
        for each in sleepers:
            each.start()
        patience.wait_until('sleep', lambda: len(self.bell._sleepers) == 5)
        before = looks[0]
        self.bell.ring()
        patience.wait_until('looks', lambda: looks[0] >= before + 5)
        self.assertEqual([], done)
        is_true[0] = True
        patience.wait_until(
            'the end',
            lambda: (
                self.bell.ring()
                or not any(each.is_alive() for each in sleepers)
            ),
        )
        self.assertEqual([True] * 5, done)
        self.assertEqual(0, len(self.bell._sleepers))

    def test_no_ring_is_missed(self):
        """One rings as soon as it is true, at any moment."""
        for _ in range(500):
            is_true = threading.Event()

            def make_true(is_true=is_true):
                is_true.set()
                self.bell.ring()

            other = threading.Thread(target=make_true)
            other.start()
            self.assertTrue(
                self.bell.wait_for(is_true.is_set, patience.PATIENCE)
            )
            other.join()
