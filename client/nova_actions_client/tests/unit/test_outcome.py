# SPDX-License-Identifier: Apache-2.0
"""Exit codes."""

from oslotest import base

from nova_actions_client import outcome
from nova_actions_client import record


class TestCodes(base.BaseTestCase):
    def test_every_status_but_running_is_an_end(self):
        self.assertEqual(
            {*record.STATUSES} - {record.RUNNING}, {*outcome.CODES}
        )

    def test_what_is_not_good_has_a_code_of_its_own(self):
        bad = [
            code
            for status, code in outcome.CODES.items()
            if status not in record.GOOD
        ]
        others = [outcome.NOT_ASKED, outcome.USAGE, outcome.TIMEOUT]
        self.assertEqual(len(bad + others), len({*bad, *others}))
        self.assertEqual(
            {0}, {outcome.CODES[status] for status in record.GOOD}
        )
