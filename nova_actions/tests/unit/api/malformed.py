# SPDX-License-Identifier: Apache-2.0
"""Requests that two servers in a row might read in two ways.

Each is (name, headers, body); behind it stands a second request, which must
never be answered.
"""

from nova_actions.tests.unit.api import wire

CHUNKED = 'Transfer-Encoding: chunked'
LAST = b'0\r\n\r\n'
#: The address that the second request asks for.
SMUGGLED = '/openapi.json'
SECOND = wire.get(SMUGGLED)

_HEADERS = {
    'two lengths': ('Content-Length: 0', 'Content-Length: 5'),
    'the same length twice': ('Content-Length: 5', 'Content-Length: 5'),
    'a list of lengths': ('Content-Length: 5, 5',),
    'negative length': ('Content-Length: -1',),
    'length with a sign': ('Content-Length: +5',),
    'length with an underscore': ('Content-Length: 1_0',),
    'length in hex': ('Content-Length: 0x5',),
    'no length': ('Content-Length:',),
    'length with a fraction': ('Content-Length: 5.0',),
    'length of 5000 digits': (f'Content-Length: {"0" * 5000}5',),
    'length in other digits': ('Content-Length: \xb2',),
    'length over two lines': ('Content-Length:', ' 5'),
    'length and chunks': (CHUNKED, 'Content-Length: 5'),
    'chunks and length': ('Content-Length: 5', CHUNKED),
    'chunks twice': (CHUNKED, CHUNKED),
    'chunks in chunks': (f'{CHUNKED}, chunked',),
    'chunks, then not': (CHUNKED, 'Transfer-Encoding: identity'),
    'another coding': ('Transfer-Encoding: xchunked',),
    'no coding': ('Transfer-Encoding:',),
    'coding behind a vertical tab': ('Transfer-Encoding: \x0bchunked',),
    'coding with a parameter': (f'{CHUNKED};q=1',),
    'blank before the colon': ('Transfer-Encoding : chunked',),
    'folded line': ('X: a', f' {CHUNKED}'),
    'folded first line': (f' {CHUNKED}',),
    'NUL': ('X: a\0b',),
    'bare LF': (f'X: a\n{CHUNKED}',),
    'bare CR': (f'X: a\r{CHUNKED}',),
    'no colon': ('X',),
    'no name': (': x',),
    'two hosts': ('Host: other',),
}
_BODIES = {
    'extension that spells a request': (
        b'5;\r\nGET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n' + LAST
    ),
    'request in an extension': b'5;GET /openapi.json HTTP/1.1\r\nhello\r\n'
    + LAST,
    'extension that ends in LF': b'5;a\n\r\nhello\r\n' + LAST,
    'size that ends in LF': b'5\n\r\nhello\r\n' + LAST,
    'LF for lines': b'5\nhello\n0\n\n',
    'LF after the data': b'5\r\nhello\n' + LAST,
    'empty line': b'\r\n5\r\nhello\r\n' + LAST,
    'size with a sign': b'+5\r\nhello\r\n' + LAST,
    'negative size': b'-5\r\nhello\r\n' + LAST,
    'size with a prefix': b'0x5\r\nhello\r\n' + LAST,
    'size with an underscore': b'0_5\r\nhello\r\n' + LAST,
    'blank after the size': b'5 \r\nhello\r\n' + LAST,
    'data that goes on': b'5\r\nhello, world\r\n' + LAST,
    'request as a trailer': (
        b'0\r\nGET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'
    ),
    'trailer that ends in LF': b'0\r\na: b\n\nGET / HTTP/1.1\r\n\r\n',
    'trailer with a folded line': b'0\r\na: b\r\n c\r\n\r\n',
}
_LINES = {
    'no version': 'GET /v2.1',
    'an odd version': 'GET /v2.1 HTTP/1.2',
    'two blanks': 'GET  /v2.1 HTTP/1.1',
    'a tab': 'GET /v2.1\t HTTP/1.1',
    'a fragment': 'GET /v2.1#x HTTP/1.1',
    'a control character': 'GET /v2.1\x01 HTTP/1.1',
    'no slash': 'GET v2.1 HTTP/1.1',
    'an address that is none': 'GET http://[::1/v2.1 HTTP/1.1',
    'a user': 'GET http://user@api/v2.1 HTTP/1.1',
    'another scheme': 'GET ftp://api/v2.1 HTTP/1.1',
    'a tunnel': 'CONNECT api:8774 HTTP/1.1',
    'lower case': 'get /v2.1 HTTP/1.1',
}

REQUESTS: dict[str, bytes] = {
    **{
        name: wire.get('/v2.1', *lines, body=b'hello' + LAST)
        for name, lines in _HEADERS.items()
    },
    **{
        name: wire.get('/v2.1', CHUNKED, body=body)
        for name, body in _BODIES.items()
    },
    **{
        name: f'{line}\r\nHost: api\r\n\r\n'.encode('latin-1')
        for name, line in _LINES.items()
    },
    **{
        f'chunks in HTTP {version}': wire.get(
            '/v2.1',
            CHUNKED,
            'Connection: keep-alive',
            body=LAST,
            version=version,
        )
        for version in ('1.0', '1.2', '2.0')
    },
    'no host': b'GET /v2.1 HTTP/1.1\r\n\r\n',
    'an expectation and a wrong length': wire.get(
        '/v2.1', 'Expect: 100-continue', 'Content-Length: +5'
    ),
}
