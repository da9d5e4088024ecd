# SPDX-License-Identifier: Apache-2.0
"""The request context, above all as it comes over RPC."""

import datetime
import threading
from typing import Any

from oslo_context import context as oslo_context
from oslotest import base

from nova_actions import context
from nova_actions import exception
from nova_actions import policies
from nova_actions.tests import fixtures

FULL = {
    'user': 'u',
    'project_id': 'p',
    'project': 'p',
    'tenant': 'p',
    'system_scope': None,
    'domain': None,
    'user_domain': 'default',
    'project_domain': 'default',
    'is_admin': False,
    'read_only': False,
    'show_deleted': False,
    'auth_token': 'secret-token',
    'request_id': 'req-1',
    'global_request_id': None,
    'resource_uuid': None,
    'roles': ['member', 'reader'],
    'user_identity': 'u p - default default',
    'is_admin_project': True,
    'user_id': 'u',
    'read_deleted': 'no',
    'remote_address': '::1',
    'timestamp': '2026-01-02T03:04:05.678901',
    'quota_class': None,
    'user_name': 'Ann',
    'service_catalog': [],
    'project_name': 'Pro',
}


class ContextTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.conf = self.useFixture(fixtures.Conf()).conf
        self.useFixture(fixtures.Policy(self.conf))


class TestFromDict(ContextTestCase):
    def build(self, **values: Any) -> context.RequestContext:
        return context.RequestContext.from_dict(values)

    def test_novas(self):
        built = self.build(**FULL)
        self.assertEqual(
            (
                'u',
                'p',
                'Ann',
                'Pro',
                'req-1',
                ['member', 'reader'],
                False,
                'no',
                datetime.datetime(2026, 1, 2, 3, 4, 5, 678901),
                None,
            ),
            (
                built.user_id,
                built.project_id,
                built.user_name,
                built.project_name,
                built.request_id,
                built.roles,
                built.is_admin,
                built.read_deleted,
                built.timestamp,
                built.auth_token,
            ),
        )

    def test_minimal(self):
        built = self.build(
            user_id='u', project_id='p', is_admin=False, request_id='req-1'
        )
        self.assertEqual([], built.roles)
        self.assertEqual('no', built.read_deleted)

    def test_null_user_and_project(self):
        built = self.build(
            user_id=None, project_id=None, is_admin=True, request_id='req-1'
        )
        self.assertIsNone(built.project_id)
        self.assertTrue(built.is_admin)
        self.assertTrue(built.can(policies.LIST_ALL_PROJECTS, {}))

    def test_unknown_keys(self):
        self.build(**FULL, future={'x': []}, overwrite=True, context=1, cls=2)

    def test_only_true_is_admin(self):
        for value in (1, 'True', 'yes', [1], {'a': 1}, None, ''):
            self.assertFalse(
                self.build(**{**FULL, 'is_admin': value}).is_admin
            )

    def test_wrong_shapes(self):
        for name, value in (
            ('user_id', 1),
            ('user_id', ['u']),
            ('project_id', {'a': 1}),
            ('project_id', 'x' * 256),
            ('roles', 'admin'),
            ('roles', [1]),
            ('roles', {'admin': 1}),
            ('service_roles', 7),
            ('request_id', ['req']),
            ('timestamp', 'soon'),
            ('timestamp', 12),
            ('timestamp', ['x']),
            ('timestamp', '9999-12-31T23:59:59-23:59'),
            ('read_deleted', 'maybe'),
            ('read_deleted', ['no']),
            ('global_request_id', 'x' * 256),
        ):
            error = self.assertRaises(
                exception.InvalidInput, self.build, **{**FULL, name: value}
            )
            self.assertIn(name, str(error))

    def test_round_trip(self):
        first = self.build(**FULL)
        sent = first.to_dict()
        again = context.RequestContext.from_dict(sent)
        self.assertEqual(sent, again.to_dict())
        self.assertIsNone(sent['auth_token'])
        self.assertEqual('2026-01-02T03:04:05.678901', sent['timestamp'])

    def test_service_roles_travel(self):
        first = context.RequestContext(service_roles=['service'])
        again = context.RequestContext.from_dict(first.to_dict())
        self.assertEqual(['service'], again.service_roles)

    def test_the_timestamp_is_now_by_default(self):
        before = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        built = self.build(request_id='req-1')
        self.assertIsNone(built.timestamp.tzinfo)
        self.assertGreaterEqual(built.timestamp, before)

    def test_offsets_become_utc(self):
        built = self.build(timestamp='2026-01-02T03:04:05+02:00')
        self.assertEqual(
            datetime.datetime(2026, 1, 2, 1, 4, 5), built.timestamp
        )


