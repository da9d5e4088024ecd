# SPDX-License-Identifier: Apache-2.0
"""The rules and what asks them belong together."""

import inspect

from oslo_policy import policy as oslo_policy
from oslotest import base

from nova_actions import policies
from nova_actions.api import app
from nova_actions.tests.unit.objects import test_objects


def operations(rule, method):
    return {
        each['path'] for each in rule.operations if each['method'] == method
    }


class PoliciesTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.rules = {rule.name: rule for rule in policies.list_rules()}

    def test_what_is_asked_is_documented(self):
        documented = {
            name
            for name, rule in self.rules.items()
            if isinstance(rule, oslo_policy.DocumentedRuleDefault)
        }
        self.assertEqual(policies.ASKED, documented)
        for name in documented:
            self.assertTrue(self.rules[name].description.endswith('.'))

    def test_each_remotable_stands_at_its_rule(self):
        asked = {}
        for objclass, *_older in test_objects.ours().values():
            for name, value in inspect.getmembers(objclass):
                if hasattr(value, 'remotable'):
                    asked.setdefault(value.original_fn.rule, set()).add(name)
        for rule, names in asked.items():
            told = operations(self.rules[rule], 'RPC')
            self.assertEqual(set(), names - told, rule)

    def test_each_address_is_one_of_the_api(self):
        paths = {
            path
            for route in app.ROUTES
            for path in (route.path, route.path.removeprefix('/v2.1'))
        }
        for name in policies.ASKED:
            self.assertEqual(
                set(), operations(self.rules[name], 'GET') - paths, name
            )

    def test_they_are_new_each_time(self):
        """An enforcer changes what it is given."""
        again = {rule.name: rule for rule in policies.list_rules()}
        self.assertEqual(list(self.rules), list(again))
        for name, rule in self.rules.items():
            self.assertIsNot(rule, again[name])
            self.assertEqual(str(rule.check), str(again[name].check))
