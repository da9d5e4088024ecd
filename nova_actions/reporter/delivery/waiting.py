# SPDX-License-Identifier: Apache-2.0
"""Reports that wait for the action that they belong to."""

import dataclasses
import math
import threading

from nova_actions.reporter import transition

#: Seconds to the next attempt: the first, and the most.
FIRST = 0.25
MOST = 60.0

#: Server and request, or the number of what waits by itself.
Key = tuple[str, str] | tuple[int]


@dataclasses.dataclass
class _Queue:
    due: float
    wait: float = FIRST
    #: Since when each of its reports has been waiting.
    since: dict[int, float] = dataclasses.field(default_factory=dict)


class Waiting:
    """Queues of reports, one for each action: what comes later waits behind
    what came before, or a second attempt could overtake the first.

    All times are seconds of one clock.
    """

    def __init__(self) -> None:
        # Those who wait for delivery look into it from other threads.
        self._lock = threading.RLock()
        self._queues: dict[Key, _Queue] = {}
        #: What waits, by number; the queue of each.
        self.keys: dict[int, Key] = {}

    @staticmethod
    def _key(each: transition.Transition) -> Key:
        # As text: from a damaged spool it may be anything.
        return str(each.get('instance_uuid')), str(each.get('request_id'))

    def any_before(self, number: int) -> bool:
        """Tell whether a report with a lower number waits."""
        with self._lock:
            return any(each < number for each in self.keys)

    def since(self, number: int, now: float) -> float:
        """Return since when a report has been waiting; now, if it does
        not."""
        with self._lock:
            key = self.keys.get(number)
            return now if key is None else self._queues[key].since[number]

    def join(
        self, number: int, each: transition.Transition, now: float
    ) -> bool:
        """Have a report wait if others of its action do, and tell whether it
        does.

        An action itself never waits: it may be what they wait for.
        """
        key = self._key(each)
        with self._lock:
            queue = self._queues.get(key)
            if queue is None or each['kind'] not in (
                *transition.STEPS,
                transition.END,
            ):
                return False
            self._add(number, key, now)
            queue.due = min(queue.due, now + FIRST)
            return True

    def put_off(
        self, entries: dict[int, transition.Transition], now: float
    ) -> None:
        """Have reports wait, or wait on, for longer than before."""
        with self._lock:
            keys = set()
            for number, each in entries.items():
                key = self.keys.get(number) or self._key(each)
                self._add(number, key, now)
                keys.add(key)
            for key in keys:
                queue = self._queues[key]
                queue.wait = min(MOST, queue.wait * 2)
                queue.due = now + queue.wait

    def put_aside(self, number: int, now: float) -> None:
        """Have a report wait by itself, so that it holds up no other, and
        each time for longer."""
        key: Key = (number,)
        with self._lock:
            if self.keys.get(number) != key:
                since = self.since(number, now)
                self.remove(number)
                self._add(number, key, since)
            queue = self._queues[key]
            queue.due = now + queue.wait
            queue.wait = min(MOST, queue.wait * 2)

    def aside(self, now: float) -> list[int]:
        """Return what waits by itself and is to be tried again, in its
        order."""
        with self._lock:
            return sorted(
                number
                for number, key in self.keys.items()
                if key == (number,) and self._queues[key].due <= now
            )

    def _add(self, number: int, key: Key, since: float) -> None:
        queue = self._queues.setdefault(key, _Queue(since))
        self.keys[number] = key
        queue.since.setdefault(number, since)

    def remove(self, number: int) -> None:
        """Forget a report that waits no more, if it did."""
        with self._lock:
            key = self.keys.pop(number, None)
            if key is not None:
                del self._queues[key].since[number]
                if not self._queues[key].since:
                    del self._queues[key]

    def known(self, action: transition.Transition, now: float) -> None:
        """Say that an action is there: who waits for it waits no longer."""
        with self._lock:
            queue = self._queues.get(self._key(action))
            if queue is not None:
                queue.due = now

    def due(self, now: float) -> list[int]:
        """Return what is to be tried again, in its order."""
        with self._lock:
            return sorted(
                number
                for queue in self._queues.values()
                if queue.due <= now
                for number in queue.since
            )

    def next_due(self) -> float:
        """Return when something is to be tried again."""
        with self._lock:
            return min(
                (queue.due for queue in self._queues.values()),
                default=math.inf,
            )
