# SPDX-License-Identifier: Apache-2.0
"""What an operator's policy file may say."""

from oslotest import base

from nova_actions import context
from nova_actions import policies
from nova_actions.tests import fixtures


class IsAdminTest(base.BaseTestCase):

    def test_any_case(self):
        conf = self.useFixture(fixtures.Conf()).conf
        for check, of_admin in (
                ('True', True), ('true', True), ('TRUE', True),
                ('False', False), ('false', False), ('1', False)):
            self.useFixture(fixtures.Policy(
                conf, {policies.LIST: f'is_admin:{check}'}))
            for role in ('admin', 'Admin', 'member'):
                caller = context.RequestContext(
                    user_id='user', project_id='project', roles=[role],
                    is_admin=None)
                self.assertIs(
                    (role.lower() == 'admin') is of_admin,
                    caller.can(policies.LIST, {}, fatal=False),
                    (check, role))

    def test_who_is_one(self):
        conf = self.useFixture(fixtures.Conf()).conf
        for check, expected in (
                ('user_id:%(user_id)s', True),
                ('project_id:%(project_id)s', True),
                ('domain_id:%(domain_id)s', False), ('is_admin:True', False),
                ('is_admin:False', False), ('@', True), ('!', False)):
            self.useFixture(fixtures.Policy(
                conf, {'context_is_admin': check}))
            caller = context.RequestContext(
                user_id='user', project_id='project', is_admin=None)
            self.assertIs(expected, caller.is_admin, check)
