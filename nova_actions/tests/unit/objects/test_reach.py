# SPDX-License-Identifier: Apache-2.0
from nova_actions import exception
from nova_actions.objects import gate
from nova_actions.objects import reach
from nova_actions.objects.action_summary import ActionSummaryList
from nova_actions.objects.change import ChangeList
from nova_actions.objects.stat import StatList
from nova_actions.tests import base


class TestReach(base.ObjectTestCase):
    def test_limits(self):
        self.assertEqual(7, reach.limited(7))
        self.assertEqual(gate.LIST_LIMIT, reach.limited(None))
        error = self.assertRaises(exception.InvalidInput, reach.limited, 0)
        self.assertIn(f'1 to {gate.LIST_LIMIT}', error.format_message())

    def test_who_has_no_project(self):
        for ask in (
            lambda: ActionSummaryList.get_by_terms(self.admin, None, {}),
            lambda: StatList.get_by_terms(self.admin, None, {}),
            lambda: ChangeList.get_by_cursor(self.admin, None),
        ):
            error = self.assertRaises(exception.InvalidInput, ask)
            self.assertIn('all_projects', error.format_message())

    def test_hosts(self):
        self.assertTrue(reach.shows_hosts(self.admin, None))
        self.assertFalse(reach.shows_hosts(self.context, 'owner'))
        self.assertRaises(
            exception.PolicyNotAuthorized,
            reach.shows_hosts,
            self.context,
            'owner',
            True,
        )
