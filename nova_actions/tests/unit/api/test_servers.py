# SPDX-License-Identifier: Apache-2.0

from nova_actions import context
from nova_actions.db import api as db_api
from nova_actions.tests.unit.api import base


class ServersTest(base.ApiTestCase):

    def setUp(self):
        super().setUp()
        self.record('create')
        caller = context.get_admin_context()
        with db_api.engine().begin() as connection:
            connection.exec_driver_sql(
                "UPDATE instances SET display_name = 'web'")
        self.assertEqual('web', db_api.instance_get(
            caller, self.server)['display_name'])
        self.found = {'id': self.server, 'name': 'web'}

    def _servers(self, query, token=base.READER):
        answers = [self.get(path, token, query_string=query)
                   for path in ('/v2.1/servers', '/v2.1/servers/detail')]
        self.assertEqual(answers[0].json, answers[1].json)
        return answers[0].json.get('servers', answers[0].status_code)

    def test_show(self):
        answer = self.get(f'/v2.1/servers/{self.server}', version='2.100')
        self.assertEqual({'server': self.found}, answer.json)

    def test_a_name_is_no_id(self):
        self.assertEqual(404, self.get('/v2.1/servers/web').status_code)

    def test_by_name(self):
        self.assertEqual([self.found], self._servers('name=web&status=x'))
        self.assertEqual([], self._servers('name=we'))
        self.assertEqual([], self._servers(f'name={self.server}'))

    def test_of_ones_project_only(self):
        for token in (base.STRANGER, base.ADMIN):
            self.assertEqual([], self._servers('name=web', token))

    def test_of_all_projects(self):
        for value in ('=1', '=True', '', '='):
            self.assertEqual([self.found], self._servers(
                f'name=web&all_tenants{value}', base.ADMIN))
            self.assertEqual(403, self._servers(
                f'name=web&all_tenants{value}', base.STRANGER))
        self.assertEqual([], self._servers('name=web&all_tenants=0',
                                           base.ADMIN))

    def test_a_name_is_needed(self):
        for query in ('', 'name=', 'name=a&name=b'):
            self.assertEqual(400, self._servers(query))
