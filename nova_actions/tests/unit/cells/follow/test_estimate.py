# SPDX-License-Identifier: Apache-2.0
"""How much there is to copy of a cell."""

from nova_actions.cells.follow import estimate
from nova_actions.cells.follow import state
from nova_actions.tests.unit.cells.follow import base


class EstimateTest(base.FollowTestCase):
    def estimate(self, rate=2):
        return estimate.make(
            self.following.source, state.get(self.admin, 'east'), rate
        )

    def test_until_all_is_copied(self):
        self.assertEqual(estimate.Estimate(0, 0, 0, 0), self.estimate())
        server = self.cell.server()
        actions = [self.cell.action(server) for _number in range(3)]
        for action in actions:
            self.cell.event(action)
            self.cell.event(action)
        # Archived ones are to be copied, too.
        self.cell.archive(actions[0])
        found = self.estimate()
        self.assertEqual((3, 6), (found.actions, found.events))
        self.assertEqual(9 / 2, found.seconds)
        self.assertGreater(found.bytes, 9 * 36)
        self.round()
        self.assertEqual(estimate.Estimate(0, 0, 0, 0), self.estimate())
        self.cell.action(server)
        found = self.estimate()
        self.assertEqual((1, 0), (found.actions, found.events))

    def test_gaps_count(self):
        """It is what there is at the most."""
        server = self.cell.server()
        for row_id in (10, 19):
            self.cell.action(server, id=row_id)
        self.assertEqual(10, self.estimate().actions)
