# SPDX-License-Identifier: Apache-2.0
"""What is marked in a comparison."""

from oslotest import base

from nova_actions_client import difference
from nova_actions_client import record
from nova_actions_client.tests.unit import made


class TestDifference(base.BaseTestCase):
    def test_the_step_that_differs(self):
        usual = [
            made.step('a', 0, 1),
            made.step('b', 1, 3),
            made.step('c', 3, 4),
            made.step('d', 4, 5),
        ]
        this = [
            made.step('a', 0, 1.2),
            made.step('b', 2, 20),
            made.step('c', 20, 21, record.ERROR),
            made.step('e', 21, 22),
        ]
        self.assertEqual(
            {'b': '2.0s there', 'c': 'succeeded there', 'e': 'only here'},
            {
                step.event: mark
                for step, mark in difference.marks(this, usual).items()
            },
        )
        self.assertEqual(
            ['d'], [step.event for step in difference.absent(this, usual)]
        )

    def test_nothing_differs_from_itself(self):
        steps = made.retried()
        self.assertEqual({}, difference.marks(steps, steps))
        self.assertEqual([], difference.absent(steps, steps))
