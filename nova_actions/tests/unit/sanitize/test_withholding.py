# SPDX-License-Identifier: Apache-2.0

from oslotest import base

from nova_actions import sanitize
from nova_actions.sanitize import withholding


class WithholdingTest(base.BaseTestCase):
    def test_a_failure_is_logged_without_its_text(self):
        error = withholding.Withholding().error(
            TimeoutError('token Kx9vQ2rT'), 'File "x.py"'
        )
        self.assertEqual('TimeoutError', error.error_type)
        self.assertEqual('timeout', error.reason)
        self.assertIsNone(error.details)
        self.assertIsNone(error.traceback)

    def test_no_text_is_kept(self):
        one = withholding.Withholding()
        self.assertEqual(sanitize.WITHHELD, one.text('abc', 99).text)
        self.assertIsNone(one.text(None, 99).text)

    def test_the_rules_work_here(self):
        one = withholding.for_host()
        self.assertNotIsInstance(one, withholding.Withholding)
        self.assertEqual('abc', one.text('abc', 99).text)
