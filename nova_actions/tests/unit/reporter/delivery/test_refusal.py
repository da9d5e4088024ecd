# SPDX-License-Identifier: Apache-2.0
from oslotest import base

from nova_actions import exception
from nova_actions.reporter.delivery import refusal


class RefusalTestCase(base.BaseTestCase):
    def test_the_report_may_be_at_fault(self):
        for error in (
            exception.InvalidInput(argument='uuid', reason='it is none'),
            exception.Invalid(),
            # A defect of the conductor.
            exception.ActionsException(),
        ):
            self.assertTrue(refusal.is_poison(error), error)

    def test_the_way_to_the_conductor_is_at_fault(self):
        for error in (
            exception.ConductorUnavailable(reason='timeout'),
            exception.DatabaseUnavailable(),
            exception.Forbidden(),
            exception.Conflict(),
            OSError(),
            TypeError(),
        ):
            self.assertFalse(refusal.is_poison(error), error)

    def test_an_answer_has_the_report_wait(self):
        self.assertEqual(
            {
                'verdict': 'refused',
                'error': refusal.PASSING[0],
                'reason': 'OSError',
            },
            refusal.answer(OSError('with a text that may say anything')),
        )

    def test_remedies_are_for_what_may_pass(self):
        self.assertLessEqual(refusal.REMEDIES.keys(), set(refusal.PASSING))
