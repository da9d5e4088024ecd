# SPDX-License-Identifier: Apache-2.0

import inspect

import falcon
from oslotest import base

from nova_actions import exception
from nova_actions.api import errors


class StatusTest(base.BaseTestCase):
    def test_every_error_of_ours_has_a_status(self):
        for _name, kind in inspect.getmembers(exception, inspect.isclass):
            if (
                issubclass(kind, exception.ActionsException)
                and kind is not exception.ActionsException
            ):
                self.assertIn(
                    errors.status_of(kind('text')),
                    (400, 403, 404, 409, 410, 503),
                    kind,
                )

    def test_special(self):
        for error, status in (
            (exception.MarkerNotFound(marker='x'), 400),
            (exception.InstanceNotFound(instance_id='x'), 404),
            (falcon.HTTPMethodNotAllowed(['GET']), 404),
            (falcon.HTTPNotAcceptable(), 406),
            (KeyError('x'), 500),
            (exception.ActionsException(), 500),
        ):
            self.assertEqual(status, errors.status_of(error))

    def test_a_surprise_tells_nothing(self):
        text = errors.message_of(RuntimeError('SELECT secret'), 500)
        self.assertNotIn('secret', text)

    def test_retry_after(self):
        error = exception.CellUnavailable(cell='x', retry_after=7.4)
        self.assertEqual({'Retry-After': '7'}, errors.headers_of(error))
        self.assertEqual(
            {'Retry-After': '1'},
            errors.headers_of(exception.DatabaseUnavailable()),
        )
        for lasting in (KeyError('x'), exception.StatTooLarge(reason='x')):
            self.assertEqual({}, errors.headers_of(lasting))


class WrapperTest(base.BaseTestCase):
    def test_500(self):
        def broken(environ, start_response):
            raise ValueError('secret')

        seen = []
        body = errors.FaultWrapper(broken)({}, lambda *args: seen.extend(args))
        self.assertEqual('500 Internal Server Error', seen[0])
        self.assertNotIn(b'secret', b''.join(body))
