# SPDX-License-Identifier: Apache-2.0

from nova_actions.tests.unit.api import base


class VersionsTest(base.ApiTestCase):
    def test_list(self):
        old, version, own = self.get('/', None).json['versions']
        self.assertEqual(
            ('v2.0', '', 'http://falconframework.org/v2/'),
            (old['id'], old['version'], old['links'][0]['href']),
        )
        self.assertEqual(
            ('v2.1', '2.1', '2.104'),
            (version['id'], version['min_version'], version['version']),
        )
        self.assertEqual(
            ('v1.0', 'http://falconframework.org/v1/'),
            (own['id'], own['links'][0]['href']),
        )

    def test_show(self):
        for name in ('v2.1', 'v2'):
            for path in (f'/{name}', f'/{name}/'):
                version = self.get(path, None).json['version']
                self.assertEqual('CURRENT', version['status'])
                self.assertEqual(
                    {
                        'rel': 'self',
                        'href': f'http://falconframework.org/{name}/',
                    },
                    version['links'][0],
                )

    def test_our_own(self):
        for path in ('/v1', '/v1/'):
            answer = self.get(path, None)
            version = answer.json['version']
            self.assertEqual(
                ('v1.0', '1.0', '1.0'),
                (version['id'], version['min_version'], version['version']),
            )
            self.assertEqual(
                [
                    'http://falconframework.org/v1/',
                    'http://falconframework.org/openapi.json',
                ],
                [link['href'] for link in version['links']],
            )
            self.assertEqual(
                'instance-actions 1.0', answer.headers['openstack-api-version']
            )
            self.assertNotIn('x-openstack-nova-api-version', answer.headers)
            self.assertEqual('OpenStack-API-Version', answer.headers['vary'])

    def test_microversions_of_our_own(self):
        """Those of compute mean nothing there."""
        for asked, status in (
            ('instance-actions 1.0', 200),
            ('instance-actions 1.1', 406),
            ('instance-actions x', 400),
            ('instance-actions latest', 200),
            ('compute 2.999', 200),
            ('compute x', 200),
        ):
            answer = self.get(
                '/v1', None, headers={'OpenStack-API-Version': asked}
            )
            self.assertEqual(status, answer.status_code, asked)

    def test_microversions(self):
        """The document of v2.1 obeys them; the list of versions does not."""
        self.assertEqual(406, self.get('/v2.1', None, '2.999').status_code)
        self.assertEqual(400, self.get('/v2.1', None, 'x').status_code)
        self.assertEqual(
            '2.1',
            self.get('/v2.1', None).headers['x-openstack-nova-api-version'],
        )
        self.assertEqual(200, self.get('/', None, 'x').status_code)
