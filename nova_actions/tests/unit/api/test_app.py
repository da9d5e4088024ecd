# SPDX-License-Identifier: Apache-2.0
"""Invariants over the route table, and the pipeline."""

import uuid
from unittest import mock

import fixtures as base_fixtures
import jsonschema
from falcon import testing
from oslo_config import cfg
from oslotest import base as oslotest_base

from nova_actions import conf as config
from nova_actions import exception
from nova_actions.api import app
from nova_actions.api import behaviour
from nova_actions.api import schemas
from nova_actions.objects import instance
from nova_actions.tests import fixtures
from nova_actions.tests.unit.api import base

GUARDED = [route for route in app.ROUTES if not route.public]
#: Those of Nova's API.
COMPUTE = [route for route in GUARDED if route.service is behaviour.COMPUTE]
PUBLIC = [route for route in app.ROUTES if route.public]


def _query(route):
    """Return a query that finds nothing of what is looked for by name."""
    return (
        'name=x'
        if route.path.startswith('/v2.1/servers') and (not route.parameters)
        else ''
    )


class OptionsTest(oslotest_base.BaseTestCase):
    def test_what_no_request_could_use_is_refused(self):
        path = self.useFixture(base_fixtures.TempDir()).join('conf')
        for section, option, value in (
            ('api', 'compute_link_prefix', 'http://[::1'),
            ('api', 'public_url', 'http://[::1'),
            ('ui', 'keystone_url', 'keystone'),
        ):
            with open(path, 'w', encoding='utf-8') as file:
                file.write(f'[{section}]\n{option} = {value}\n')
            error = self.assertRaises(
                cfg.Error, app.create, config.load(['--config-file', path])
            )
            self.assertIn(f'[{section}]', str(error))
            self.assertIn(option, str(error))


class RouteTableTest(base.ApiTestCase):
    def setUp(self):
        super().setUp()
        self.request_id = self.record('create')

    def _path(self, route, server=None):
        # An unknown server stands for an unknown thing of each kind.
        return route.path.format(
            server_id=server or self.server,
            request_id=self.request_id,
            action=server or self.request_id,
        )

    def test_nobody(self):
        for route in GUARDED:
            for token in (None, 'x', 'u:p', '::'):
                answer = self.get(self._path(route), token)
                self.assertEqual(401, answer.status_code, route.path)
                self.assertNotIn('vary', answer.headers)

    def test_a_stranger_sees_nothing(self):
        """What is foreign and what does not exist look alike."""
        for route in GUARDED:
            foreign = self.get(
                self._path(route), base.STRANGER, query_string=_query(route)
            )
            unknown = self.get(
                self._path(route, str(uuid.uuid4())),
                base.STRANGER,
                query_string=_query(route),
            )
            self.assertEqual(foreign.status_code, unknown.status_code)
            if route.parameters:
                self.assertEqual(404, foreign.status_code, route.path)
            else:
                self.assertIn(
                    [],
                    (
                        foreign.json.get(name)
                        for name in ('servers', 'actions', 'changes', 'stats')
                    ),
                )

    def test_without_a_role(self):
        for route in GUARDED:
            answer = self.get(
                self._path(route), base.BARE, query_string=_query(route)
            )
            self.assertEqual(403, answer.status_code, route.path)
            self.assertEqual(['forbidden'], list(answer.json))

    def test_answers_fit_their_schemas(self):
        for route in app.ROUTES:
            for version in behaviour.CHANGES:
                for token in (base.READER, base.ADMIN):
                    answer = self.get(
                        self._path(route),
                        token,
                        version,
                        query_string=_query(route),
                    )
                    self.assertEqual(200, answer.status_code, answer.text)
                    jsonschema.validate(
                        answer.json, route.answer(behaviour.behaviour(version))
                    )

    def test_other_methods_are_other_routes(self):
        for route in app.ROUTES:
            for method in ('POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'):
                answer = self.get(self._path(route), method=method)
                # How HAProxy asks whether a server lives.
                known = (route.path, method) == ('/', 'OPTIONS')
                self.assertEqual(200 if known else 404, answer.status_code)
                self.assertNotIn('openstack-api-version', answer.headers)
            head = self.get(self._path(route), method='HEAD')
            self.assertEqual(200 if route.public else 404, head.status_code)

    def test_head_has_no_body(self):
        for token in (None, base.READER):
            for path in (*map(self._path, app.ROUTES), '/nowhere'):
                answer = self.get(path, token, method='HEAD')
                self.assertEqual(b'', answer.content, path)

    def test_a_trailing_slash_is_another_route(self):
        for route in GUARDED:
            self.assertEqual(
                404, self.get(self._path(route) + '/').status_code
            )

    def test_slashes_in_a_row(self):
        self.assertEqual(
            200,
            self.get(
                '/' + self.path.replace('/servers', '//servers')
            ).status_code,
        )
        self.assertEqual(401, self.get('/' + self.path, None).status_code)

    def test_project_in_the_path(self):
        for route in COMPUTE:
            path = self._path(route).removeprefix('/v2.1')
            for project, status in (
                (base.PROJECT, 200),
                (base.OTHER, 400),
                ('xyz', 404),
                ('0A', 404),
            ):
                answer = self.get(
                    f'/v2.1/{project}{path}', query_string='name=x'
                )
                self.assertEqual(status, answer.status_code)
        self.assertEqual(
            400,
            self.get(f'/v2.1/{base.PROJECT}{path}', base.ADMIN).status_code,
        )

    def test_every_answer_has_request_ids(self):
        for path, token in (
            ('/', None),
            (self.path, None),
            (self.path, base.READER),
            ('/x', base.READER),
        ):
            headers = self.get(path, token).headers
            self.assertEqual(
                headers['x-openstack-request-id'],
                headers['x-compute-request-id'],
            )

    def test_errors_fit_their_schema(self):
        for path, token, version in (
            (self.path, None, None),
            ('/x', base.READER, None),
            (self.path, base.READER, 'x'),
            (self.path, base.READER, '2.999'),
            (self.path, base.BARE, None),
            (self.path, base.STRANGER, None),
        ):
            answer = self.get(path, token, version)
            jsonschema.validate(answer.json, schemas.ERROR)
            [body] = answer.json.values()
            self.assertEqual(answer.status_code, body['code'])


