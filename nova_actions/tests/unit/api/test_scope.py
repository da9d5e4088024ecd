# SPDX-License-Identifier: Apache-2.0
"""Tokens that are no project's."""

import uuid
from unittest import mock

from nova_actions.api import app
from nova_actions.api import auth
from nova_actions.tests.unit.api import base

SCOPES = {
    'system': {'HTTP_OPENSTACK_SYSTEM_SCOPE': 'all'},
    'domain': {'HTTP_X_DOMAIN_ID': 'default'},
}
ROLES = ('admin,manager,member,reader', 'admin', 'reader', 'service', '')


class Scoped:
    """Stands for keystonemiddleware with such a token: ``roles``, of a
    ``scope``."""

    scope = 'system'
    roles = 'admin'

    def __init__(self, application, _conf):
        self.application = application

    def __call__(self, environ, start_response):
        environ.update(
            SCOPES[self.scope], HTTP_X_USER_ID='root', HTTP_X_ROLES=self.roles
        )
        return self.application(environ, start_response)


class ScopeTest(base.ApiTestCase):
    def setUp(self):
        with mock.patch.dict(auth.STRATEGIES, noauth2=Scoped):
            super().setUp()
        self.request_id = self.record('create')
        self.addCleanup(setattr, Scoped, 'scope', Scoped.scope)
        self.addCleanup(setattr, Scoped, 'roles', Scoped.roles)

    def _answer(self, route, server, version):
        answer = self.get(
            route.path.format(
                server_id=server,
                request_id=self.request_id,
                action=self.request_id if server == self.server else server,
            ),
            version=version,
        )
        return answer.status_code, answer.text.replace(
            self.request_id, 'SERVER'
        ).replace(server, 'SERVER')

    def _routes(self):
        return [route for route in app.ROUTES if route.parameters]

    def test_existing_and_unknown_look_alike(self):
        unknown = str(uuid.uuid4())
        for Scoped.scope in SCOPES:
            for Scoped.roles in ROLES:
                for route in self._routes():
                    for version in ('2.1', '2.104'):
                        existing = self._answer(route, self.server, version)
                        self.assertEqual(
                            self._answer(route, unknown, version), existing
                        )
                        self.assertIn(existing[0], (403, 404))

    def test_no_list_tells_of_servers(self):
        for Scoped.scope in SCOPES:
            for query in ('', 'all_tenants=1'):
                answer = self.get('/v2.1/servers', query_string=query)
                self.assertNotIn(self.server, answer.text)
