# SPDX-License-Identifier: Apache-2.0
"""Services in this very process, from start to a signal."""

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
#: Seconds after which a signal is heeded at the latest.
AWAKE = 1.0

_STREAMS = (0, 1, 2)


def serve(
    services: Sequence[service.ServiceBase],
    meanwhile: Callable[[threading.Event], None] | None = None,
    reload: Callable[[], None] = lambda: None,
) -> None:
    """Start services, wait for SIGTERM or SIGINT, stop them in reverse.

    oslo.service's launchers fork, also for a single worker: wrong for an
    in-process bus, and a child that cannot listen is started again for ever.

    :param meanwhile: what to do once all have started; it is given an event
        that is set when it should come to its end
    :param reload: what to do at SIGHUP, before the services' own
        ``reset()``; but when the terminal that it was started on is gone,
        SIGHUP stops it
    """
    stopping = threading.Event()
    # A handler may interrupt the very code that holds the lock of an Event;
    # putting into this queue takes none.
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
        # Whatever goes wrong with one, the others are stopped.
        with contextlib.ExitStack() as started:
            for each in services:
                each.start()
                started.callback(_end, each)
            if meanwhile is not None:
                meanwhile(stopping)
            # Python runs handlers in this thread alone, and a signal wakes it
            # only if it comes after the wait has begun, and to this thread.
            while not stopping.wait(AWAKE):
                pass
    finally:
        signals.clear()
        asked.put(True)


def _terminals() -> list[int]:
    """Return which of the standard streams are on a terminal; one that has
    hung up does not count."""
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
            'What has changed could not be taken over: %s',
            type(error).__name__,
        )


def _end(each: service.ServiceBase) -> None:
    each.stop()
    each.wait()
