# SPDX-License-Identifier: Apache-2.0
"""The conductor's RPC server, which takes calls while the database answers.

A conductor whose own database node is away would go on taking its share of
the calls and fail them; so it lets go of the queue until its database is
back, and the others get them.
"""

import threading
from collections.abc import Callable
from typing import Any

from oslo_log import log as logging

from nova_actions import context
from nova_actions import exception
from nova_actions.db import outage
from nova_actions.db import reporter
from nova_actions.rpc import workaround

LOG = logging.getLogger(__name__)

#: Seconds between two looks at a database that is away.
INTERVAL = 1.0


class Consumer:
    """Takes calls from the bus.

    :param make: makes a server, which is not started
    :param threads: how many calls are worked on at once
    """

    def __init__(self, make: Callable[[], Any], threads: int) -> None:
        self._make = make
        self._threads = threads
        self._lock = threading.Lock()
        self._server: Any = None
        self._ends = threading.Event()
        self._thread = threading.Thread(
            target=self._watch, name='nova-actions-consumer', daemon=True
        )

    def start(self) -> None:
        """Take calls. This waits for the bus, as long as that takes."""
        self._resume()
        self._thread.start()

    def stop(self, graceful: bool = True) -> None:
        """Take no more; those that are being worked on are finished."""
        self._ends.set()
        with self._lock:
            server, self._server = self._server, None
        if server is None:
            return
        if graceful:
            workaround.finish(server)
        else:
            server.stop()

    def _resume(self) -> None:
        server = self._make()
        server.start(override_pool_size=self._threads)
        with self._lock:
            if not self._ends.is_set():
                self._server = server
                return
        # It was to end while it waited for the bus.
        workaround.finish(server)

    def _watch(self) -> None:
        while not self._ends.is_set():
            if outage.wait(INTERVAL) and not _answers():
                try:
                    self._sit_out()
                except Exception as error:  # noqa: BLE001 - it must live
                    LOG.warning(
                        'Calls cannot be taken: %s', type(error).__name__
                    )

    def _sit_out(self) -> None:
        """Let go of the queue until the database answers. Calls that are
        being worked on fail as unavailable, and may be sent again."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            LOG.warning('No calls are taken while the database is away')
            workaround.finish(server)
        while not _answers():
            if self._ends.wait(INTERVAL):
                return
        self._resume()
        LOG.info('Calls are taken again')


def _answers() -> bool:
    try:
        reporter.ask(context.get_admin_context())
    except exception.Unavailable:
        return False
    return True
