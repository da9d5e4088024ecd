# SPDX-License-Identifier: Apache-2.0
"""Whatever a client sends, it gets an answer in JSON, and never a 5xx.

Bytes go into the WSGI environ as a server puts them there.
"""

import json
from urllib import parse

import hypothesis
import jsonschema
from falcon import testing
from hypothesis import strategies as st
from oslotest import base

from nova_actions.api import app
from nova_actions.api import schemas
from nova_actions.api import search_schemas
from nova_actions.tests import fixtures
from nova_actions.tests.functional import access
from nova_actions.tests.functional import fuzz

SERVER = '{server}'
REQUEST = '{request}'

segments = st.one_of(
    st.sampled_from(
        (
            SERVER,
            REQUEST,
            'detail',
            'servers',
            access.OWNER,
            'os-instance-actions',
        )
    ),
    fuzz.texts.map(
        lambda text: parse.quote(
            text.encode('utf-8', 'surrogatepass'), safe=''
        )
    ),
    st.binary(max_size=8).map(lambda raw: parse.quote(raw, safe='')),
)
paths = st.one_of(
    st.tuples(
        st.just('/v2.1/servers'),
        segments,
        st.just('os-instance-actions'),
        segments,
    ),
    st.tuples(
        st.just('/v2.1/servers'), segments, st.just('os-instance-actions')
    ),
    st.tuples(
        st.just('/v2.1/servers'),
        st.just(SERVER),
        st.just('os-instance-actions'),
    ),
    st.tuples(
        st.just('/v2.1/servers'),
        st.just(SERVER),
        st.just('os-instance-actions'),
        st.just(REQUEST),
    ),
    st.tuples(st.just('/v2.1/servers')),
    st.tuples(st.just('/v1/actions')),
    st.tuples(st.just('/v1/actions'), segments),
    st.lists(segments, max_size=5).map(lambda parts: ('', *parts)),
).map('/'.join)

parameters = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(
                (
                    'limit',
                    'marker',
                    'changes-since',
                    'changes-before',
                    'name',
                    'all_tenants',
                    *search_schemas.PARAMETERS,
                )
            ),
            fuzz.texts,
        ),
        st.one_of(
            st.sampled_from(
                (
                    REQUEST,
                    SERVER,
                    '1',
                    '0',
                    '2h',
                    '7d',
                    'failed',
                    'updated_at:asc',
                    '2026-01-01T00:00:00Z',
                    '9999-12-31T23:59:59-23:59',
                )
            ),
            fuzz.texts,
        ),
    ),
    max_size=4,
)
queries = st.one_of(
    parameters.map(
        lambda pairs: '&'.join(
            f'{_quote(name)}={_quote(value)}' for name, value in pairs
        )
    ),
    st.binary(max_size=20).map(lambda raw: raw.decode('latin-1')),
)


def _quote(text):
    return parse.quote(text.encode('utf-8', 'surrogatepass'), safe='{}')


header_values = st.one_of(
    st.sampled_from(
        (
            '',
            'compute',
            'compute 2.104',
            'compute latest',
            'compute 2.58, volume 3.1',
            'compute 999999.0',
            'compute 2.٣',
            '2.58',
            'latest',
            'application/json',
            '*/*;q=0',
            'application/json;q=x',
            '-1',
            '1e9',
            'for=x;proto=https',
            'req-' + 'a' * 300,
        )
    ),
    st.text(
        st.characters(max_codepoint=255, exclude_characters='\r\n\0'),
        max_size=30,
    ),
)
headers = st.dictionaries(
    st.sampled_from(
        (
            'OPENSTACK_API_VERSION',
            'X_OPENSTACK_NOVA_API_VERSION',
            'ACCEPT',
            'X_OPENSTACK_REQUEST_ID',
            'HOST',
            'FORWARDED',
            'X_FORWARDED_PROTO',
            'X_FORWARDED_HOST',
            'ORIGIN',
            'X_USER_ID',
            'X_ROLES',
            'X_IS_ADMIN',
            'X_SERVICE_ROLES',
            'OPENSTACK_SYSTEM_SCOPE',
            'IF_MODIFIED_SINCE',
            'RANGE',
            'TRANSFER_ENCODING',
            'COOKIE',
            'X_PROJECT_ID',
        )
    ),
    header_values,
    max_size=4,
)


