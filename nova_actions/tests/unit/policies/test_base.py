# SPDX-License-Identifier: Apache-2.0
from oslo_policy import policy as oslo_policy
from oslotest import base as test_base

from nova_actions import policies
from nova_actions import policy
from nova_actions.policies import base
from nova_actions.tests import fixtures


class BaseRulesTest(test_base.BaseTestCase):
    def test_every_reference_is_there(self):
        conf = self.useFixture(fixtures.Conf()).conf
        self.assertEqual([], policy.undefined(policy.load(conf)))

    def test_what_others_refer_to_is_a_base_rule(self):
        names = {f'rule:{rule.name}' for rule in base.rules()}
        self.assertLessEqual(
            {base.ADMIN, base.PROJECT_READER_OR_ADMIN, base.SERVICE}, names
        )
        # None of them is asked by itself.
        self.assertEqual(
            set(), {rule.name for rule in base.rules()} & policies.ASKED
        )

    def test_each_that_an_old_role_passes_has_its_rule_of_old(self):
        """With enforce_new_defaults = false a role member is no need."""
        for rule in base.rules():
            if 'role:' in rule.check_str and 'admin' not in rule.check_str:
                self.assertIsInstance(
                    rule.deprecated_rule, oslo_policy.DeprecatedRule
                )
