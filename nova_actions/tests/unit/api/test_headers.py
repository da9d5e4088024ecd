# SPDX-License-Identifier: Apache-2.0
from nova_actions.api import headers
from nova_actions.tests.unit.api import base


class TestHeaders(base.ApiTestCase):
    def test_every_answer_has_them(self):
        request_id = self.record('create')
        for expected, path, token in (
            (200, '/v2.1', None),
            (401, self.path, None),
            (404, '/nowhere', base.READER),
            (200, self.path, base.READER),
            (200, f'{self.path}/{request_id}', base.ADMIN),
            (400, f'{self.path}?limit=x', base.READER),
        ):
            answer = self.get(path, token, version='2.102')
            self.assertEqual(expected, answer.status_code, path)
            for name, value in headers.HEADERS:
                self.assertEqual(value, answer.headers[name], path)

    def test_what_is_there_stays(self):
        given = []

        def application(_environ, start_response):
            start_response('200 OK', [('cache-control', 'private')])
            return []

        headers.on_every_answer(application, self.conf)(
            {}, lambda _status, sent: given.extend(sent)
        )
        self.assertEqual(
            ['private'],
            [
                value
                for name, value in given
                if name.lower() == 'cache-control'
            ],
        )
