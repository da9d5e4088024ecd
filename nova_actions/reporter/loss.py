# SPDX-License-Identifier: Apache-2.0
"""What was not recorded: counted each time, told now and then."""

import collections
import logging
import threading
import traceback

from nova_actions.reporter import clock

LOG = logging.getLogger(__name__)

#: Seconds between two lines of the log about the same kind of loss.
INTERVAL = 10.0


class Losses:
    """Counts of lost reports by their reason."""

    def __init__(self) -> None:
        # A signal handler may come in its own thread's way.
        self._lock = threading.RLock()
        self.counts: collections.Counter[str] = collections.Counter()
        self._told: dict[str, tuple[int, int]] = {}

    def add(self, reason: str, number: int, why: object) -> None:
        """Count reports that are lost, and log it.

        :param reason: a word for the kind of loss
        :param why: what is known about this one
        """
        with self._lock:
            self.counts[reason] += number
            total = self.counts[reason]
            now = clock.monotonic_ns()
            told, at = self._told.get(reason, (0, 0))
            if told and now - at < INTERVAL * 1e9:
                return
            self._told[reason] = total, now
        LOG.error('%d reports were not recorded (%s), %d of that kind in '
                  'all: %s', total - told, reason, total, why)


def log_why(error: Exception) -> None:
    """Log where an error of recording arose, for who looks for it."""
    # Without what it happened in: that may be the failed work's error.
    LOG.debug('Why they were not recorded:\n%s', ''.join(
        traceback.format_tb(error.__traceback__)))
