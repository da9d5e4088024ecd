# SPDX-License-Identifier: Apache-2.0
"""What a conductor does now and then, each worker of each conductor."""

import random
import threading
from collections.abc import Callable
from typing import Any

from oslo_log import log as logging
from oslo_service import loopingcall

LOG = logging.getLogger(__name__)


class Stopped(Exception):
    """The conductor ends."""


class Periodic:
    """Calls a function again and again while it runs.

    :param run: may raise; then it is called at its next turn
    :param interval: seconds between the end of one call and the next
    """

    def __init__(self, run: Callable[[], object], interval: float) -> None:
        self._run = run
        self._interval = interval
        self._ends = threading.Event()
        self._timer: Any = None

    def start(self) -> None:
        self._ends.clear()
        # One of a fixed interval warns of each turn that is longer.
        self._timer = loopingcall.DynamicLoopingCall(self._turn)
        # Workers that start together need not go after the same rows.
        self._timer.start(
            initial_delay=random.uniform(  # noqa: S311
                0, min(self._interval, 60)
            )
        )

    def _turn(self) -> float:
        try:
            self._run()
        except Exception:
            LOG.exception('What a conductor does now and then has failed')
        return self._interval

    def stop(self) -> None:
        """End after the batch that is being worked on."""
        self._ends.set()
        if self._timer is not None:
            self._timer.stop()
            self._timer.wait()
            self._timer = None

    def pause(self, seconds: float) -> None:
        """Wait between two batches.

        :raises Stopped: when it is to end
        """
        if self._ends.wait(seconds):
            raise Stopped
