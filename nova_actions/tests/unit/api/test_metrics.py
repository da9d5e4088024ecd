# SPDX-License-Identifier: Apache-2.0
"""Metrics of requests, and ``/metrics`` beside the API."""

from falcon import testing

from nova_actions.api import app
from nova_actions.tests import fixtures
from nova_actions.tests.unit.api import base

LIST = '/v2.1/servers/{server_id}/os-instance-actions'


class MetricsTest(base.ApiTestCase):
    def setUp(self):
        super().setUp()
        self.told = self.useFixture(fixtures.Metrics())

    def count(self, route, status, method='GET'):
        return self.told(
            'http_request_duration_seconds_count',
            route=route,
            status=status,
            method=method,
        )

    def test_route_and_status(self):
        self.record('create')
        for path in (
            self.path,
            self.path.replace('/servers/', (f'/{base.PROJECT}/servers/')),
        ):
            self.get(path)
        self.get(self.path, base.STRANGER)
        self.get(self.path, params={'fields': 'x', 'limit': '1'})
        self.get('/v1/actions', params={'nonsense': '1'})
        self.get('/v1')
        self.assertEqual(3, self.count(LIST, '200'))
        self.assertEqual(1, self.count(LIST, '404'))
        self.assertEqual(1, self.count('/v1/actions', '400'))
        self.assertEqual(1, self.count('/v1', '200'))

    def test_what_has_no_route_is_one_series(self):
        for path in ('/no', '/such/route', self.path + '/x/y', '/%00'):
            self.get(path)
        self.get(self.path, None)
        self.get(self.path, method='BREW')
        self.get(self.path, method='POST')
        self.assertEqual(4, self.count('other', '404'))
        self.assertEqual(1, self.count('other', '401'))
        self.assertEqual(1, self.count('other', '404', 'other'))
        self.assertEqual(1, self.count('other', '404', 'POST'))

    def test_refusals_of_the_policy(self):
        self.record('create')
        self.get('/v1/actions', params={'all_projects': 'true'})
        refused = [
            self.told('policy_refusals_total', rule=rule)
            for rule in (
                'os_compute_api:os-instance-actions:list:all_projects',
            )
        ]
        self.assertEqual([1], refused)

    def test_redactions(self):
        self.record('create', error='password=hunter22 is wrong')
        self.assertEqual(1, self.told('redactions_total', rule='F1'))

    def test_beside_the_api(self):
        client = testing.TestClient(app.create(self.conf, tells_metrics=True))
        client.simulate_get('/v1')
        for path in ('/metrics', '//metrics/'):
            answer = client.simulate_get(path)
            self.assertEqual(200, answer.status_code)
            self.assertIn(
                'nova_actions_http_request_duration_seconds_count'
                '{method="GET",route="/v1",status="200"} 1.0',
                answer.text,
            )
        self.assertEqual(401, client.simulate_get('/metricsx').status_code)
        self.assertEqual(401, self.get('/metrics', None).status_code)
