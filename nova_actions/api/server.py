# SPDX-License-Identifier: Apache-2.0
"""The embedded HTTP server: waitress as a service of oslo.service."""

import logging as stdlib_logging
import resource
import socket
import threading
import time

from oslo_config import cfg
from oslo_log import log as logging
from oslo_service import service
from waitress import task
from waitress import utilities
from waitress import wasyncore

from nova_actions.api import app
from nova_actions.api import listener
from nova_actions.api import waiting

LOG = logging.getLogger(__name__)

#: bytes of the request line and the headers together; even a token with a
#: service catalog is far smaller
MAX_HEADERS = 128 * 1024
#: bytes of a body where [oslo_middleware] sets no limit; nothing reads it
MAX_BODY = 1024 * 1024
#: seconds for pending requests when the server stops
GRACE = 10
#: files that a process may have open beside its connections
OTHER_FILES = 256


class Service(service.ServiceBase):
    """Serve the REST API on ``[api] bind_host`` and ``bind_port``.

    One thread reads requests and sends responses; ``[api] threads`` others
    handle them, so that slow or idle connections hold none of those.

    :param conf: the policy and the database must have been set up from it
    :param tells_metrics: whether to serve ``/metrics``, too
    """

    def __init__(
        self, conf: cfg.ConfigOpts, tells_metrics: bool = False
    ) -> None:
        super().__init__()
        self._conf = conf
        self._room = waiting.Room(conf.api.threads)
        self._application = app.create(conf, self._room, tells_metrics)
        self._pool = task.ThreadedTaskDispatcher()
        self._stopping = threading.Event()
        # Held while the thread is woken, so that it does not close the
        # trigger meanwhile.
        self._waking = threading.RLock()
        self._thread = threading.Thread(
            target=self._serve, name='api', daemon=True
        )

    @property
    def address(self) -> tuple[str, int]:
        """The host and port on which it listens; known after the start."""
        host, port = self._listener.socket.getsockname()[:2]
        return host, port

    def start(self) -> None:
        """Listen, and serve in threads.

        :raises OSError: when the address is not available
        """
        # It warns whenever a request waits for a thread.
        utilities.queue_logger.setLevel(stdlib_logging.ERROR)
        _allow_files(self._conf.api.connections + OTHER_FILES)
        self._listener = self._listen()
        self._pool.set_thread_count(self._conf.api.threads)
        self._thread.start()
        LOG.info('The API is ready on %s port %d', *self.address)

    def _listen(self) -> listener.Listener:
        conf = self._conf
        *kind, _name, address = socket.getaddrinfo(
            conf.api.bind_host,
            conf.api.bind_port,
            type=socket.SOCK_STREAM,
            flags=socket.AI_PASSIVE,
        )[0]
        max_body = conf.oslo_middleware.max_request_body_size or MAX_BODY
        return listener.Listener(
            self._application,
            dispatcher=self._pool,
            sockinfo=(*kind, address),
            ident='nova-actions',
            server_name=conf.api.bind_host,
            # Two more are waitress's own, one is kept free.
            connection_limit=conf.api.connections + 3,
            # select() knows files below 1024 only.
            asyncore_use_poll=True,
            cleanup_interval=5,
            max_request_header_size=MAX_HEADERS,
            # The first size that is too large.
            max_request_body_size=max_body + 1,
            # A client that goes away is not worth a log line.
            log_socket_errors=False,
            # oslo.middleware uses or ignores them, as configured.
            clear_untrusted_proxy_headers=False,
        )

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._look()
        wasyncore.dispatcher.close(self._listener)
        until = time.monotonic() + GRACE
        while self._listener.is_answering() and time.monotonic() < until:
            self._look()
        self._pool.shutdown(timeout=max(0, until - time.monotonic()))
        with self._waking:
            wasyncore.close_all(self._listener._map)

    def _look(self) -> None:
        wasyncore.loop(
            timeout=1, use_poll=True, map=self._listener._map, count=1
        )

    def stop(self) -> None:
        """Refuse new connections, and finish pending requests."""
        self._room.close()
        with self._waking:
            if self._thread.is_alive() and not self._stopping.is_set():
                self._stopping.set()
                self._listener.trigger.pull_trigger()

    def wait(self) -> None:
        """Wait until the server has stopped."""
        if self._thread.is_alive():
            self._thread.join()

    def reset(self) -> None:
        """Do nothing: no option of the server can change while it runs."""


def _allow_files(wanted: int) -> None:
    """Raise the limit of open files to this number, as far as allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        LOG.warning(
            'The process may have %d files open, fewer than the %d that '
            '[api] connections needs; raise the limit (LimitNOFILE)',
            allowed,
            wanted,
        )
