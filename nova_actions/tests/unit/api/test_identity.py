# SPDX-License-Identifier: Apache-2.0
"""Whose lines of the log are whose."""

import logging

import fixtures as base_fixtures
from oslo_context import context as oslo_context

from nova_actions.api import auth
from nova_actions.tests.unit.api import base


class _Lines(logging.Handler):
    """Keeps what a line is the log of: the name and the request's id."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.seen = []

    def emit(self, record):
        context = getattr(record, 'context', oslo_context.get_current())
        self.seen.append((record.name, context and context.request_id))


class IdentityTest(base.ApiTestCase):
    OVERRIDES = {
        'oslo_middleware__enable_proxy_headers_parsing': True,
        'cors__allowed_origin': ['https://horizon'],
        'healthcheck__backends': ['nova_actions_database'],
    }

    def setUp(self):
        super().setUp()
        root = logging.getLogger()
        self.lines = _Lines()
        root.addHandler(self.lines)
        self.addCleanup(root.removeHandler, self.lines)
        self.addCleanup(root.setLevel, root.level)
        root.setLevel(logging.DEBUG)
        # What keystonemiddleware logs comes before the token is known.
        parse = auth.NoAuth2._parse

        def logged(token):
            logging.getLogger('before').warning('a token')
            return parse(token)

        self.useFixture(
            base_fixtures.MonkeyPatch(
                'nova_actions.api.auth.NoAuth2._parse', staticmethod(logged)
            )
        )

    def test_each_line_is_its_requests(self):
        self.record('create')
        ids = set()
        for status, path, token, values in (
            (200, self.path, base.READER, {}),
            (401, self.path, None, {}),
            (401, self.path, 'x', {}),
            (404, self.path, base.STRANGER, {}),
            (400, self.path, base.READER, {'version': '2.01'}),
            (406, self.path, base.READER, {'version': '2.999'}),
            (413, self.path, base.READER, {'body': 'x' * 200_000}),
            (200, '/', None, {}),
            (200, '/healthcheck', None, {}),
            (
                200,
                self.path,
                base.READER,
                {'headers': {'Origin': 'https://other'}},
            ),
        ):
            self.lines.seen.clear()
            answer = self.get(path, token, **values)
            self.assertEqual(status, answer.status_code, answer.text)
            own = answer.headers['x-openstack-request-id']
            self.assertEqual(
                {own},
                {id_ for _, id_ in self.lines.seen},
                (status, path, self.lines.seen),
            )
            names = [name for name, _ in self.lines.seen]
            self.assertIn('nova_actions.api.access', names)
            if path == self.path and status != 413:
                self.assertIn('before', names)
            ids.add(own)
        self.assertEqual(10, len(ids))
