# SPDX-License-Identifier: Apache-2.0
"""Plays stories in the order of their times: past ones at once, later ones
when they are due."""

import datetime
import heapq
import itertools
import threading

from nova_actions.demo import clock
from nova_actions.demo.server import Story

#: Seconds after which it looks whether it is to stop.
AWAKE = 0.5


class Simulation:
    """A cloud at work, in one thread: so it is the same in each run.

    :param stopping: set when it is to stop
    """

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._order = itertools.count()
        self._waiting: list[tuple[datetime.datetime, int, Story]] = []

    def add(self, at: datetime.datetime, story: Story) -> None:
        """Have a story begin at a time, naive UTC."""
        heapq.heappush(self._waiting, (at, next(self._order), story))

    def run(self) -> None:
        """Play until no story is left, or it is to stop."""
        while self._waiting and not self._stopping.is_set():
            at, _order, story = self._waiting[0]
            early = (at - clock.real_utcnow()).total_seconds()
            if early > 0:
                self._stopping.wait(min(AWAKE, early))
                continue
            heapq.heappop(self._waiting)
            with clock.at(at):
                seconds = next(story, None)
            if seconds is not None:
                self.add(at + datetime.timedelta(seconds=seconds), story)
