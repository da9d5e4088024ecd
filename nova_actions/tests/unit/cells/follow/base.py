# SPDX-License-Identifier: Apache-2.0
"""The base of tests that follow a cell."""

from nova_actions.db import report
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow


class FollowTestCase(base.ObjectTestCase):
    CELL = 'sqlite'

    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf, self.CELL))
        self.cell.add_shadows()
        self.following = self.useFixture(fixtures_follow.Following(self.cell))

    def round(self):
        return self.following.round()

    def told(self):
        """Return the actions that are copied, with their steps."""
        return [
            (
                action['action'],
                action['status'],
                [
                    (event['event'], event['result'], event['details'])
                    for event in events
                ],
            )
            for action, events in fixtures_follow.content()
        ]

    def report(self, server, *reports):
        """Have a reporter tell of a server that the cell has, too."""
        owner = {'uuid': server, 'project_id': 'owner', 'user_id': 'user'}
        for answer in report.apply(
            self.admin,
            list(reports),
            fixtures_follow.EPOCH,
            'host1',
            {server: owner},
        ):
            self.assertEqual('applied', answer.verdict, answer)
