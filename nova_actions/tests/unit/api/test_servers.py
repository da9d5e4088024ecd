# SPDX-License-Identifier: Apache-2.0

import uuid
from urllib import parse

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
                "UPDATE instances SET display_name = 'web'"
            )
        self.assertEqual(
            'web', db_api.instance_get(caller, self.server)['display_name']
        )
        self.found = {
            'id': self.server,
            'name': 'web',
            'links': [
                {
                    'rel': rel,
                    'href': f'http://falconframework.org{version}/'
                    f'servers/{self.server}',
                }
                for rel, version in (('self', '/v2.1'), ('bookmark', ''))
            ],
        }

    def _servers(self, query='', token=base.READER):
        brief, detailed = [
            self.get(path, token, query_string=query)
            for path in ('/v2.1/servers', '/v2.1/servers/detail')
        ]
        self.assertEqual(brief.status_code, detailed.status_code)
        if brief.status_code != 200:
            return brief.status_code
        self.assertEqual(
            brief.json['servers'],
            [
                {name: server[name] for name in self.found}
                for server in detailed.json['servers']
            ],
        )
        return brief.json['servers']

    def _ids(self, query='', token=base.READER):
        return [server['id'] for server in self._servers(query, token)]

    def test_show(self):
        answer = self.get(f'/v2.1/servers/{self.server}', version='2.100')
        server = answer.json['server']
        self.assertEqual(
            self.found, {name: server[name] for name in self.found}
        )
        self.assertEqual(
            ('UNKNOWN', base.PROJECT, 'user', {}),
            tuple(
                server[name]
                for name in ('status', 'tenant_id', 'user_id', 'addresses')
            ),
        )

    def test_a_name_is_no_id(self):
        self.assertEqual(404, self.get('/v2.1/servers/web').status_code)

    def test_by_name(self):
        self.assertEqual([self.found], self._servers('name=web&status=x'))
        self.assertEqual([], self._servers('name=we'))
        self.assertEqual([], self._servers(f'name={self.server}'))

    def test_of_ones_project_only(self):
        for query in ('', 'name=web'):
            for token in (base.STRANGER, base.ADMIN):
                self.assertEqual([], self._servers(query, token))
            self.assertEqual([self.found], self._servers(query))

    def test_of_all_projects(self):
        for value in ('=1', '=True', '', '='):
            for query in (
                f'name=web&all_tenants{value}',
                f'all_tenants{value}',
            ):
                self.assertEqual(
                    [self.found], self._servers(query, base.ADMIN)
                )
                self.assertEqual(403, self._servers(query, base.STRANGER))
        self.assertEqual(
            [], self._servers('name=web&all_tenants=0', base.ADMIN)
        )

    def test_malformed(self):
        for query in (
            'name=',
            'name=a&name=b',
            'limit=',
            'limit=-1',
            'limit=a',
            'marker=x',
            'marker=%00',
            f'marker={uuid.uuid4()}',
        ):
            self.assertEqual(400, self._servers(query), query)
        self.assertEqual(
            400, self._servers(f'marker={self.server}', base.STRANGER)
        )

    def test_pages(self):
        servers = [self.server]
        for _number in range(4):
            servers.insert(0, str(uuid.uuid4()))
            self.record('create', server=servers[0])
        self.assertEqual(servers, self._ids())
        self.assertEqual(servers[:2], self._ids('limit=2'))
        self.assertEqual([], self._ids('limit=0'))
        self.assertEqual(servers[3:], self._ids(f'marker={servers[2]}'))
        for start in ('/v2.1/servers', f'/v2/{base.PROJECT}/servers/detail'):
            seen, path, query = [], start, 'limit=2'
            while query:
                page = self.get(path, query_string=query).json
                seen += [server['id'] for server in page['servers']]
                [link] = page.get('servers_links') or [{'href': ''}]
                parts = parse.urlsplit(link['href'])
                self.assertIn(parts.path, (start, ''))
                query = parts.query
            self.assertEqual(servers, seen)
        self.conf.set_override('max_limit', 3, group='api')
        self.assertEqual(servers[:3], self._ids('limit=99'))
