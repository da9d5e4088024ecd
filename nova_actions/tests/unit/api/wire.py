# SPDX-License-Identifier: Apache-2.0
"""The embedded server and a client that sends bytes as they are."""

import contextlib
import re
import socket
from typing import Any
from unittest import mock

import fixtures as base_fixtures

from nova_actions.api import app
from nova_actions.api import server
from nova_actions.tests import fixtures

#: Seconds that anything here may take on a busy machine.
PATIENCE = 120


class Server(base_fixtures.Fixture):
    """The embedded server; its ``address``.

    :param application: answers instead of ours
    """

    def __init__(self, application: Any = None, **overrides: Any) -> None:
        self._application = application
        self._overrides = {
            'api__auth_strategy': 'noauth2',
            'api__bind_port': 0,
            **overrides,
        }

    def _setUp(self) -> None:
        conf = self.useFixture(fixtures.Objects(**self._overrides)).conf
        with contextlib.ExitStack() as stack:
            if self._application:
                stack.enter_context(
                    mock.patch.object(
                        app,
                        'create',
                        autospec=True,
                        return_value=self._application,
                    )
                )
            self.service = server.Service(conf)
        self.service.start()
        self.addCleanup(self.service.wait)
        self.addCleanup(self.service.stop)
        self.address = self.service.address


class Client:
    """One connection.

    :param sent: what to begin with
    """

    def __init__(self, address: tuple[str, int], sent: bytes = b'') -> None:
        self._socket = socket.create_connection(address, PATIENCE)
        self._file = self._socket.makefile('rb')
        self.send(sent)

    def __enter__(self) -> 'Client':
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def answer(self, has_body: bool = True) -> tuple[int, bytes]:
        """Return the next answer's status and body; 0 at the end."""
        line = self._line()
        if not line:
            return 0, b''
        head = {}
        while header := self._line().rstrip():
            name, _, value = header.lower().partition(b':')
            head[name] = value
        length = int(head.get(b'content-length', 0)) if has_body else 0
        return int(line.split()[1]), self._file.read(length)

    def _line(self) -> bytes:
        try:
            return self._file.readline()
        except ConnectionResetError:
            return b''

    def rest(self) -> list[int]:
        """Return the statuses of all answers until it is closed."""
        self._socket.shutdown(socket.SHUT_WR)
        return [
            int(status)
            for status in re.findall(rb'HTTP/1\.\d (\d{3})', self._file.read())
        ]

    def is_closed(self) -> bool:
        """Wait until the server says something; tell whether it has closed
        the connection."""
        return not self._line()


def get(
    path: str, *headers: str, body: bytes = b'', version: str = '1.1'
) -> bytes:
    """Return a request's bytes."""
    lines = (f'GET {path} HTTP/{version}', 'Host: api', *headers, '', '')
    return '\r\n'.join(lines).encode('latin-1') + body