class TestCurrent(ContextTestCase):
    """What lines of the log are said to belong to."""

    def setUp(self):
        super().setUp()
        oslo_context.RequestContext(request_id='req-before')

    def current(self) -> str:
        return oslo_context.get_current().request_id

    def test_each_call_and_each_request_in_its_turn(self):
        for number in range(2):
            context.RequestContext.from_dict({'request_id': f'req-{number}'})
            self.assertEqual(f'req-{number}', self.current())
            context.RequestContext.from_environ(
                {'openstack.request_id': f'req-http-{number}'}
            )
            self.assertEqual(f'req-http-{number}', self.current())

    def test_one_that_is_made_in_passing_is_not(self):
        context.RequestContext(request_id='req-1')
        context.get_admin_context()
        self.assertEqual('req-before', self.current())

    def test_a_broken_one_is_not(self):
        seen = []

        def work() -> None:
            for values in ({'read_deleted': 'maybe'}, {'timestamp': 'soon'}):
                self.assertRaises(
                    exception.InvalidInput,
                    context.RequestContext.from_dict,
                    values,
                )
                seen.append(oslo_context.get_current())

        # A thread of its own has none yet.
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        self.assertEqual([None, None], seen)


class TestAdmin(ContextTestCase):
    def test_admin_context(self):
        admin = context.get_admin_context('yes')
        self.assertEqual([], admin.roles)
        self.assertIn('admin', admin.to_policy_values()['roles'])
        self.assertEqual('yes', admin.read_deleted)

    def test_no_rule_about_roles_keeps_the_services_own_identity(self):
        for name in (
            'context_is_admin',
            'service_api',
            policies.EVENT_FINISH,
            policies.LIST_ALL_PROJECTS,
        ):
            for check in ('role:cloud_compute_admin', 'role:x and user_id:y'):
                self.useFixture(fixtures.Policy(self.conf, {name: check}))
                sent = context.get_admin_context().to_dict()
                own = context.RequestContext.from_dict(sent)
                for rule in policies.ASKED:
                    self.assertTrue(own.can(rule, {}), rule)

    def test_an_administrator_by_a_trusted_word_is_one(self):
        self.useFixture(
            fixtures.Policy(
                self.conf,
                {
                    'context_is_admin': 'role:cloud_compute_admin',
                    policies.EVENTS: 'role:auditor',
                },
            )
        )
        for trusted in (True, False):
            # As a compute service elevates its user's.
            caller = context.RequestContext.from_dict(
                {
                    'user_id': 'u',
                    'project_id': 'p',
                    'roles': ['member'],
                    'is_admin': trusted,
                }
            )
            self.assertIs(
                trusted,
                caller.can(
                    policies.EVENT_FINISH, {'project_id': 'q'}, fatal=False
                ),
            )
            self.assertFalse(caller.can(policies.EVENTS, {}, fatal=False))

    def test_http_does_not_say(self):
        built = context.RequestContext.from_environ(
            {
                'HTTP_X_USER_ID': 'u',
                'HTTP_X_IS_ADMIN': 'True',
                'HTTP_X_ROLES': 'reader',
                'HTTP_X_PROJECT_ID': 'p',
            },
            is_admin=True,
        )
        self.assertFalse(built.is_admin)

    def test_verdicts_are_remembered_by_target(self):
        own = context.RequestContext(
            user_id='u', project_id='p', roles=['reader']
        )
        for _again in range(2):
            self.assertTrue(
                own.can(policies.SHOW, {'project_id': 'p'}, fatal=False)
            )
            self.assertFalse(
                own.can(policies.SHOW, {'project_id': 'q'}, fatal=False)
            )
            self.assertRaises(
                exception.PolicyNotAuthorized, own.can, policies.SHOW, {}
            )
