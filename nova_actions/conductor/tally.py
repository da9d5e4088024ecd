# SPDX-License-Identifier: Apache-2.0
"""Counts changes as they get their numbers.

One conductor numbers each change, once: so it is counted once, whatever
process it happened in, and nobody who records waits for it. What is copied
of a followed cell's history is no change, and is not counted.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nova_actions import metrics
from nova_actions.db.change import kind
from nova_actions.metrics import name

Row = Mapping[str, Any]

#: Seconds in which no step begins before an action counts as ended: it seems
#: to end, and to have failed, between one attempt and the next.
SETTLED = 3.0


class Tally:
    """Counts what begins and ends.

    :param clock: seconds, monotonic
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        #: Actions that seem to have ended, by uuid, with the time when that
        #: was read; the oldest first.
        self._ended: dict[str, tuple[float, Row]] = {}

    def take(self, changes: Iterable[Row]) -> None:
        """Count changes, in their order.

        What has settled by then is counted first, so that a long backlog
        leaves little to remember.
        """
        self.settle()
        for each in changes:
            if each['event_uuid'] is not None:
                self._take_step(each)
            elif each['kind'] == kind.ACTION_BEGUN:
                metrics.ACTIONS_STARTED.add(name.action(each['action']))
            else:
                self._ended.pop(each['action_uuid'], None)
                self._ended[each['action_uuid']] = self._clock(), each

    def _take_step(self, change: Row) -> None:
        event = name.event(change['event'])
        if change['kind'] == kind.STEP_BEGUN:
            self._ended.pop(change['action_uuid'], None)
            metrics.EVENTS_STARTED.add(event)
            return
        metrics.EVENTS_FINISHED.add(event, change['outcome'].lower())
        if (seconds := _duration(change)) is not None:
            metrics.EVENT_DURATION.observe(seconds, event)

    def settle(self, seconds: float = SETTLED) -> None:
        """Count the actions that have ended and that nothing was added to
        for so long."""
        until = self._clock() - seconds
        while self._ended:
            uuid, (heard, change) = next(iter(self._ended.items()))
            if heard > until:
                return
            del self._ended[uuid]
            labels = name.action(change['action']), change['outcome']
            metrics.ACTIONS_FINISHED.add(*labels)
            if (passed := _duration(change)) is not None:
                metrics.ACTION_DURATION.observe(passed, *labels)


def _duration(change: Row) -> float | None:
    """Return how long it took that has ended, in seconds; None where it is
    not known when it began."""
    if change['start_time'] is None:
        return None
    took = change['happened_at'] - change['start_time']
    return max(0.0, float(took.total_seconds()))
