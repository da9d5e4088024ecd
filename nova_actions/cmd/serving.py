# SPDX-License-Identifier: Apache-2.0
"""Services in this very process, from start to a signal."""

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from types import FrameType

from oslo_service import service

SIGNALS = ('SIGTERM', 'SIGINT')


def serve(services: Sequence[service.ServiceBase],
          meanwhile: Callable[[threading.Event], None] | None = None) -> None:
    """Start services, wait for SIGTERM or SIGINT, stop them in reverse.

    oslo.service's launchers fork, also for a single worker: wrong for an
    in-process bus, and a child that cannot listen is started again for ever.

    :param meanwhile: what to do once all have started; it is given an event
        that is set when it should come to its end
    """
    stopping = threading.Event()
    # A handler may interrupt the very code that holds the lock of an Event;
    # putting into this queue takes none.
    asked: queue.SimpleQueue[None] = queue.SimpleQueue()
    signals = service.SignalHandler()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # The second one ends the process at once.
        signals.clear()
        asked.put(None)

    def pass_on() -> None:
        asked.get()
        stopping.set()

    threading.Thread(target=pass_on, name='nova-actions-signals',
                     daemon=True).start()
    signals.add_handlers(SIGNALS, stop)
    try:
        # Whatever goes wrong with one, the others are stopped.
        with contextlib.ExitStack() as started:
            for each in services:
                each.start()
                started.callback(_end, each)
            if meanwhile is not None:
                meanwhile(stopping)
            stopping.wait()
    finally:
        signals.clear()
        asked.put(None)


def _end(each: service.ServiceBase) -> None:
    each.stop()
    each.wait()
