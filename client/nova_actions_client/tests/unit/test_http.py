# SPDX-License-Identifier: Apache-2.0
"""Requests, and addresses without their version."""

from keystoneauth1 import exceptions
from oslotest import base

from nova_actions_client import http
from nova_actions_client.tests.unit import web


class TestRoot(base.BaseTestCase):
    def test_root(self):
        for endpoint in (
            'http://h:1',
            'http://h:1/',
            'http://h:1/v2.1',
            'http://h:1/v2.1/abc',
            'http://h:1/v1/',
        ):
            self.assertEqual('http://h:1', http.root_of(endpoint))
        self.assertEqual(
            'https://h/vms/log', http.root_of('https://h/vms/log/v1?x=1')
        )


class TestService(base.BaseTestCase):
    def test_an_answer(self):
        service = web.service({'/v1/x': (200, {'a': 1})})
        self.assertEqual({'a': 1}, service.get('/v1/x', {'b': ['c', 'd']}))
        self.assertEqual({'a': 1}, service.get(f'{web.ROOT}/v1/x'))

    def test_the_message_of_an_error(self):
        for status, body, message in (
            (400, {'badRequest': {'message': 'No.'}}, 'No. (HTTP 400)'),
            (400, {'badRequest': {'message': 'a\x1b[2J'}}, '\ufffd[2J'),
            (403, b'<html>', 'HTTP 403'),
            (200, b'<html>', 'not with JSON'),
        ):
            refused = self.assertRaises(
                http.Refused, web.service({'/v1': (status, body)}).get, '/v1'
            )
            self.assertEqual(status, refused.status)
            self.assertIn(message, str(refused))

    def test_no_answer(self):
        for answer in (
            (503, {}),
            exceptions.ConnectFailure('x'),
            exceptions.ConnectTimeout('x'),
        ):
            self.assertRaises(
                http.Unreachable, web.service({'/v1': answer}).get, '/v1'
            )

    def test_a_version(self):
        for answer, found in (
            (web.version('v2.1'), 'v2.1'),
            ((300, {'choices': []}), None),
            ((200, {'versions': []}), None),
            ((200, []), None),
            ((200, b'<html>'), None),
            ((404, {}), None),
        ):
            service = web.service({'/v1': answer})
            self.assertEqual(found, service.version('/v1'))
        self.assertRaises(
            http.Refused, web.service({'/v1': (401, {})}).version, '/v1'
        )
