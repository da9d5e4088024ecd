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
        #: Of each reason: how many have been told, when, and the last why.
        self._told: dict[str, tuple[int, int, object]] = {}

    def add(self, reason: str, number: int, why: object) -> None:
        """Count reports that are lost, and log it, soon if not now.

        :param reason: a word for the kind of loss
        :param why: what is known about this one
        """
        LOG.debug('%d reports are lost (%s): %s', number, reason, why)
        with self._lock:
            self.counts[reason] += number
            now = clock.monotonic_ns()
            told, at, _why = self._told.get(reason, (0, 0, None))
            self._told[reason] = told, at, why
            if told and now - at < INTERVAL * 1e9:
                return
        self._tell(reason)

    def tell(self) -> None:
        """Log what has been counted and not been told yet."""
        for reason in list(self._told):
            self._tell(reason)

    def _tell(self, reason: str) -> None:
        with self._lock:
            told, _at, why = self._told[reason]
            total = self.counts[reason]
            self._told[reason] = total, clock.monotonic_ns(), why
        if total > told:
            LOG.error('%d reports were not recorded (%s), %d of that kind in '
                      'all; the last: %s', total - told, reason, total, why)


def log_why(error: Exception) -> None:
    """Log where an error of recording arose, for who looks for it."""
    # Without what it happened in: that may be the failed work's error.
    LOG.debug('Why they were not recorded:\n%s', ''.join(
        traceback.format_tb(error.__traceback__)))