class LegacyTest(base.ApiTestCase):
    """Below /v2 it is always 2.1, whatever the headers say."""

    def test_as_2_1(self):
        request_id = self.record('create', error='disk full')
        for route in COMPUTE:
            path = route.path.format(
                server_id=self.server, request_id=request_id
            )
            for token in (base.READER, base.ADMIN, base.STRANGER, None):
                for query in ('', 'foo=bar', 'x=%ff'):
                    new = self.get(path, token, query_string=query)
                    for project in ('', f'/{base.PROJECT}'):
                        if project and token in (base.ADMIN, base.STRANGER):
                            continue
                        old = path.replace('/v2.1', f'/v2{project}')
                        for version in (None, '2.84', '2.999', 'x'):
                            answer = self.get(
                                old, token, version, query_string=query
                            )
                            self.assertSame(new, answer, project)

    def assertSame(self, new, answer, project):
        self.assertEqual(new.status_code, answer.status_code)
        self.assertEqual(
            new.text.replace('/v2.1/', f'/v2{project}/').replace(
                '.org/servers', f'.org{project}/servers'
            ),
            answer.text,
        )
        for name in (
            'vary',
            'openstack-api-version',
            'x-openstack-nova-api-version',
        ):
            self.assertNotIn(name, answer.headers)


class HeadersTest(base.ApiTestCase):
    def test_versions(self):
        self.record('create')
        answer = self.get(self.path, version='2.58')
        self.assertEqual(
            'compute 2.58', answer.headers['openstack-api-version']
        )
        self.assertEqual(
            '2.58', answer.headers['x-openstack-nova-api-version']
        )
        self.assertEqual(
            'OpenStack-API-Version, X-OpenStack-Nova-API-Version',
            answer.headers['vary'],
        )

    def test_not_served(self):
        answer = self.get(self.path, version='2.999')
        self.assertEqual(406, answer.status_code)
        self.assertEqual(
            'compute 2.999', answer.headers['openstack-api-version']
        )

    def test_malformed(self):
        answer = self.get(self.path, version='2.01')
        self.assertEqual(400, answer.status_code)
        self.assertNotIn('openstack-api-version', answer.headers)

    def test_order_of_checks(self):
        """Each check is made only when those before it have passed."""
        unknown = f'/v2.1/servers/{uuid.uuid4()}/os-instance-actions'
        foreign = unknown.replace('v2.1', f'v2.1/{base.OTHER}')
        wrong = {'Content-Type': 'application/xml'}
        for status, path, token, version, query, headers in (
            (401, foreign + 's', None, 'x', 'x', wrong),
            (404, foreign + 's', base.BARE, 'x', 'x', wrong),
            (406, foreign, base.BARE, '2.999', 'x', wrong),
            (415, foreign, base.BARE, '2.104', 'x', wrong),
            (400, foreign, base.BARE, '2.104', 'x', None),
            (400, unknown, base.BARE, '2.104', 'x', None),
            (404, unknown, base.BARE, '2.104', 'marker=x', None),
        ):
            answer = self.get(
                path, token, version, headers=headers, query_string=query
            )
            self.assertEqual(status, answer.status_code, answer.text)

    def test_content_type(self):
        self.record('create')
        for value, status in (
            ('application/json', 200),
            ('text/plain', 200),
            ('', 200),
            ('application/json; charset=utf-8', 200),
            ('application/vnd.openstack.compute+json', 200),
            ('APPLICATION/JSON', 415),
            ('text/html', 415),
        ):
            answer = self.get(self.path, headers={'Content-Type': value})
            self.assertEqual(status, answer.status_code, value)

    def test_accept(self):
        self.record('create')
        other = 'application/vnd.openstack.compute+json'
        for value, expected in (
            ('*/*', 'application/json'),
            (other, other),
            ('text/html', 'application/json'),
            ('garbage', 'application/json'),
        ):
            answer = self.get(self.path, headers={'Accept': value})
            self.assertEqual(expected, answer.headers['content-type'])


