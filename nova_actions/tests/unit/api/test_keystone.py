# SPDX-License-Identifier: Apache-2.0
"""A Keystone that cannot be asked; functional tests have a real one."""

import json
from unittest import mock

import fixtures as base_fixtures
from keystoneauth1 import exceptions
from keystonemiddleware import auth_token
from oslotest import base

from nova_actions.api import keystone
from nova_actions.tests import fixtures


class KeystoneTest(base.BaseTestCase):
    def answer(self, application):
        """Return the status, headers and body that a caller gets, with what
        keystonemiddleware does in ``application``."""
        conf = self.useFixture(fixtures.Conf()).conf
        with mock.patch.object(
            auth_token, 'AuthProtocol', autospec=True, return_value=application
        ):
            guarded = keystone.Keystone(lambda *_: [], conf)
        said = []
        body = b''.join(guarded({}, lambda *start: said.extend(start)))
        return (*said, body)

    def test_what_it_answers_is_handed_on(self):
        def application(_environ, start_response):
            start_response('401 Unauthorized', [('X', 'y')])
            return [b'body']

        self.assertEqual(
            ('401 Unauthorized', [('X', 'y')], b'body'),
            self.answer(application),
        )

    def test_it_cannot_be_asked(self):
        log = self.useFixture(base_fixtures.FakeLogger())
        for error in (
            exceptions.EmptyCatalog('no\ncatalog'),
            exceptions.ConnectFailure('refused'),
            exceptions.MissingAuthPlugin(),
        ):
            status, headers, body = self.answer(mock.Mock(side_effect=error))
            self.assertEqual('503 Service Unavailable', status)
            self.assertIn(('Retry-After', '30'), headers)
            self.assertEqual(
                503, json.loads(body)['serviceUnavailable']['code']
            )
            # The reason is for the operator, and on one line.
            self.assertNotIn('catalog', body.decode())
        self.assertIn('no catalog', log.output)

    def test_another_error_is_not_taken_for_that(self):
        self.assertRaises(
            ZeroDivisionError,
            self.answer,
            mock.Mock(side_effect=ZeroDivisionError),
        )
