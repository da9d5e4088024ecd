# SPDX-License-Identifier: Apache-2.0

from urllib import parse

import falcon
import hypothesis
import webob
from hypothesis import strategies
from oslotest import base

from nova_actions import exception
from nova_actions.api import behaviour
from nova_actions.api import errors
from nova_actions.api import query
from nova_actions.api import schemas
from nova_actions.api import search_schemas

NEWEST = schemas.list_query(schemas.NEWEST)
OLDEST = schemas.list_query(behaviour.behaviour(behaviour.MIN))


def _checked(text, schema=NEWEST):
    return query.Checker(schema).check(query.parse_query(text))


class ParseTest(base.BaseTestCase):
    @hypothesis.given(
        strategies.text(
            alphabet=strategies.characters(max_codepoint=0xFF), max_size=40
        )
    )
    def test_as_webob(self, text):
        """Nova's requests are WebOb's."""
        request = webob.Request({'QUERY_STRING': text})
        try:
            expected = request.GET.dict_of_lists()
        except UnicodeDecodeError:
            self.assertRaises(exception.InvalidInput, query.parse_query, text)
        else:
            self.assertEqual(expected, query.parse_query(text))


class CheckTest(base.BaseTestCase):
    def _refused(self, name, text, schema=NEWEST):
        error = self.assertRaises(
            (falcon.HTTPBadRequest, exception.InvalidInput),
            _checked,
            text,
            schema,
        )
        message = errors.message_of(error, 400)
        self.assertIn(name, message)
        return message

    def test_limit(self):
        for value in ('0', '1', '007', '99999999999999999999'):
            self.assertEqual({'limit': value}, _checked(f'limit={value}'))
        for value in (
            '',
            '-1',
            '%2B1',
            'a',
            '1.0',
            '1%0A',
            '%D9%A1',
            '1%20',
            '9' * 5000,
        ):
            self._refused('limit', f'limit={value}')

    def test_times(self):
        for value in (
            '2026',
            '2026-01',
            '2026-1-5',
            '20260105T133820Z',
            '2026-01-05 13:38:20',
            '2026-01-05T13:38:20,5',
            '2026-01-05T13:38:20%2B01:00',
            '2026-01-05T13:38',
        ):
            self.assertEqual(
                {'changes-since': parse.unquote(value)},
                _checked(f'changes-since={value}'),
            )
        for value in (
            '',
            'x',
            '2026-W01-1',
            '2026-01-05t13:38:20',
            '2026-01-05T13:38:20z',
            '2026-01-05T13:38:20+01:00',
            '2026-13-01',
            '2026-01-05%0A',
            '1767620300',
            '0001-01-01T00:00:00%2B10:00',
            '9999-12-31T23:59:59-10:00',
        ):
            self._refused('changes-since', f'changes-since={value}')

    def test_single(self):
        for name in NEWEST['properties']:
            self._refused(name, f'{name}=2026&{name}=2026')

    def test_unknown(self):
        for text in ('foo=1', '=1', 'Limit=1', 'limit=1&foo=2'):
            self._refused(text.rpartition('=')[0][-3:], text)
            self.assertEqual({}, _checked(text, OLDEST))
        self.assertEqual({}, _checked('&;&'))

    def test_marker_has_no_shape(self):
        for value in ('', 'x' * 300, '%00', '%C3%BC'):
            self.assertEqual(
                {'marker': parse.unquote(value)}, _checked(f'marker={value}')
            )

    def test_long_values_are_not_echoed_whole(self):
        self.assertLess(
            len(self._refused('limit', 'limit=' + 'x' * 10000)), 1000
        )

    def test_one_style_for_all(self):
        own = search_schemas.list_query(behaviour.Behaviour())
        for text, message in (
            ('limit=abc', 'limit: it is not an integer of 1 or more'),
            ('limit=-1', 'limit: it is not an integer of 1 or more'),
            ('limit=0', 'limit: it is not an integer of 1 or more'),
            ('limit=', 'limit: it is not an integer of 1 or more'),
            ('limit=1&limit=1', 'limit: it is given more than once'),
            (
                'limit=' + '1' * 4301,
                'limit: it is longer than 4300 characters',
            ),
            ('action=a%00b', 'action: it has control characters'),
            ('action=a%C2%85', 'action: it has control characters'),
            ('host=%FF', 'host: it is not UTF-8'),
            ('%FF=1', 'the name of a query parameter: it is not UTF-8'),
            ('\u20ac', 'the query: it is not UTF-8'),
        ):
            self.assertEqual(
                f'Invalid input for {message}',
                self._refused('', text, own),
            )
        for text in ('limit=1', 'limit=0010', 'limit=1000000000', 'action='):
            _checked(text, own)
