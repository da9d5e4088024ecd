# SPDX-License-Identifier: Apache-2.0
"""How requests are told apart, by the parser alone."""

import hypothesis
from hypothesis import strategies as st
from oslotest import base
from waitress import adjustments

from nova_actions.api import framing
from nova_actions.api import server
from nova_actions.tests.unit.api import malformed
from nova_actions.tests.unit.api import wire

chunks = st.lists(st.binary(min_size=1, max_size=20), max_size=5)
extensions = st.sampled_from((b'', b';a', b';a=b', b';a="b; c\\"";d'))
trailers = st.sampled_from((b'', b'X: y\r\n', b'X: y\r\nZ:\r\n'))


def chunked(parts, extension=b'', trailer=b''):
    return (
        b''.join(
            b'%X%s\r\n%s\r\n' % (len(part), extension, part) for part in parts
        )
        + b'0\r\n%s\r\n' % trailer
    )


def parse(pieces):
    """Return the parser that has taken the pieces, and what it left."""
    parser = framing.Parser(
        adjustments.Adjustments(max_request_header_size=server.MAX_HEADERS)
    )
    left = b''
    for piece in pieces:
        left += piece
        while left and not parser.completed:
            left = left[parser.received(left) :]
    return parser, left


def cut(data, places):
    ends = sorted({*(place % len(data) for place in places), len(data)})
    return [
        data[start:end] for start, end in zip([0, *ends], ends, strict=False)
    ]


class ParserTest(base.BaseTestCase):
    @hypothesis.settings(deadline=None)
    @hypothesis.given(
        chunks,
        extensions,
        trailers,
        st.lists(st.integers(0, 10_000), max_size=30),
    )
    def test_chunks_however_they_come(self, parts, extension, trailer, places):
        data = wire.get(
            '/a%20b?c=d',
            malformed.CHUNKED,
            body=chunked(parts, extension, trailer),
        )
        parser, left = parse(cut(data + malformed.SECOND, places))
        self.assertIsNone(parser.error)
        self.assertEqual(b''.join(parts), parser.get_body_stream().read())
        self.assertEqual(malformed.SECOND, left)
        self.assertEqual(('/a b', 'c=d'), (parser.path, parser.query))

    @hypothesis.settings(deadline=None)
    @hypothesis.given(
        st.binary(max_size=40), st.lists(st.integers(0, 10_000), max_size=30)
    )
    def test_length_however_it_comes(self, body, places):
        data = wire.get('/', f'Content-Length: {len(body)}', body=body)
        parser, left = parse(cut(data + malformed.SECOND, places))
        self.assertIsNone(parser.error)
        self.assertEqual(body, parser.get_body_stream().read())
        self.assertEqual(malformed.SECOND, left)

    @hypothesis.settings(deadline=None)
    @hypothesis.given(
        st.sampled_from(sorted(malformed.REQUESTS)),
        st.lists(st.integers(0, 10_000), max_size=30),
    )
    def test_malformed_however_it_comes(self, name, places):
        data = malformed.REQUESTS[name] + malformed.SECOND
        parser, _left = parse(cut(data, places))
        self.assertTrue(parser.completed)
        self.assertIn(parser.error.code, (400, 501), name)
        self.assertFalse(parser.expect_continue)

    @hypothesis.settings(deadline=None)
    @hypothesis.given(st.binary(max_size=200))
    def test_any_bytes(self, data):
        for start in (
            b'',
            b'GET / HTTP/1.1\r\n',
            wire.get('/', malformed.CHUNKED),
        ):
            parser, left = parse([start + data])
            self.assertLessEqual(len(left), len(data))
            self.assertTrue(
                parser.error
                or not parser.chunked
                or isinstance(parser.body_rcv, framing.Chunks)
            )

    def test_trailer_is_dropped(self):
        """Searched from its beginning at each line, it takes the square of
        its size, while no other connection is served."""
        data = chunked([b'hello'], trailer=b'X: y\r\n' * 1000)
        parser, _left = parse([wire.get('/', malformed.CHUNKED), data[:-4]])
        self.assertEqual(
            (b'', b'X: y'),
            (parser.body_rcv.trailer, parser.body_rcv.control_line),
        )
        parser.received(data[-4:])
        self.assertTrue(parser.completed)

    def test_absolute_target(self):
        for target, expected in (
            ('http://cloud:8774/v2.1?a=b', ('cloud:8774', '/v2.1', 'a=b')),
            ('HTTP://cloud', ('cloud', '/', '')),
            ('https://[::1]:80?a', ('[::1]:80', '/', 'a')),
            ('//cloud/v2.1', ('api', '//cloud/v2.1', '')),
        ):
            parser, _left = parse([wire.get(target)])
            self.assertIsNone(parser.error, target)
            self.assertEqual(
                expected, (parser.headers['HOST'], parser.path, parser.query)
            )

    def test_repeated_headers(self):
        parser, _left = parse(
            [
                wire.get(
                    '/',
                    'OpenStack-API-Version: volume 3.70',
                    'openstack-api-version: compute 2.58',
                )
            ]
        )
        self.assertEqual(
            'volume 3.70, compute 2.58',
            parser.headers['OPENSTACK_API_VERSION'],
        )

    def test_underscores(self):
        """WSGI does not tell it from the dash, which a proxy may have set or
        removed."""
        parser, _left = parse(
            [
                wire.get(
                    '/', 'X_Forwarded_Host: evil', 'X_Forwarded-Prefix: /evil'
                )
            ]
        )
        self.assertEqual({'HOST'}, set(parser.headers))

    def test_blanks_of_any_number(self):
        """waitress's own pattern would be at work for minutes."""
        parser, _left = parse([wire.get('/', f'X: {" " * 100_000}x')])
        self.assertEqual('x', parser.headers['X'])
