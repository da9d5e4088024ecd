# SPDX-License-Identifier: Apache-2.0
"""Who passes the rules with their defaults."""

from hypothesis import given
from hypothesis import strategies
from oslotest import base

from nova_actions import policies
from nova_actions import policy
from nova_actions.tests import fixtures

WRITING = {
    policies.ACTION_START,
    policies.ACTION_FINISH,
    policies.EVENT_START,
    policies.EVENT_FINISH,
}
READING = {policies.LIST, policies.SHOW}
ROLES = strategies.sets(
    strategies.sampled_from(
        ('admin', 'manager', 'member', 'reader', 'service', 'other')
    )
)
PROJECTS = strategies.sampled_from(('one', 'two', None))
RULES = strategies.sampled_from(sorted(policies.ASKED))


class DefaultsTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        conf = self.useFixture(fixtures.Conf()).conf
        self.enforcer = policy.load(conf)

    def passes(self, rule, roles, project, owner):
        return policy.authorize(
            {'roles': sorted(roles), 'project_id': project},
            rule,
            {'project_id': owner} if owner else {},
            self.enforcer,
        )

    def expected(self, rule, roles, project, owner):
        is_owner = owner is not None and project == owner
        if 'admin' in roles:
            return True
        if rule in READING:
            # A member implies a reader in Keystone alone.
            return is_owner and 'reader' in roles
        if rule in WRITING:
            return is_owner or 'service' in roles
        return False

    @given(RULES, ROLES, PROJECTS, PROJECTS)
    def test_who_passes(self, rule, roles, project, owner):
        self.assertIs(
            self.expected(rule, roles, project, owner),
            self.passes(rule, roles, project, owner),
            (rule, roles, project, owner),
        )
