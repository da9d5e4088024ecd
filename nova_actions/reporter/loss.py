# SPDX-License-Identifier: Apache-2.0
"""What was not recorded: counted each time, told now and then."""

import collections
import logging
import threading
import traceback
from collections.abc import Collection, Iterable, Mapping

from nova_actions import vocabulary
from nova_actions.reporter import clock
from nova_actions.reporter import transition
from nova_actions.vocabulary import counted

LOG = logging.getLogger(__name__)

#: Seconds between two lines of the log about the same kind of loss.
INTERVAL = 10.0

#: How many reports a line of the log names; the others it counts.
NAMED = 20

FULL = 'full'
SPOOL = 'spool'
DAMAGED = 'damaged'
REFUSED = 'refused'
ENDED = 'ended'
DIRECT = 'direct'
ERROR = 'error'

#: Every reason that a report may be lost for, and what it means.
REASONS: Mapping[str, str] = vocabulary.LOSSES


def _names() -> collections.deque[transition.Identity]:
    return collections.deque(maxlen=NAMED)


class _Kind:
    """The losses of one reason."""

    def __init__(self) -> None:
        self.told = 0
        self.told_at = 0
        self.why: object = None
        #: What identifies the last of those that have not been told yet.
        self.untold = _names()


class Losses:
    """Counts of lost reports by their reason, one of :data:`REASONS`."""

    def __init__(self) -> None:
        # A signal handler may come in its own thread's way.
        self._lock = threading.RLock()
        self.counts: collections.Counter[str] = collections.Counter()
        self._asked = 0
        self._kinds = {reason: _Kind() for reason in REASONS}

    def add(
        self,
        reason: str,
        number: int,
        why: object,
        lost: Iterable[transition.Transition] = (),
    ) -> None:
        """Count reports that are lost, and log it, soon if not now.

        :param reason: one of :data:`REASONS`
        :param why: what is known about this loss; nothing of a report's text
        :param lost: the reports, where they are known; a line of the log
            names each
        """
        LOG.debug('%s lost (%s): %s', counted(number, 'report'), reason, why)
        kind = self._kinds[reason]
        with self._lock:
            self.counts[reason] += number
            kind.why = why
            kind.untold.extend(map(transition.identity, lost))
            if kind.told and (
                clock.monotonic_ns() - kind.told_at < INTERVAL * 1e9
            ):
                return
        self._tell(reason)

    def inherit(self, counts: Mapping[str, int]) -> None:
        """Count what a session before this one has lost: that is in its log,
        but no conductor knew of it when it ended."""
        with self._lock:
            for reason in self._kinds.keys() & counts.keys():
                number = counts[reason]
                self.counts[reason] += number
                self._kinds[reason].told += number
                self._asked += number

    def since_asked(self) -> int:
        """Return how many reports were lost since this was called last."""
        with self._lock:
            before, self._asked = self._asked, sum(self.counts.values())
            return self._asked - before

    def tell(self) -> None:
        """Log what has been counted and not been told yet."""
        for reason in self._kinds:
            self._tell(reason)

    def _tell(self, reason: str) -> None:
        kind = self._kinds[reason]
        with self._lock:
            total = self.counts[reason]
            number = total - kind.told
            named, kind.untold = kind.untold, _names()
            kind.told, kind.told_at = total, clock.monotonic_ns()
        if number:
            LOG.error(
                '%s not recorded (%s: %s), %d of that kind in all; the last: '
                '%s%s',
                counted(number, 'report'),
                reason,
                REASONS[reason],
                total,
                kind.why,
                _named(named, number),
            )


def _named(named: Collection[transition.Identity], number: int) -> str:
    if not named:
        return ''
    more = number - len(named)
    others = [counted(more, 'other')] if more > 0 else []
    return '; namely: ' + '; '.join([*others, *map(str, named)])


def log_why(error: Exception) -> None:
    """Log where an error of recording arose, for who looks for it."""
    # Formatting costs more than recording does, where all are lost.
    if LOG.isEnabledFor(logging.DEBUG):
        # Without what it happened in: that may be the failed work's error.
        LOG.debug(
            'Why they were not recorded:\n%s',
            ''.join(traceback.format_tb(error.__traceback__)),
        )
