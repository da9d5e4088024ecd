# SPDX-License-Identifier: Apache-2.0
"""The embedded HTTP server: cheroot as a service of oslo.service."""

import threading

from cheroot import wsgi
from oslo_config import cfg
from oslo_log import log as logging
from oslo_service import service

from nova_actions.api import app
from nova_actions.api import connection

LOG = logging.getLogger(__name__)

#: bytes of the request line and the headers together; a token with a service
#: catalog in it stays far below
MAX_HEADERS = 128 * 1024
#: seconds that a stopping server grants to requests under way
GRACE = 10


class Service(service.ServiceBase):
    """Serve the REST API on ``[api] bind_host`` and ``bind_port``.

    :param conf: the policy and the database must have been set up from it
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        super().__init__()
        self._server = wsgi.Server(
            (conf.api.bind_host, conf.api.bind_port), app.create(conf),
            numthreads=conf.api.threads, max=conf.api.threads,
            server_name='nova-actions', shutdown_timeout=GRACE)
        self._server.max_request_header_size = MAX_HEADERS
        self._server.ConnectionClass = connection.Connection
        self._thread = threading.Thread(
            target=self._server.serve, name='api', daemon=True)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens: the port is known once it has started."""
        host, port = self._server.bind_addr[:2]
        return host, port

    def start(self) -> None:
        """Listen, and serve in threads of its own.

        :raises OSError: when the address cannot be had
        """
        self._server.prepare()
        self._thread.start()
        LOG.info('The API listens on %s port %d', *self.address)

    def stop(self) -> None:
        """Refuse new connections and end those under way."""
        self._server.stop()

    def wait(self) -> None:
        """Wait until the server has stopped."""
        if self._thread.is_alive():
            self._thread.join()

    def reset(self) -> None:
        """Nothing of it can change while it runs."""
