# SPDX-License-Identifier: Apache-2.0
"""The conductor's timer: closes what silent reporters left open."""

import logging
import threading
import time
from collections.abc import Callable, Iterable

from nova_actions import context
from nova_actions.upkeep import stale_reporter
from nova_actions.vocabulary import counted

LOG = logging.getLogger(__name__)

#: How often the reporters are looked at, as a part of the timeout.
PARTS = 6


class Watch:
    """Tells which reporters have been silent for too long.

    Only this process's monotonic clock counts: neither the clocks of other
    hosts nor the time in which this process did not watch matter.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._seen: dict[str, tuple[int, float]] = {}
        self._looked = 0.0

    def forget(self) -> None:
        """Start afresh, after a time in which no reporter could be heard."""
        self._seen.clear()

    def silent(
        self, reporters: Iterable[stale_reporter.Reporter], now: float
    ) -> list[stale_reporter.Reporter]:
        """Return those that have been silent for longer than the timeout.

        :param reporters: all that are not closed
        :param now: seconds
        """
        if now - self._looked > self._timeout / 2:
            # This process stood still, so it has missed heartbeats.
            self.forget()
        self._looked = now
        found, seen = [], {}
        for each in reporters:
            beats, since = self._seen.get(each['epoch'], (None, now))
            if beats != each['beats']:
                since = now
            elif now - since > self._timeout:
                found.append(each)
            seen[each['epoch']] = each['beats'], since
        self._seen = seen
        return found


class Timer:
    """A daemon thread that closes what silent reporters left open.

    :param timeout: seconds of silence; 0 turns it off
    :param ping: raises when this conductor cannot be reached over the bus:
        then silence proves nothing
    :param clock: seconds, monotonic
    """

    def __init__(
        self,
        timeout: float,
        ping: Callable[[], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeout = timeout
        self._ping = ping
        self._clock = clock
        self._watch = Watch(timeout)
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name='nova-actions-stale-reporters', daemon=True
        )

    def start(self) -> None:
        if self._timeout:
            self._thread.start()

    def stop(self) -> None:
        """End; a closing that is being worked on is finished."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._timeout / PARTS):
            self.look()

    def look(self) -> int:
        """Look once, and return how many events were closed."""
        try:
            self._ping()
            reporters = stale_reporter.reporter_list(
                context.get_admin_context()
            )
        except Exception as error:  # noqa: BLE001 - it must live
            LOG.warning(
                'Reporters cannot be heard now, so none counts as silent: %s',
                type(error).__name__,
            )
            self._watch.forget()
            return 0
        closed = 0
        for each in self._watch.silent(reporters, self._clock()):
            try:
                closed += self._close(each)
            except Exception as error:  # noqa: BLE001 - it must live
                LOG.warning(
                    'What %s left open could not be closed: %s',
                    each['host'],
                    type(error).__name__,
                )
        return closed

    def _close(self, reporter: stale_reporter.Reporter) -> int:
        last_seen = reporter['last_seen'].isoformat(timespec='seconds')
        closed = stale_reporter.close(
            context.get_admin_context(),
            reporter['epoch'],
            (
                f'No heartbeat from the reporter of {reporter["host"]} '
                f'(session {reporter["epoch"]}) for {self._timeout:g} s, last '
                f'seen at {last_seen}Z; how this ended is not known.'
            ),
            beats=reporter['beats'],
        )
        LOG.warning(
            'Closed %s of the silent reporter of %s',
            counted(closed, 'event'),
            reporter['host'],
        )
        return closed
