# SPDX-License-Identifier: Apache-2.0

from falcon import testing
from oslotest import base

from nova_actions.api import auth


class NoAuth2Test(base.BaseTestCase):
    def _ask(self, token, **environ):
        seen = {}

        def inner(env, start_response):
            seen.update(env)
            start_response('200 OK', [])
            return []

        env = testing.create_environ(headers={'X-Auth-Token': token})
        env.update(environ)
        statuses = []
        auth.NoAuth2(inner)(env, lambda status, *_: statuses.append(status))
        return statuses[0][:3], seen

    def test_good(self):
        for token, roles in (
            ('u:p:', ''),
            ('u:p:reader', 'reader'),
            ('u:p:admin, reader,,', 'admin,reader'),
        ):
            status, seen = self._ask(token)
            self.assertEqual('200', status)
            self.assertEqual(
                ('u', 'p', roles),
                (
                    seen['HTTP_X_USER_ID'],
                    seen['HTTP_X_PROJECT_ID'],
                    seen['HTTP_X_ROLES'],
                ),
            )

    def test_bad(self):
        for token in ('', 'u', 'u:p', ':p:admin', 'u::admin', '::', 'u:p:r:x'):
            self.assertEqual(('401', {}), self._ask(token), token)

    def test_an_identity_cannot_be_forged(self):
        _status, seen = self._ask(
            'u:p:reader',
            HTTP_X_ROLE='admin',
            HTTP_X_TENANT_ID='x',
            HTTP_X_USER_NAME='root',
            HTTP_X_SERVICE_ROLES='service',
            HTTP_X_IS_ADMIN_PROJECT='True',
            HTTP_OPENSTACK_SYSTEM_SCOPE='all',
        )
        self.assertEqual(
            {
                'HTTP_X_USER_ID',
                'HTTP_X_PROJECT_ID',
                'HTTP_X_ROLES',
                'HTTP_X_IDENTITY_STATUS',
                'HTTP_X_AUTH_TOKEN',
            },
            {
                name
                for name in seen
                if name.startswith('HTTP_X_') or 'SCOPE' in name
            },
        )


class ContextTest(base.BaseTestCase):
    def test_nobody(self):
        statuses = []
        auth.ContextMaker(None)(
            testing.create_environ(),
            lambda status, *_: statuses.append(status),
        )
        self.assertEqual(['401 Unauthorized'], statuses)
