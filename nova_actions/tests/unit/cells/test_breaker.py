# SPDX-License-Identifier: Apache-2.0
from oslotest import base

from nova_actions import exception
from nova_actions.cells import breaker


class BreakerTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.now = 1000.0
        self.breaker = breaker.Breaker('east', lambda: self.now)

    def refused(self):
        """Return for how many seconds a caller is refused."""
        try:
            self.breaker.enter()
        except exception.CellUnavailable as error:
            self.assertEqual('east', error.kwargs['cell'])
            return error.kwargs['retry_after']
        return 0

    def test_closed(self):
        for _each in range(3):
            self.assertEqual(0, self.refused())
        self.assertFalse(self.breaker.reset())

    def test_open(self):
        error = self.breaker.trip()
        self.assertEqual(breaker.RETRY, error.kwargs['retry_after'])
        self.now += 10.5
        self.assertEqual(20, self.refused())

    def test_one_caller_tries(self):
        self.breaker.trip()
        self.now += breaker.RETRY
        self.assertEqual(0, self.refused())
        self.assertEqual(breaker.RETRY, self.refused())
        # That one has no answer either.
        self.now += 5
        self.breaker.trip()
        self.assertEqual(breaker.RETRY, self.refused())

    def test_an_answer_closes_it(self):
        self.breaker.trip()
        self.assertTrue(self.breaker.reset())
        self.assertEqual(0, self.refused())
