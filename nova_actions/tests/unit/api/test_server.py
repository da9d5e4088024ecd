# SPDX-License-Identifier: Apache-2.0

import socket
import urllib.request

from oslotest import base

from nova_actions.api import server
from nova_actions.tests import fixtures


class ServiceTest(base.BaseTestCase):

    def setUp(self):
        super().setUp()
        self.conf = self.useFixture(fixtures.Objects(
            api__auth_strategy='noauth2', api__bind_port=0,
            api__threads=2)).conf

    def test_serves_and_stops(self):
        service = server.Service(self.conf)
        service.start()
        self.addCleanup(service.stop)
        host, port = service.address
        with urllib.request.urlopen(f'http://{host}:{port}/v2.1') as answer:
            self.assertEqual(200, answer.status)
        service.stop()
        service.wait()
        self.assertRaises(OSError, socket.create_connection, (host, port))

    def test_address_in_use(self):
        first = server.Service(self.conf)
        first.start()
        self.addCleanup(first.stop)
        self.conf.set_override('bind_port', first.address[1], group='api')
        self.assertRaises(OSError, server.Service(self.conf).start)
