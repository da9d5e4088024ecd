# SPDX-License-Identifier: Apache-2.0
"""Every parameter of /v1 with values that it cannot have: each is refused,
and the message names the parameter."""

from urllib import parse

from nova_actions.api import change_schemas
from nova_actions.api import search_schemas
from nova_actions.api import stat_schemas
from nova_actions.tests.unit.api import base

PARAMETERS = {
    '/v1/actions': search_schemas.PARAMETERS,
    '/v1/stats': stat_schemas.PARAMETERS,
    '/v1/changes': change_schemas.PARAMETERS,
}
#: Those that may be given several times, or without a value.
SEVERAL = ('by', 'status')
BARE = ('all_projects',)
#: Wrong for every parameter; percent-encoded.
NEVER = ('%00', 'a%00b', '%FF', '%C3', '%ED%A0%80', 'x' * 5000)
TIMES = (
    '-1h',
    '1e9',
    'NaN',
    '99999-01-01',
    '0000-01-01',
    '2026-02-30',
    '9999-12-31T23:59:59-01:00',
    '0001-01-01T00:00:00%2B01:00',
    '101y',
    '999999999999w',
)
WRONG = {
    **dict.fromkeys(
        (
            'started_after',
            'started_before',
            'updated_after',
            'updated_before',
        ),
        TIMES,
    ),
    **dict.fromkeys(
        ('min_duration', 'open_longer_than'),
        ('-1', '-1h', '1e3', 'inf', '1.1.1', '36526d', '2026-01-01'),
    ),
    'limit': ('-1', '0', '000', 'abc', '1.5', '%2B1', '%201', '%EF%BC%91'),
    'wait': ('-1', 'abc', '1.5', '%2B1'),
    'server': ('x', '%7Bserver%7D'),
    'by': ('x', 'Action'),
    'sort': ('x', 'started_at:', 'started_at:up', ':asc'),
    'status': ('x', 'Failed'),
    'all_projects': ('x', '2', 'TRUE'),
    'cursor': ('x', '=', '%E2%82%AC'),
    'after': ('x', '=', '%E2%82%AC'),
}
#: Wrong together; the first parameter is named.
TOGETHER = (
    'started_after=1h&started_before=2h',
    'started_after=2026-01-02&started_before=2026-01-02',
    'updated_after=1h&updated_before=2h',
)
#: As far as a value may go.
FARTHEST = (
    'started_after=0001-01-01',
    'started_before=0001-01-01',
    'started_after=9999-12-31T23:59:59.999999',
    'started_before=9999-12-31T23:59:59.999999',
    'updated_after=36525d',
    'min_duration=36525d',
    'open_longer_than=36525d',
    'limit=1000000000',
    f'limit={"9" * 4300}',
    f'action={"x" * 255}',
    'server_name=' + '%F0%9F%98%80' * 255,
    'status=failed&' * 500,
)


class MalformedQueriesTest(base.ApiTestCase):
    def ask(self, path, query):
        return self.get(path, base.ADMIN, query_string=query)

    def assertRefused(self, path, name, query):
        answer = self.ask(path, query)
        where = f'{path}?{query[:80]}: {answer.text}'
        self.assertEqual(400, answer.status_code, where)
        message = answer.json['badRequest']['message']
        self.assertIn(f'Invalid input for {name}: ', message, where)
        self.assertLess(len(message), 1000)

    def test_every_parameter(self):
        for path, parameters in PARAMETERS.items():
            for name in parameters:
                for value in (*NEVER, *WRONG.get(name, ())):
                    self.assertRefused(path, name, f'{name}={value}')
                if name not in BARE:
                    self.assertRefused(path, name, name)
                    self.assertRefused(path, name, f'{name}=')
                if name not in SEVERAL:
                    self.assertRefused(path, name, f'{name}=1&{name}=1')

    def test_together(self):
        for path in ('/v1/actions', '/v1/stats'):
            for query in TOGETHER:
                self.assertRefused(path, query.partition('=')[0], query)
        for query in ('by=action&by=action', 'by=day&by=hour'):
            self.assertRefused('/v1/stats', 'by', query)

    def test_unknown(self):
        for path in PARAMETERS:
            for name in ('x', 'Limit', 'limit[]', '%20limit'):
                answer = self.ask(path, f'{name}=1')
                self.assertEqual(400, answer.status_code)
                self.assertIn(
                    parse.unquote(name), answer.json['badRequest']['message']
                )

    def test_the_farthest_values(self):
        self.record('create')
        for path, parameters in PARAMETERS.items():
            for query in FARTHEST:
                if query.partition('=')[0] in parameters:
                    answer = self.ask(path, query)
                    self.assertEqual(200, answer.status_code, answer.text)
