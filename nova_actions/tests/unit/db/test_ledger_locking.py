# SPDX-License-Identifier: Apache-2.0
"""What is locked and read for a single call."""

from oslotest import base

from nova_actions.db import ledger_locking
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS


class TestRead(base.BaseTestCase):
    def test_whatever_must_not_be_null(self):
        """An INSERT stores the changes of several rows."""
        for table, read in (
            (ACTIONS, ledger_locking.ACTION_READ),
            # An event gets the id of its action.
            (EVENTS, (*ledger_locking.OPEN_READ, EVENTS.c.action_id)),
        ):
            self.assertEqual(
                [],
                [
                    column.name
                    for column in table.columns
                    if not column.nullable and column not in {*read}
                ],
            )
