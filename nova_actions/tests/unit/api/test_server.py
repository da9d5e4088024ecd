# SPDX-License-Identifier: Apache-2.0

import json
import resource
import socket
import threading
from unittest import mock

import jsonschema
from oslotest import base

from nova_actions.api import behaviour
from nova_actions.api import schemas
from nova_actions.api import server
from nova_actions.tests import fixtures
from nova_actions.tests.unit.api import malformed
from nova_actions.tests.unit.api import wire


class ServiceTest(base.BaseTestCase):
    def _client(self, address, sent=b''):
        client = wire.Client(address, sent)
        self.addCleanup(client.close)
        return client

    def test_serves_and_stops(self):
        running = self.useFixture(wire.Server())
        client = self._client(running.address, wire.get('/v2.1'))
        self.assertEqual(200, client.answer()[0])
        for _again in range(2):
            running.service.stop()
            running.service.wait()
        self.assertTrue(client.is_closed())
        self.assertRaises(OSError, socket.create_connection, running.address)

    def test_stops_while_others_wake_it(self):
        """A thread of the pool may wake it before who stops it does."""
        running = self.useFixture(wire.Server()).service
        pull = running._listener.trigger._physical_pull

        def pulled():
            pull()
            # What it waits for is this very call.
            running._thread.join(0.5)
            pull()

        with mock.patch.object(
            running._listener.trigger, '_physical_pull', pulled
        ):
            running.stop()
        running.wait()
        self.assertFalse(running._thread.is_alive())

    def test_address_in_use(self):
        conf = self.useFixture(
            fixtures.Objects(api__auth_strategy='noauth2')
        ).conf
        running = self.useFixture(wire.Server())
        conf.set_override('bind_port', running.address[1], group='api')
        self.assertRaises(OSError, server.Service(conf).start)

    def test_what_is_being_answered_is_answered(self):
        begun, ended = threading.Event(), threading.Event()

        def application(_environ, start_response):
            begun.set()
            ended.wait(wire.PATIENCE)
            start_response('200 OK', [('Content-Length', '4')])
            return [b'done']

        running = self.useFixture(wire.Server(application))
        self.addCleanup(ended.set)
        idle = self._client(running.address)
        half = self._client(running.address, wire.get('/')[:-2])
        client = self._client(running.address, wire.get('/'))
        self.assertTrue(begun.wait(wire.PATIENCE))
        running.service.stop()
        self.assertTrue(idle.is_closed())
        self.assertTrue(half.is_closed())
        self.assertRaises(OSError, socket.create_connection, running.address)
        ended.set()
        self.assertEqual((200, b'done'), client.answer())
        self.assertTrue(client.is_closed())
        running.service.wait()

    def test_open_files(self):
        for limits, allowed in (
            ((100, 5000), 2256),
            ((100, resource.RLIM_INFINITY), 2256),
            ((100, 500), 500),
            ((3000, 5000), None),
            ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), None),
        ):
            with (
                mock.patch.object(
                    resource, 'getrlimit', autospec=True, return_value=limits
                ),
                mock.patch.object(
                    resource, 'setrlimit', autospec=True
                ) as changed,
            ):
                server._allow_files(2256)
            self.assertEqual(
                [allowed] if allowed else [],
                [call.args[1][0] for call in changed.call_args_list],
            )


