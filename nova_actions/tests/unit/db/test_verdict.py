# SPDX-License-Identifier: Apache-2.0
from oslotest import base

from nova_actions import exception
from nova_actions.db import ledger_rules
from nova_actions.db import verdict


class VerdictTestCase(base.BaseTestCase):
    def test_a_refusal_names_the_class_and_the_reason(self):
        found = verdict.refused(
            exception.InstanceNotFound(instance_id='a-server')
        )
        self.assertEqual(
            (verdict.REFUSED, 'InstanceNotFound'), (found.verdict, found.error)
        )
        self.assertIn('a-server', found.reason)

    def test_each_error_can_be_found_by_its_name(self):
        found = verdict.refused(exception.DatabaseUnavailable())
        self.assertIs(
            exception.DatabaseUnavailable, getattr(exception, found.error)
        )

    def test_what_is_stored_has_no_error(self):
        found = verdict.Verdict(ledger_rules.APPLIED)
        self.assertEqual(
            (None, None, 0, 0),
            (found.error, found.reason, found.replaced, found.cut),
        )

    def test_the_words_differ(self):
        self.assertEqual(
            3,
            len({verdict.REFUSED, ledger_rules.APPLIED, ledger_rules.KNOWN}),
        )
