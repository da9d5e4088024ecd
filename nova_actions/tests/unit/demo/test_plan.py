# SPDX-License-Identifier: Apache-2.0
"""What happens in a day, and when."""

from nova_actions.demo import people
from nova_actions.demo import plan
from nova_actions.tests import base


class PlanTestCase(base.base.BaseTestCase):
    def test_it_is_bounded_and_always_the_same(self):
        for actions in (1, 9, 25, 200):
            self.assertEqual(actions, len(plan.plan(actions)))
        self.assertEqual(plan.plan(200), plan.plan(200))

    def test_each_server_is_created_first_and_has_time(self):
        seen = {}
        for each in plan.plan(500):
            self.assertIs(
                plan.Server.create is each.play, each.number not in seen
            )
            self.assertLess(0, each.at - seen.get(each.number, -1))
            seen[each.number] = each.at
        self.assertEqual(set(range(len(people.NAMES))), set(seen))
        self.assertLess(max(seen.values()), plan.EVENING + 0.001)
