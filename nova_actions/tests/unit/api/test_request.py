# SPDX-License-Identifier: Apache-2.0
import falcon
from falcon import testing
from hypothesis import given
from hypothesis import strategies
from oslotest import base

from nova_actions import context
from nova_actions import validation
from nova_actions.api import auth
from nova_actions.api import behaviour
from nova_actions.api import request
from nova_actions.api import schemas
from nova_actions.api import waiting
from nova_actions.tests import fixtures


class BeginTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.conf = self.useFixture(fixtures.Conf()).conf
        self.caller = context.RequestContext(
            user_id='user', project_id='project', is_admin=False
        )

    def begin(self, query='', project_id=None, caller=None, **values):
        environ = testing.create_environ('/v2.1/x', query_string=query)
        if caller is not None:
            environ[auth.ENVIRON_KEY] = caller
        return request.begin(
            falcon.Request(environ),
            falcon.Response(),
            schemas.server_query,
            self.conf,
            waiting.Room(2),
            **{
                'service': behaviour.COMPUTE,
                'version_name': 'v2.1',
                'versioned': True,
                'project_id': project_id,
                **values,
            },
        )

    def test_a_project_in_the_path_is_the_callers(self):
        call = self.begin(project_id='project', caller=self.caller)
        self.assertIs(self.caller, call.caller)
        self.assertEqual('project', call.links.project_id)
        for caller in (self.caller, None):
            self.assertRaises(
                falcon.HTTPBadRequest,
                self.begin,
                project_id='other',
                caller=caller,
            )

    def test_a_route_without_a_token_has_no_caller(self):
        call = self.begin()
        self.assertIsNone(call.context)
        self.assertRaises(RuntimeError, lambda: call.caller)

    @given(strategies.integers(0, 10**30), strategies.integers(0, 2000))
    def test_no_more_than_is_allowed(self, asked, default):
        maximum = self.conf.api.max_limit
        self.assertEqual(
            min(asked, maximum), self.begin(f'limit={asked}').limited(default)
        )
        self.assertEqual(min(default, maximum), self.begin().limited(default))
        self.assertEqual(maximum, self.begin().limit)

    def test_links_of_our_own_api_are_not_novas(self):
        self.conf.set_override(
            'compute_link_prefix', 'https://cloud/compute', group='api'
        )
        for service, prefix in (
            (behaviour.COMPUTE, 'https://cloud/compute/'),
            (behaviour.ACTION_LOG, 'http://falconframework.org/'),
        ):
            call = self.begin(service=service)
            self.assertTrue(call.links.resource('x').startswith(prefix))


class IdentifierTest(base.BaseTestCase):
    @given(strategies.text(max_size=300))
    def test_it_can_always_be_looked_up(self, value):
        found = request.identifier(value)
        self.assertEqual(found, validation.request_id('id', found))
        self.assertIn(found, (value, request.NO_ID))