class SurpriseTest(base.ApiTestCase):
    def _failing(self, error):
        with mock.patch.object(
            instance.InstanceRecord, 'lookup', autospec=True, side_effect=error
        ):
            return self.get(self.path)

    def test_500(self):
        answer = self._failing(RuntimeError('SELECT secret'))
        self.assertEqual(500, answer.status_code)
        self.assertNotIn('secret', answer.text)
        self.assertEqual(['computeFault'], list(answer.json))

    def test_503(self):
        answer = self._failing(
            exception.CellUnavailable(cell='east', retry_after=30)
        )
        self.assertEqual(503, answer.status_code)
        self.assertEqual('30', answer.headers['retry-after'])
        self.assertEqual(['serviceUnavailable'], list(answer.json))


class PlainPipelineTest(base.ApiTestCase):
    """Nothing is in the pipeline that nobody asked for."""

    def test_proxy_headers_are_not_believed(self):
        answer = self.get(
            '/',
            headers={'X-Forwarded-Host': 'evil', 'X-Forwarded-Proto': 'https'},
        )
        self.assertNotIn('evil', answer.text)

    def test_no_cors(self):
        answer = self.get('/', headers={'Origin': 'https://horizon'})
        self.assertNotIn('access-control-allow-origin', answer.headers)

    def test_health_check(self):
        for path in ('/healthcheck', '/healthcheck/', '//healthcheck'):
            # 204 is oslo.middleware's answer to HEAD.
            for method, status in (('GET', 200), ('HEAD', 204)):
                self.assertEqual(
                    status,
                    self.get(path, None, method=method).status_code,
                    path,
                )
        self.assertEqual(404, self.get('/healthchecks').status_code)

    def test_health_check_without_a_keystone(self):
        conf = self.useFixture(fixtures.Objects()).conf
        application = app.create(conf)
        client = testing.TestClient(
            lambda environ, start_response: application(
                environ, start_response
            )
        )
        self.assertEqual(200, client.simulate_get('/healthcheck').status_code)
        self.assertEqual(503, client.simulate_get(self.path).status_code)

    def test_only_a_body_is_measured(self):
        for environ, is_measured in (
            ({}, False),
            ({'CONTENT_LENGTH': ''}, False),
            ({'CONTENT_LENGTH': '5'}, True),
            ({'HTTP_TRANSFER_ENCODING': 'chunked'}, True),
        ):
            with mock.patch.object(
                app.sizelimit, 'RequestBodySizeLimiter', autospec=True
            ) as limiter:
                app._size_limit(mock.Mock(), self.conf)(environ, mock.Mock())
            self.assertEqual(is_measured, limiter.return_value.called)

    def test_body_too_large(self):
        answer = self.get(self.path, body='x' * 200_000)
        self.assertEqual(413, answer.status_code)


class FullPipelineTest(base.ApiTestCase):
    OVERRIDES = {
        'oslo_middleware__enable_proxy_headers_parsing': True,
        'cors__allowed_origin': ['https://horizon'],
        'healthcheck__backends': ['nova_actions_database'],
    }

    def test_proxy(self):
        answer = self.get(
            '/',
            headers={
                'X-Forwarded-Host': 'cloud',
                'X-Forwarded-Proto': 'https',
                'X-Forwarded-Prefix': '/compute',
            },
        )
        self.assertIn('"https://cloud/compute/v2.1/"', answer.text)

    def test_cors(self):
        """A browser may read a refusal, too."""
        answer = self.get(
            self.path, None, headers={'Origin': 'https://horizon'}
        )
        self.assertEqual(401, answer.status_code)
        self.assertEqual(
            'https://horizon', answer.headers['access-control-allow-origin']
        )

    def test_health_check(self):
        self.assertEqual(200, self.get('/healthcheck', None).status_code)
