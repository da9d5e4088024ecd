# SPDX-License-Identifier: Apache-2.0

import http.client
import io
import json

from oslotest import base

from nova_actions.api import connection
from nova_actions.api import microversion
from nova_actions.api import server
from nova_actions.tests import fixtures


def _read(*lines):
    return connection.HeaderReader()(io.BytesIO(
        ''.join(f'{line}\r\n' for line in (*lines, '')).encode()))


class HeaderReaderTest(base.BaseTestCase):

    def test_versions_are_joined(self):
        for name in (microversion.HEADER, microversion.LEGACY_HEADER):
            self.assertEqual(
                {name.title().encode(): b'a 1, b 2, c 3'},
                _read(f'{name}: a 1', f'{name.lower()}: b 2',
                      f'{name.upper()}: c 3'))

    def test_other_headers_are_not(self):
        self.assertEqual({b'X-Auth-Token': b'second'}, _read(
            'X-Auth-Token: first', 'X-Auth-Token: second'))

    def test_underscores(self):
        self.assertEqual({b'X-Forwarded-Host': b'good'}, _read(
            'X-Forwarded-Host: good', 'X_Forwarded_Host: evil',
            'X_Forwarded-Prefix: /evil'))

    def test_malformed(self):
        for line in ('no colon', ''):
            self.assertRaises(ValueError, connection.HeaderReader(),
                              io.BytesIO(line.encode()))


class ConnectionTest(base.BaseTestCase):

    def setUp(self):
        super().setUp()
        conf = self.useFixture(fixtures.Objects(
            api__auth_strategy='noauth2', api__bind_port=0,
            oslo_middleware__enable_proxy_headers_parsing=True)).conf
        service = server.Service(conf)
        service.start()
        self.addCleanup(service.wait)
        self.addCleanup(service.stop)
        self.http = http.client.HTTPConnection(*service.address)
        self.addCleanup(self.http.close)

    def test_several_services_versions(self):
        self.http.putrequest('GET', '/v2.1')
        for version in ('volume 3.70', 'compute 2.58', 'identity 3.0'):
            self.http.putheader(microversion.HEADER, version)
        self.http.putheader('X_Forwarded_Host', 'evil.example')
        self.http.endheaders()
        answer = self.http.getresponse()
        self.assertEqual('compute 2.58',
                         answer.getheader(microversion.HEADER))
        [link, *_] = json.load(answer)['version']['links']
        self.assertNotIn('evil', link['href'])
