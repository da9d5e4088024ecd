# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy that can be cut."""

import contextlib
import socket
import threading

import fixtures


class Proxy(fixtures.Fixture):
    """Forwards ``port`` of 127.0.0.1 to another one of it."""

    def __init__(self, target):
        self._target = target

    def _setUp(self):
        self._sockets = set()
        self._lock = threading.Lock()
        self._listener = None
        with socket.socket() as probe:
            probe.bind(('127.0.0.1', 0))
            self.port = probe.getsockname()[1]
        self.mend()
        self.addCleanup(self.cut)

    def mend(self):
        """Listen."""
        self._listener = socket.create_server(('127.0.0.1', self.port))
        threading.Thread(
            target=self._accept, args=(self._listener,), daemon=True
        ).start()

    def cut(self):
        """Close every connection, and take no more."""
        if self._listener is None:
            return
        listener, self._listener = self._listener, None
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        with self._lock:
            for each in self._sockets:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            self._sockets.clear()

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                try:
                    far = socket.create_connection(('127.0.0.1', self._target))
                except OSError:
                    # What is behind it is away; it may come back.
                    near.close()
                    continue
                with self._lock:
                    if self._listener is not listener:
                        near.close()
                        far.close()
                        return
                    self._sockets |= {near, far}
                for pair in ((near, far), (far, near)):
                    threading.Thread(
                        target=self._pump, args=pair, daemon=True
                    ).start()

    def _pump(self, source, target):
        with contextlib.suppress(OSError):
            while True:
                data = source.recv(65536)
                if not data:
                    break
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        source.close()
