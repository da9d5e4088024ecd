# SPDX-License-Identifier: Apache-2.0

from nova_actions.tests.unit.api import base


class VersionsTest(base.ApiTestCase):

    def test_list(self):
        old, version = self.get('/', None).json['versions']
        self.assertEqual(('v2.0', '', 'http://falconframework.org/v2/'), (
            old['id'], old['version'], old['links'][0]['href']))
        self.assertEqual(('v2.1', '2.1', '2.104'), (
            version['id'], version['min_version'], version['version']))

    def test_show(self):
        for name in ('v2.1', 'v2'):
            for path in (f'/{name}', f'/{name}/'):
                version = self.get(path, None).json['version']
                self.assertEqual('CURRENT', version['status'])
                self.assertEqual({
                    'rel': 'self',
                    'href': f'http://falconframework.org/{name}/'},
                    version['links'][0])

    def test_microversions(self):
        """The document of v2.1 obeys them; the list of versions does not."""
        self.assertEqual(406, self.get('/v2.1', None, '2.999').status_code)
        self.assertEqual(400, self.get('/v2.1', None, 'x').status_code)
        self.assertEqual('2.1', self.get('/v2.1', None).headers[
            'x-openstack-nova-api-version'])
        self.assertEqual(200, self.get('/', None, 'x').status_code)