class RequestsTest(base.BaseTestCase):
    """What the server makes of bytes."""

    def setUp(self):
        super().setUp()
        self.address = self.useFixture(
            wire.Server(oslo_middleware__enable_proxy_headers_parsing=True)
        ).address

    def ask(self, data):
        with wire.Client(self.address, data) as client:
            return client.rest()

    def test_two_on_one_connection(self):
        for headers, body in (
            ((), b''),
            (('Content-Length: 5',), b'hello'),
            ((malformed.CHUNKED,), b'5\r\nhello\r\n0\r\n\r\n'),
            ((malformed.CHUNKED,), b'5;a="b"\r\nhello\r\n0\r\nX: y\r\n\r\n'),
            ((malformed.CHUNKED,), b'0\r\n\r\n'),
        ):
            with wire.Client(
                self.address, wire.get('/v2.1', *headers, body=body)
            ) as client:
                self.assertEqual(200, client.answer()[0])
                client.send(malformed.SECOND)
                self.assertEqual(200, client.answer()[0])
            self.assertEqual(
                [200, 200],
                self.ask(
                    wire.get('/v2.1', *headers, body=body) + malformed.SECOND
                ),
            )

    def test_malformed(self):
        for name, data in malformed.REQUESTS.items():
            with wire.Client(self.address, data + malformed.SECOND) as client:
                status, body = client.answer()
                self.assertIn(status, (400, 501), name)
                jsonschema.validate(json.loads(body), schemas.ERROR)
                self.assertTrue(client.is_closed(), name)

    def test_expectation(self):
        with wire.Client(
            self.address,
            wire.get('/v2.1', 'Expect: 100-continue', 'Content-Length: 5'),
        ) as client:
            self.assertEqual(100, client.answer()[0])
            client.send(b'hello' + malformed.SECOND)
            self.assertEqual([200, 200], client.rest())

    def test_expectation_without_a_body(self):
        """waitress would take the next request for the rest of this one."""
        for length in ((), ('Content-Length: 0',)):
            asked = wire.get('/v2.1', 'Expect: 100-continue', *length)
            with wire.Client(self.address, asked) as client:
                self.assertEqual(200, client.answer()[0])
            self.assertEqual([200, 200], self.ask(asked + malformed.SECOND))

    def test_head(self):
        """An answer's body that nobody waits for would be the next
        answer."""
        for path, status in (
            ('/v2.1', 200),
            ('/v2.1/servers/x', 401),
            ('/nowhere', 401),
        ):
            with wire.Client(
                self.address,
                wire.get(path).replace(b'GET', b'HEAD') + malformed.SECOND,
            ) as client:
                self.assertEqual(status, client.answer(has_body=False)[0])
                self.assertEqual(200, client.answer()[0])

    def test_headers(self):
        large = 'x' * 100_000
        for headers, statuses in (
            ((f'X-Auth-Token: {large}',), [200]),
            ([f'X-{number}: y' for number in range(5000)], [200]),
            ((f'X: {large}{large}',), [431]),
        ):
            self.assertEqual(
                statuses, self.ask(wire.get('/v2.1', *headers))[:1]
            )

    def test_body_too_large(self):
        chunk = b'5000\r\n%s\r\n' % (b'x' * 0x5000)
        for headers, body in (
            (('Content-Length: 200000',), b''),
            ((malformed.CHUNKED,), chunk * 6),
            ((malformed.CHUNKED,), b'5;' + b'a' * 200_000),
        ):
            with wire.Client(
                self.address, wire.get('/v2.1', *headers, body=body)
            ) as client:
                self.assertEqual(413, client.answer()[0])
                self.assertTrue(client.is_closed())

    def test_absolute_target(self):
        with wire.Client(
            self.address, wire.get('http://cloud:8774/v2.1')
        ) as client:
            version = json.loads(client.answer()[1])['version']
        self.assertEqual(
            'http://cloud:8774/v2.1/', version['links'][0]['href']
        )

    def test_options(self):
        """HAProxy's way to ask whether a server lives."""
        for data in (
            b'OPTIONS / HTTP/1.0\r\n\r\n',
            wire.get('/').replace(b'GET', b'OPTIONS'),
        ):
            self.assertEqual([200], self.ask(data))

    def test_several_services_versions(self):
        with wire.Client(
            self.address,
            wire.get(
                '/v2.1',
                *(
                    f'{behaviour.HEADER}: {version}'
                    for version in (
                        'volume 3.70',
                        'compute 2.999',
                        'identity 3.0',
                    )
                ),
                'X_Forwarded_Host: evil',
            ),
        ) as client:
            self.assertEqual(406, client.answer()[0])
