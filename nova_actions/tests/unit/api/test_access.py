# SPDX-License-Identifier: Apache-2.0

import logging
import re
import uuid

import fixtures as base_fixtures
import hypothesis
from hypothesis import strategies
from oslotest import base as test_base

from nova_actions.api import access
from nova_actions.tests.unit.api import base
from nova_actions.tests.unit.api import wire

#: How a program takes a line apart.
LINE = re.compile(
    r'(?P<address>\S+) "(?P<method>\S+) (?P<path>\S+)" '
    r'status: (?P<status>\d{3}) len: (?P<len>\d+) time: (?P<time>[\d.]+) ms '
    r'request: (?P<request>\S+) user: (?P<user>\S+)'
)


class AccessLogTest(base.ApiTestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(
            base_fixtures.FakeLogger(access.LOG.name, level=logging.INFO)
        )
        self.seen = 0

    def lines(self):
        lines = self.log.output.splitlines()[self.seen :]
        self.seen += len(lines)
        found = [LINE.fullmatch(line) for line in lines]
        self.assertNotIn(None, found, lines)
        return found

    def line(self):
        found = self.lines()
        self.assertEqual(1, len(found), found)
        return found[0]

    def test_each_answer(self):
        self.record('create')
        for path, token, status, user in (
            (self.path, base.READER, '200', 'user'),
            (self.path, None, '401', '-'),
            (self.path, base.STRANGER, '404', 'stranger'),
            ('/no/such', base.READER, '404', 'user'),
            ('/', None, '200', '-'),
        ):
            self.lines()
            answer = self.get(path, token)
            line = self.line()
            self.assertEqual(
                ('GET', path, status, user),
                line.group('method', 'path', 'status', 'user'),
            )
            self.assertEqual(str(answer.status_code), line['status'])
            self.assertEqual(len(answer.content), int(line['len']))
            self.assertEqual(
                answer.headers['x-openstack-request-id'], line['request']
            )

    def test_head_has_no_body(self):
        self.get('/', method='HEAD')
        self.assertEqual(('HEAD', '0'), self.line().group('method', 'len'))

    def test_the_query_is_not_logged(self):
        self.get(self.path, params={'limit': '1', 'token': 'S3cr3t'})
        self.assertNotIn('S3cr3t', self.line()[0])

    def test_a_token_in_a_path(self):
        token = 'gAAAAA' + uuid.uuid4().hex * 4
        self.get(f'/v2.1/servers/{token}')
        self.assertNotIn(token, self.line()[0])

    def test_probes_are_no_news(self):
        for path, method in (('/healthcheck', 'GET'), ('/', 'OPTIONS')):
            self.get(path, None, method=method)
        self.assertEqual([], self.lines())

    @hypothesis.given(strategies.text(max_size=2 * access.LIMIT))
    def test_a_line_is_a_line(self, text):
        # As WSGI has it: bytes of UTF-8 read as Latin-1.
        raw = text.encode('utf-8', 'replace').decode('latin-1')
        self.lines()
        access.note('192.0.2.1', raw, raw, '200', 1, 0.1, None, None)
        self.line()


class RefusalTest(test_base.BaseTestCase):
    def test_what_cannot_be_read_is_logged(self):
        log = self.useFixture(
            base_fixtures.FakeLogger(access.LOG.name, level=logging.INFO)
        )
        running = self.useFixture(wire.Server())
        client = wire.Client(running.address, b'GET  /x\r\n\r\n')
        self.addCleanup(client.close)
        self.assertEqual(400, client.answer()[0])
        line = LINE.fullmatch(log.output.strip())
        self.assertEqual(
            ('-', '-', '400'), line.group('method', 'path', 'status')
        )
