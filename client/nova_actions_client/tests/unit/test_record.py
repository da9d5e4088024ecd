# SPDX-License-Identifier: Apache-2.0
"""What follows from the steps of an action."""

from oslotest import base

from nova_actions_client import record
from nova_actions_client.tests.unit import made


class TestRecord(base.BaseTestCase):
    def test_attempts_are_counted_in_order(self):
        late, early = made.step('a', 5, 6), made.step('a', 1, 2)
        self.assertEqual(
            [(early.start, 1), (late.start, 2)],
            [
                (step.start, step.attempt)
                for step in record.numbered([late, early])
            ],
        )

    def test_status(self):
        good, bad = made.step('a', 3, 4), made.step('a', 1, 2, record.ERROR)
        closed = made.step('b', 1, 2, record.CLOSED)
        for steps, failed, status in (
            ([good], False, record.SUCCEEDED),
            ([bad, good], False, record.RETRIED),
            ([bad], False, record.FAILED),
            ([good], True, record.FAILED),
            ([good, closed], False, record.INTERRUPTED),
            ([made.step('a', 1)], False, record.RUNNING),
            ([], False, record.RUNNING),
        ):
            self.assertEqual(
                status, record.derived_status(record.numbered(steps), failed)
            )

    def test_a_measured_duration_counts(self):
        self.assertEqual(0.5, made.step('a', 0, 2, measured=0.5).duration)
        self.assertEqual(2.0, made.step('a', 0, 2).duration)
        self.assertIsNone(made.step('a', 0).duration)
