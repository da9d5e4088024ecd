# SPDX-License-Identifier: Apache-2.0

import collections
import json

from oslotest import base

from nova_actions.api import app
from nova_actions.api import openapi


class DocumentTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.document = openapi.document(app.ROUTES)

    def test_every_route_is_there(self):
        self.assertEqual(
            [route.path for route in app.ROUTES], list(self.document['paths'])
        )

    def test_names_are_unique(self):
        names = collections.Counter(
            path['get']['operationId']
            for path in self.document['paths'].values()
        )
        self.assertEqual(len(app.ROUTES), len(names), names)

    def test_it_is_json(self):
        json.dumps(self.document)

    def test_parameters(self):
        operation = self.document['paths'][
            '/v2.1/servers/{server_id}/os-instance-actions'
        ]['get']
        found = {
            (each['in'], each['name']): each
            for each in operation['parameters']
        }
        self.assertTrue(found['path', 'server_id']['required'])
        self.assertEqual(
            {'min-ver': '2.66'},
            found['query', 'changes-before']['x-openstack'],
        )
        self.assertIn(('header', 'OpenStack-API-Version'), found)
        [limit] = [
            each
            for each in self.document['paths']['/v2.1/servers']['get'][
                'parameters'
            ]
            if each['name'] == 'limit'
        ]
        self.assertNotIn('x-openstack', limit)

    def test_errors(self):
        """What each looks like, but for the size limit's, which is not
        ours."""
        for path in self.document['paths'].values():
            for status, answer in path['get']['responses'].items():
                self.assertEqual(status != '413', 'content' in answer)

    def test_who_needs_a_token(self):
        for route in app.ROUTES:
            operation = self.document['paths'][route.path]['get']
            self.assertEqual(route.public, not operation['security'])
            self.assertEqual(route.public, '401' not in operation['responses'])
