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
    lines between chunks, and does not look at the trailer.
    """

    error: utilities.Error | None

    def received(self, data: bytes) -> int:
        """Take what belongs to the body; return how much that is."""
        taken = 0
        while taken < len(data) and not (self.completed or self.error):
            part = data[taken:]
            if self.chunk_remainder:
                part = part[: self.chunk_remainder]
            elif self.validate_chunk_end:
                part = part[: 2 - len(self.chunk_end)]
            else:
                part = part[: part.find(b'\n') + 1] or part
                if part.endswith(b'\n') and not self._is_line(part):
                    self.error = utilities.BadRequest('Malformed chunk')
                    break
            taken += super().received(part)
        return taken

    def _is_line(self, part: bytes) -> bool:
        """Tell whether a size, or a line of the trailer, ends well."""
        if not self.all_chunks_received:
            line = self.control_line + part
            return len(line) > 2 and line.endswith(b'\r\n')
        line = (self.trailer + part)[:-1].rpartition(b'\n')[2]
        return line == b'\r' or (
            line.endswith(b'\r') and bool(_FIELD.fullmatch(line[:-1]))
        )


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
        if self.error:
            # waitress would still ask for the body.
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
        _check_length(match[1], fields)
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


def _check_length(
    version: bytes, fields: Iterable[tuple[bytes, bytes]]
) -> None:
    """Check that the length of the body is unambiguous.

    :raises ParsingError: when it is not
    """
    found: dict[bytes, bytes] = {}
    for name, value in fields:
        name = name.lower()
        if name in found and name in _ONCE:
            raise parser.ParsingError(f'Several headers {name.decode()}')
        found[name] = value.lower()
    coding = found.get(b'transfer-encoding')
    if coding is None:
        return
    if b'content-length' in found or version == b'1.0':
        raise parser.ParsingError('Transfer-Encoding where it must not be')
    if coding != b'chunked':
        raise parser.TransferEncodingNotImplemented(
            'Transfer-Encoding is not supported'
        )
