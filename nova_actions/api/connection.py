# SPDX-License-Identifier: Apache-2.0
"""How the embedded server reads the headers of a request."""

from typing import Any

from cheroot import server

from nova_actions.api import microversion

_JOINED = frozenset(name.title().encode() for name in (
    microversion.HEADER, microversion.LEGACY_HEADER))


class _Headers(dict[bytes, bytes]):
    """Keeps what each line of a repeated version header says: a client may
    name the versions of several services in a line each."""

    def __setitem__(self, name: bytes, value: bytes) -> None:
        if name in _JOINED and name in self:
            value = b', '.join((self[name], value))
        super().__setitem__(name, value)


class HeaderReader(server.HeaderReader):
    """Reads headers; one with an underscore in its name is passed over.

    WSGI does not tell it from the one with a dash, which a proxy may have
    set or removed.
    """

    def __call__(self, rfile: Any, hdict: Any = None) -> Any:
        """Add the headers to the mapping.

        :raises ValueError: when they are malformed
        """
        found = super().__call__(rfile, _Headers())
        hdict = {} if hdict is None else hdict
        hdict.update(found)
        return hdict

    def _allow_header(self, key_name: bytes) -> bool:
        return b'_' not in key_name


class _Request(server.HTTPRequest):
    header_reader = HeaderReader()


class Connection(server.HTTPConnection):
    """A connection whose requests are read so."""

    RequestHandlerClass = _Request
