# SPDX-License-Identifier: Apache-2.0
"""Counts round trips: a relay between a side and its database."""

import contextlib
import socket
import threading
import urllib.parse
from collections.abc import Iterator

_SIZE = 1 << 16


class Relay:
    """Hands on what two ends say, and counts how often the first one waited
    for an answer.

    :param address: of the second end
    """

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._listener = socket.create_server(('127.0.0.1', 0))
        self._trips = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def take(self) -> int:
        """Return the count since the last call."""
        with self._lock:
            trips, self._trips = self._trips, 0
        return trips

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                asker, _address = self._listener.accept()
                answerer = socket.create_connection(self._address)
                asked = threading.Event()
                for source, target, is_asker in (
                    (asker, answerer, True),
                    (answerer, asker, False),
                ):
                    source.setsockopt(
                        socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
                    )
                    threading.Thread(
                        target=self._hand_on,
                        daemon=True,
                        args=(source, target, asked, is_asker),
                    ).start()

    def _hand_on(
        self,
        source: socket.socket,
        target: socket.socket,
        asked: threading.Event,
        is_asker: bool,
    ) -> None:
        with contextlib.suppress(OSError), source, target:
            while data := source.recv(_SIZE):
                if is_asker:
                    asked.set()
                elif asked.is_set():
                    # Counted before the asker can say that it has got it.
                    asked.clear()
                    with self._lock:
                        self._trips += 1
                target.sendall(data)


@contextlib.contextmanager
def beside(url: str) -> Iterator[tuple[str, Relay]]:
    """Give the URL of the same database by way of a relay, and that."""
    parts = urllib.parse.urlsplit(url)
    relay = Relay((str(parts.hostname), int(parts.port or 0)))
    try:
        host = parts.netloc.rpartition(':')[0]
        yield parts._replace(netloc=f'{host}:{relay.port}').geturl(), relay
    finally:
        relay.close()
