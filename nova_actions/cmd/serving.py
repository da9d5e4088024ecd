# SPDX-License-Identifier: Apache-2.0
"""Runs services in this process until a signal."""

import contextlib
import os
import queue
import threading
from collections.abc import Callable, Sequence
from types import FrameType

from oslo_log import log as logging
from oslo_service import service

LOG = logging.getLogger(__name__)

SIGNALS = ('SIGTERM', 'SIGINT')
RELOAD = 'SIGHUP'
#: The maximum number of seconds until a signal is noticed.
AWAKE = 1.0

_STREAMS = (0, 1, 2)


def serve(
    services: Sequence[service.ServiceBase],
    meanwhile: Callable[[threading.Event], None] | None = None,
    reload: Callable[[], None] = lambda: None,
) -> None:
    """Start services, wait for SIGTERM or SIGINT, then stop them in reverse
    order.

    oslo.service's launchers fork even for a single worker, which breaks the
    in-process bus, and restart for ever a child that cannot listen.

    :param meanwhile: called when all have started, with an event that is set
        when it should end
    :param reload: called at SIGHUP before the services' own ``reset()``; if
        the controlling terminal is gone, SIGHUP stops the services instead
    """
    stopping = threading.Event()
    # A handler may interrupt code that holds the lock of an Event; putting
    # into this queue takes no lock.
    asked: queue.SimpleQueue[bool] = queue.SimpleQueue()
    signals = service.SignalHandler()
    terminals = _terminals()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # The second one ends the process at once.
        signals.clear()
        asked.put(True)

    def hang_up(_signal: int, _frame: FrameType | None) -> None:
        asked.put(_terminals() != terminals)

    def pass_on() -> None:
        while not asked.get():
            _reload(reload, services)
        stopping.set()

    threading.Thread(
        target=pass_on, name='nova-actions-signals', daemon=True
    ).start()
    signals.add_handlers(SIGNALS, stop)
    signals.add_handler(RELOAD, hang_up)
    try:
        # If one fails, the others are stopped.
        with contextlib.ExitStack() as started:
            for each in services:
                each.start()
                started.callback(_end, each)
            if meanwhile is not None:
                meanwhile(stopping)
            # Python runs handlers in this thread only, and a signal wakes it
            # only if it arrives during the wait and at this thread.
            while not stopping.wait(AWAKE):
                pass
    finally:
        signals.clear()
        asked.put(True)


def _terminals() -> list[int]:
    """Return which standard streams are on a terminal that has not hung
    up."""
    return [stream for stream in _STREAMS if os.isatty(stream)]


def _reload(
    reload: Callable[[], None], services: Sequence[service.ServiceBase]
) -> None:
    try:
        reload()
        for each in services:
            each.reset()
    except Exception as error:  # noqa: BLE001 - it goes on as it was
        LOG.error(
            'The reload failed: %s',
            type(error).__name__,
        )


def _end(each: service.ServiceBase) -> None:
    each.stop()
    each.wait()
