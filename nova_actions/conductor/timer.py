# SPDX-License-Identifier: Apache-2.0
"""Periodic work: of each worker of each conductor."""

import random
import threading
from collections.abc import Callable
from typing import Any

from oslo_log import log as logging
from oslo_service import loopingcall

LOG = logging.getLogger(__name__)


class Stopped(Exception):
    """The conductor is stopping."""


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
        # A fixed interval would warn of each turn that takes longer.
        self._timer = loopingcall.DynamicLoopingCall(self._turn)
        # Workers that start together should not go after the same rows.
        self._timer.start(
            initial_delay=random.uniform(  # noqa: S311
                0, min(self._interval, 60)
            )
        )

    def _turn(self) -> float:
        try:
            self._run()
        except Exception:
            LOG.exception('The periodic work of a conductor failed')
        return self._interval

    def stop(self) -> None:
        """Stop after the batch that is being worked on."""
        self._ends.set()
        if self._timer is not None:
            self._timer.stop()
            self._timer.wait()
            self._timer = None

    def pause(self, seconds: float) -> None:
        """Wait between two batches.

        :raises Stopped: when it has to stop
        """
        if self._ends.wait(seconds):
            raise Stopped
