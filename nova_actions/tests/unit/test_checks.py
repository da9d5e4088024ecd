# SPDX-License-Identifier: Apache-2.0
"""Rules that are asked sooner give oslo.policy's answers."""

import hypothesis
from hypothesis import strategies
from oslo_policy import _checks
from oslo_policy import policy
from oslotest import base

from nova_actions import checks

ROLES = ('admin', 'member', 'reader')


class _OfOld(policy.Check):
    """A plug-in's check, as before oslo.policy told the rule's name."""

    def __call__(self, target, creds, enforcer):
        return self.match in creds['roles']


class _ToldTheRule(policy.Check):
    def __call__(self, target, creds, enforcer, current_rule=None):
        return current_rule == self.match


class _Enforcer:
    def __init__(self, rules):
        self.rules = rules


_PARTS = strategies.one_of(
    strategies.sampled_from(ROLES).map(
        lambda role: _checks.RoleCheck('role', role)
    ),
    strategies.sampled_from(ROLES).map(lambda role: _OfOld('old', role)),
    strategies.sampled_from(('asked', 'other')).map(
        lambda name: _ToldTheRule('told', name)
    ),
    strategies.sampled_from(('one', 'two', 'missing')).map(
        lambda name: policy.RuleCheck('rule', name)
    ),
    strategies.builds(
        _checks.GenericCheck,
        strategies.sampled_from(
            ('project_id', 'roles', 'unknown', 'True', '"x"', 'a.project_id')
        ),
        strategies.sampled_from(
            ('%(project_id)s', 'x', 'True', 'admin', '%(unknown)s')
        ),
    ),
    strategies.sampled_from(('True', 'False')).map(
        lambda match: checks.IsAdminCheck('is_admin', match)
    ),
    strategies.just(_checks.TrueCheck()),
    strategies.just(_checks.FalseCheck()),
)


def _trees(parts):
    return strategies.recursive(
        parts,
        lambda some: strategies.one_of(
            strategies.lists(some, min_size=1, max_size=3).map(
                policy.AndCheck
            ),
            strategies.lists(some, min_size=1, max_size=3).map(policy.OrCheck),
            some.map(policy.NotCheck),
        ),
        max_leaves=6,
    )


# What others refer to refers to nothing, so that no circle comes up.
_LEAVES = strategies.sampled_from(ROLES).map(
    lambda role: _checks.RoleCheck('role', role)
)


class ChecksTest(base.BaseTestCase):
    @hypothesis.given(
        _trees(_PARTS),
        _trees(_LEAVES),
        _trees(_LEAVES),
        strategies.lists(strategies.sampled_from(ROLES)),
        strategies.booleans(),
        strategies.sampled_from(('x', 'y')),
    )
    def test_same_answers(self, check, one, two, roles, is_admin, project):
        rules = {'one': one, 'two': two}
        prompt = {name: checks.prompt(rule) for name, rule in rules.items()}
        creds = {'roles': roles, 'is_admin': is_admin, 'project_id': 'x'}
        target = {'project_id': project}
        # As the enforcer asks.
        expected = policy.AndCheck([check])(
            target, creds, _Enforcer(rules), 'asked'
        )
        found = policy.AndCheck([checks.prompt(check)])(
            target, creds, _Enforcer(prompt), 'asked'
        )
        self.assertIs(bool(expected), bool(found), check)
        self.assertEqual(str(check), str(checks.prompt(check)))