def mostly(usual, odd):
    return st.integers(0, 9).flatmap(lambda dice: odd if dice > 8 else usual)


tokens = mostly(
    st.sampled_from(
        (
            f'user:{access.OWNER}:reader',
            f'root:{access.OTHER}:admin',
            f'user:{access.OTHER}:member',
        )
    ),
    header_values,
)
requests = st.fixed_dictionaries(
    {
        'path': paths,
        'query': queries,
        'headers': headers,
        'token': tokens,
        'method': mostly(
            st.just('GET'),
            st.sampled_from(('HEAD', 'POST', 'PUT', 'OPTIONS', 'TRACE')),
        ),
        'type': mostly(st.none(), header_values),
        'length': mostly(st.none(), header_values),
    }
)


class _Rest:
    BACKEND = 'sqlite'
    OVERRIDES = {}

    def setUp(self):
        super().setUp()
        conf = self.useFixture(
            fixtures.Objects(
                self.BACKEND, api__auth_strategy='noauth2', **self.OVERRIDES
            )
        ).conf
        self.app = app.create(conf)
        self.ground = access.Ground(failed=True)

    def fill(self, text):
        return text.replace(SERVER, self.ground.uuid).replace(
            REQUEST, self.ground.request_id
        )

    def ask(self, asked):
        path = parse.unquote_to_bytes(self.fill(asked['path']))
        environ = testing.create_environ(method=asked['method'])
        environ.update(
            {
                f'HTTP_{name}': value
                for name, value in asked['headers'].items()
            },
            PATH_INFO=path.decode('latin-1'),
            QUERY_STRING=self.fill(asked['query']),
            HTTP_X_AUTH_TOKEN=asked['token'],
        )
        for name, key in (
            ('CONTENT_TYPE', 'type'),
            ('CONTENT_LENGTH', 'length'),
        ):
            if asked[key] is not None:
                environ[name] = asked[key]
        started = []
        body = self.app(
            environ,
            lambda status, sent, *_: started.append((int(status[:3]), sent)),
        )
        return *started[-1], b''.join(body)

    def check(self, asked):
        status, sent, body = self.ask(asked)
        self.assertLess(status, 500, body)
        for name, value in sent:
            self.assertNotRegex(name + value, '[\r\n\0]')
        if asked['method'] != 'HEAD' and body:
            found = json.loads(body)
            if status >= 400:
                jsonschema.validate(found, schemas.ERROR)
        else:
            self.assertEqual(b'', body)


class TestSqlite(_Rest, base.BaseTestCase):
    @fuzz.examples(500)
    @hypothesis.given(requests)
    def test_any_request(self, asked):
        self.check(asked)


class TestBehindProxy(_Rest, base.BaseTestCase):
    OVERRIDES = {
        'oslo_middleware__enable_proxy_headers_parsing': True,
        'cors__allowed_origin': ['https://example.org'],
    }

    @fuzz.examples(150)
    @hypothesis.given(requests)
    def test_any_request(self, asked):
        self.check(asked)


class TestMysql(_Rest, base.BaseTestCase):
    BACKEND = 'mysql'

    @fuzz.examples(100)
    @hypothesis.given(requests)
    def test_any_request(self, asked):
        self.check(asked)


class TestPostgresql(_Rest, base.BaseTestCase):
    BACKEND = 'postgresql'

    @fuzz.examples(100)
    @hypothesis.given(requests)
    def test_any_request(self, asked):
        self.check(asked)
