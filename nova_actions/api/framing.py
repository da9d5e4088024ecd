# SPDX-License-Identifier: Apache-2.0
"""Strict parsing of requests with waitress.

waitress tolerates a few malformed requests. A proxy in front of it may read
them differently, and then the rest of one client's request becomes another
client's next request (request smuggling). Requests that RFC 9112 does not
allow are refused here, so that there is only one way to read a request.
"""

import re
import time
from collections.abc import Iterable, Iterator

from waitress import adjustments
from waitress import parser
from waitress import receiver
from waitress import utilities

# A target is a path, an absolute URL or "*", without control characters and
# without a fragment.
_REQUEST_LINE = re.compile(
    rb'[^ ]+ (?:/[^\x00-\x20#\x7f]*|\*'
    rb'|https?://[^\x00-\x20#\x7f/?@]+(?:[/?][^\x00-\x20#\x7f]*)?)'
    rb' HTTP/(1\.[01])',
    re.IGNORECASE,
)
_FIELD = re.compile(
    rb'([!#$%&\'*+\-.^_`|~0-9A-Za-z]+):([^\x00-\x08\x0a-\x1f\x7f]*)'
)

#: Headers that determine the end or the host of a request: never twice.
_ONCE = (b'content-length', b'host', b'transfer-encoding')


class Chunks(receiver.ChunkedReceiver):
    """Reads a chunked body, a line at a time.

    waitress takes a bare LF before the CR LF of a size, passes over empty
    lines between chunks, and does not look at the trailer, which it searches
    from its beginning at each line. Nothing reads a trailer: its lines are
    checked and dropped.
    """

    control_line: bytes
    error: utilities.Error | None

    def received(self, data: bytes) -> int:
        """Take what belongs to the body; return how much that is."""
        taken = 0
        while taken < len(data) and not (self.completed or self.error):
            if self.chunk_remainder:
                end = taken + self.chunk_remainder
            elif self.validate_chunk_end:
                end = taken + 2 - len(self.chunk_end)
            else:
                end = data.find(b'\n', taken) + 1 or len(data)
            part = data[taken:end]
            if self.chunk_remainder or self.validate_chunk_end:
                super().received(part)
            else:
                self._line(part)
            taken += len(part)
        return taken

    def _line(self, part: bytes) -> None:
        """Take a part of a size or of a line of the trailer, which ends where
        a line does if at all."""
        line = self.control_line + part
        ends = line.endswith(b'\n')
        in_trailer = self.all_chunks_received
        if ends and not (_is_field if in_trailer else _is_size)(line):
            self.error = utilities.BadRequest('Malformed chunk')
        elif in_trailer:
            self.completed = line == b'\r\n'
            self.control_line = b'' if ends else line
        else:
            super().received(part)


def _is_size(line: bytes) -> bool:
    return len(line) > 2 and line.endswith(b'\r\n')


def _is_field(line: bytes) -> bool:
    """Tell whether a line of a trailer, or the empty line after it, is
    valid."""
    field = line.removesuffix(b'\r\n')
    return field != line and (not field or bool(_FIELD.fullmatch(field)))


class Parser(parser.HTTPRequestParser):
    """Reads one request."""

    body_rcv: receiver.FixedStreamReceiver | receiver.ChunkedReceiver
    path: str

    def __init__(self, adj: adjustments.Adjustments) -> None:
        super().__init__(adj)
        #: when its first byte came
        self.began = time.time()

    def received(self, data: bytes) -> int:
        """Take what belongs to the request; return how much that is."""
        taken: int = super().received(data)
        if self.completed:
            # waitress would still ask for a body: of a request that is
            # refused, or that has none and would then go on with the next.
            self.expect_continue = False
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Read the request line and the headers.

        :raises ParsingError: when they are malformed
        """
        line, _, rest = header_plus.partition(b'\r\n')
        match = _REQUEST_LINE.fullmatch(line)
        if match is None:
            raise parser.ParsingError('Malformed request line')
        fields = list(_fields(rest.split(b'\r\n')))
        _check(match[1], fields)
        # waitress's pattern takes the square of the blanks before a value.
        plain = [line, *(b'%s:%s' % field for field in fields), b'']
        try:
            super().parse_header(b'\r\n'.join(plain))
        except ValueError as error:
            # A number that is too long, or an invalid address.
            raise parser.ParsingError('Malformed request') from error
        if self.proxy_netloc:
            # It overrides the header (RFC 9112 3.2.2).
            self.headers['HOST'] = self.proxy_netloc
            self.path = self.path or '/'
        if self.chunked:
            self.body_rcv = Chunks(self.body_rcv.getbuf())


def _fields(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the names and values of headers.

    :raises ParsingError: for a line that is not a header, or that continues
        the previous one
    """
    for line in filter(None, lines):
        match = _FIELD.fullmatch(line)
        if match is None:
            raise parser.ParsingError('Malformed header')
        yield match[1], match[2].strip(b' \t')


def _check(version: bytes, fields: Iterable[tuple[bytes, bytes]]) -> None:
    """Check that there is one host, and one way to tell where the body ends.

    :raises ParsingError: when there is not
    """
    found: dict[bytes, bytes] = {}
    for name, value in fields:
        name = name.lower()
        if name in found and name in _ONCE:
            raise parser.ParsingError(f'Several headers {name.decode()}')
        found[name] = value.lower()
    if b'host' not in found and version != b'1.0':
        raise parser.ParsingError('No Host header')
    coding = found.get(b'transfer-encoding')
    if coding is None:
        return
    if b'content-length' in found or version == b'1.0':
        raise parser.ParsingError('Transfer-Encoding where it must not be')
    if coding != b'chunked':
        raise parser.TransferEncodingNotImplemented(
            'Transfer-Encoding is not supported'
        )
