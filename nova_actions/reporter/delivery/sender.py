# SPDX-License-Identifier: Apache-2.0
"""The delivery: takes reports from the spool to the conductor."""

import collections
import logging
import math
import random
import threading
from collections.abc import Callable

from nova_actions import exception
from nova_actions.db import verdict
from nova_actions.reporter import bell
from nova_actions.reporter import clock
from nova_actions.reporter import loss
from nova_actions.reporter import transition
from nova_actions.reporter.delivery import refusal
from nova_actions.reporter.delivery import waiting
from nova_actions.reporter.delivery import wire
from nova_actions.reporter.spool import entry

LOG = logging.getLogger(__name__)

#: Seconds to the next attempt: after the first failure, and at the most.
RETRY_FIRST = 0.25
RETRY_MAX = 15.0

#: Characters of errors' texts in one call, which the conductor makes safe
#: while its caller waits.
TEXT_LIMIT = 1024 * 1024

#: Seconds without an answer after which a process that ends waits no longer,
#: where what it has recorded is on disk.
PATIENCE = 0.25

Entry = entry.Entry
Transition = transition.Transition
Answer = verdict.Answer


def _now() -> float:
    return clock.monotonic_ns() / 1e9


class Delivery:
    """A daemon thread that empties a spool, in its order.

    :param spool: where the reports are
    :param line: where they go
    :param batch_size: at most so many in one call
    :param interval: seconds that reports are gathered before they are sent
    :param heartbeat: after so many seconds of silence an empty batch is sent
    :param parent_timeout: seconds that a report waits for what it belongs to
    :param losses: where what is given up is counted
    :param chore: called in the thread at its start and as often as heartbeats,
        with :meth:`notify`, for what it appends
    :param closed: called with a dead session's id once it has been closed
    """

    def __init__(
        self,
        spool: entry.Spool,
        line: wire.Wire,
        *,
        batch_size: int,
        interval: float,
        heartbeat: float,
        parent_timeout: float,
        losses: loss.Losses,
        chore: Callable[[Callable[[int], None]], None],
        closed: Callable[[str], None],
    ) -> None:
        self._spool = spool
        self._line = line
        self._batch_size = self._limit = batch_size
        self._interval = interval
        self._heartbeat = heartbeat
        self._parent_timeout = parent_timeout
        self._losses = losses
        self._chore = chore
        self._closed = closed
        self._bell = bell.Bell()
        self._lock = threading.RLock()
        self._position = 0
        self._appended = 0
        # The number that the thread wants to be woken for: each wake-up is
        # paid for by the thread that appends.
        self._wanted: float = math.inf
        self._waiting = waiting.Waiting()
        self._gone: set[int] = set()
        self._is_stuck = False
        self._told_to_wait: set[str] = set()
        self._refused: collections.deque[int] = collections.deque(maxlen=1000)
        self._hurry = False
        self._stopping = False
        self._failures = 0
        # Never yet: a clock that counts from the start of the system may not
        # have reached one interval.
        self._heard = self._chored = -math.inf
        self._told = _now()
        self._told_lost: dict[str, int] = {}
        #: How many were stored, and how many characters of theirs were not.
        self.delivered = self.replaced = 0
        self._answers: int = 0
        self._thread = threading.Thread(
            target=self._run, name='nova-actions-delivery', daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def notify(self, number: int) -> None:
        """Say that reports up to that number are in the spool."""
        with self._lock:
            self._appended = max(self._appended, number)
        if self._appended >= self._wanted:
            self._bell.ring()

    def wait(self, number: int, timeout: float, hurry: bool = False) -> bool:
        """Wait until every report up to that number is out of the spool.

        :param hurry: do not wait for the next attempt
        """
        if hurry:
            self._hurry = True
            self._bell.ring()
        return self._bell.wait_for(lambda: self._is_done(number), timeout)

    def was_refused(self, number: int) -> bool:
        return number in self._refused

    def _is_done(self, number: int) -> bool:
        return self._position >= number and not self._waiting.any_before(
            number + 1
        )

    def drain(self, timeout: float, patience: float = math.inf) -> bool:
        """Wait until everything appended so far is out of the spool, with
        what was taken over at the start.

        :param patience: seconds; no longer than that without an answer
        """
        until = _now() + timeout
        if not self._bell.wait_for(
            lambda: self._chored > -math.inf, min(timeout, patience)
        ):
            return False
        number = self._appended
        while True:
            answers = self._answers
            left = until - _now()
            if self.wait(number, min(max(0.0, left), patience), hurry=True):
                return True
            if left <= patience or self._answers == answers:
                return False

    def stop(self, timeout: float) -> bool:
        """End the thread, and tell whether it has ended."""
        self._stopping = True
        self._bell.ring()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping:
            try:
                now = _now()
                if self._chored + self._heartbeat <= now:
                    self._do_chore()
                    now = self._chored
                self._step(now)
            except Exception as error:  # noqa: BLE001 - it must live
                self._failed(error)
        self._say_last()

    def _say_last(self) -> None:
        """Tell what was lost since the last heartbeat, if a conductor has
        answered the last call. Else the next session does that, where there
        is a spool on disk."""
        if self._failures or not self.untold():
            return
        try:
            self._beat()
        except Exception as error:  # noqa: BLE001 - the process ends
            LOG.warning(
                'The conductor does not know what was lost last: %s',
                type(error).__name__,
            )

    def untold(self) -> dict[str, int]:
        """Return how many were lost that the conductor does not know of, by
        reason."""
        return {
            reason: number - self._told_lost.get(reason, 0)
            for reason, number in self._losses.counts.items()
            if number > self._told_lost.get(reason, 0)
        }

    def _do_chore(self) -> None:
        try:
            self._chore(self.notify)
        except Exception as error:
            LOG.warning(
                'What dead reporters left could not be taken over: %s',
                type(error).__name__,
            )
            LOG.debug('Why it could not:', exc_info=error)
        self._chored = _now()
        self._bell.ring()

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        self._limit = max(1, self._limit // 2)
        level = logging.WARNING if self._failures in (1, 10) else logging.DEBUG
        LOG.log(
            level,
            'Reports cannot be delivered, %s wait: %s',
            self._spool.count,
            type(error).__name__,
        )
        LOG.debug('Why they cannot be delivered:', exc_info=error)
        wait = min(RETRY_MAX, RETRY_FIRST * 2 ** min(self._failures - 1, 10))
        wait *= random.uniform(0.5, 1)  # noqa: S311
        self._bell.wait_for(lambda: self._stopping or self._hurry, wait)
        self._hurry = False

    def _succeeded(self) -> float:
        """Note that the conductor has answered; return when."""
        if self._failures >= 1:
            LOG.info('Reports are delivered again, %s wait', self._spool.count)
        self._failures = 0
        self._answers += 1
        self._heard = _now()
        self._limit = min(self._batch_size, self._limit * 2)
        return self._heard

    def _step(self, now: float) -> None:
        """Send one batch, or wait until there is something to do."""
        batch = self._next(now)
        if not batch:
            if self._heard + self._heartbeat <= now:
                now = self._beat()
            self._rest(now)
            return
        if batch[0][1]['kind'] == transition.CLOSE:
            self._close(*batch[0])
            return
        batch = self._in_one_call(batch)
        answers = self._send(batch)
        if answers is None:
            return
        now = self._succeeded()
        self._settle(batch, answers, now)
        if self._told + self._heartbeat <= now:
            # While there is much to send, too.
            self._beat()

    def _send(self, batch: list[Entry]) -> list[Answer] | None:
        """Send a batch and return the answers; None where it has to be sent
        in halves, until the report that is at fault is alone.

        :raises Exception: it has to be sent again
        """
        try:
            return self._line.send([each for _, each in batch])
        except Exception as error:
            if len(batch) > 1 and refusal.is_poison(error):
                self._limit = len(batch) // 2
                return None
            if len(batch) > 1 or not self._is_at_fault(error):
                raise
            # Those behind it need not wait for it.
            self._waiting.put_aside(batch[0][0], _now())
            return [refusal.answer(error)]

    def _beat(self) -> float:
        """Send a heartbeat with what waits and what was lost; return when it
        was answered."""
        lost = dict(self._losses.counts)
        oldest = self._spool.after(0, 1)
        self._line.beat(
            self._spool.count,
            lost,
            transition.age(oldest[0][1]) if oldest else None,
        )
        self._told, self._told_lost = self._succeeded(), lost
        return self._told

    def _is_at_fault(self, error: Exception) -> bool:
        """Tell whether an error is the report's that was sent alone, not an
        outage: a conductor may take a value that its database refuses for
        the one for the other."""
        if not isinstance(error, exception.DatabaseUnavailable):
            return refusal.is_poison(error)
        try:
            self._line.send([])
        except Exception:  # noqa: BLE001 - whatever it is
            return False
        return True

    @staticmethod
    def _in_one_call(batch: list[Entry]) -> list[Entry]:
        """Return the first reports, up to the closing of a session, and no
        more than whose errors' texts fit into one call."""
        length = 0
        for index, (_, each) in enumerate(batch):
            length += len(str(each.get('details') or ''))
            length += len(str(each.get('traceback') or ''))
            if each['kind'] == transition.CLOSE or (
                index and length > TEXT_LIMIT
            ):
                return batch[:index]
        return batch

    def _rest(self, now: float) -> None:
        due = min(self._waiting.next_due(), self._heard + self._heartbeat)
        if self._gone:
            self._remove()
            due = min(due, now + RETRY_MAX)
        came = self._wait_for(1, due - now)
        if came and self._interval and not self._hurry:
            # Gather some more.
            self._wait_for(self._batch_size, self._interval)
        self._hurry = False

    def _wait_for(self, count: int, seconds: float) -> bool:
        """Wait until so many have been appended that were not sent yet."""
        self._wanted = self._position + count
        came = self._bell.wait_for(
            lambda: (
                self._stopping or self._hurry or self._appended >= self._wanted
            ),
            max(0.0, seconds),
        )
        self._wanted = math.inf
        return came

    def _next(self, now: float) -> list[Entry]:
        """Return what is to be sent now: first what has waited; what was put
        aside goes alone."""
        if not self._waiting.keys:
            return self._fresh(self._limit, now)
        batch = []
        for number in self._waiting.aside(now):
            found = self._spool.get(number)
            if found is not None:
                return [(number, found)]
            self._waiting.remove(number)
        for number in self._waiting.due(now)[: self._limit]:
            found = self._spool.get(number)
            if found is None:
                self._waiting.remove(number)
            else:
                batch.append((number, found))
        room = self._limit - len(batch)
        return batch + (self._fresh(room, now) if room > 0 else [])

    def _fresh(self, room: int, now: float) -> list[Entry]:
        """Return what has not been sent yet, except what has to wait."""
        fresh: list[Entry] = []
        appended = self._appended
        entries = self._spool.after(self._position, room)
        if not entries and appended > self._position:
            # The rest was lost with a damaged file.
            self._position = appended
            self._bell.ring()
        if not self._waiting.keys:
            return entries
        for number, each in entries:
            if number not in self._waiting.keys and not self._waiting.join(
                number, each, now
            ):
                fresh.append((number, each))
            elif not fresh:
                self._position = number
        return fresh

    def _settle(
        self, batch: list[Entry], answers: list[Answer], now: float
    ) -> None:
        again = {}
        for (number, each), answer in zip(batch, answers, strict=True):
            refused = answer['verdict'] == verdict.REFUSED
            if refused and not self._give_up(number, each, answer):
                self._tell_to_wait(number, each, answer)
                again[number] = each
                continue
            self._gone.add(number)
            self.delivered += not refused
            self.replaced += int(answer.get('replaced', 0))
            if self._waiting.keys:
                self._waiting.remove(number)
                if each['kind'] == transition.ACTION and not refused:
                    self._waiting.known(each, now)
        if again:
            self._waiting.put_off(again, now)
        self._advance(batch)

    def _advance(self, batch: list[Entry]) -> None:
        self._remove()
        self._position = max(self._position, *(number for number, _ in batch))
        self._bell.ring()

    def _remove(self) -> None:
        """Remove from the spool what is done.

        What cannot be removed now, because the disk is full, is removed with
        the next ones: it must not hold them up.
        """
        try:
            self._spool.remove(self._gone)
        except Exception as error:  # noqa: BLE001 - it must go on
            log = LOG.debug if self._is_stuck else LOG.warning
            log(
                'What is delivered cannot be removed from the spool: %s',
                type(error).__name__,
            )
            self._is_stuck = True
        else:
            self._gone.clear()
            self._is_stuck = False

    def _give_up(self, number: int, each: Transition, answer: Answer) -> bool:
        """Count a refused report as lost, and return True; return False if
        it has to wait."""
        now = _now()
        waited = now - self._waiting.since(number, now)
        if answer['error'] in refusal.PASSING and (
            number not in self._waiting.keys or waited < self._parent_timeout
        ):
            return False
        self._refused.append(number)
        self._losses.add(
            loss.REFUSED, 1, (f'{answer["error"]}: {answer["reason"]}'), [each]
        )
        return True

    def _tell_to_wait(
        self, number: int, each: Transition, answer: Answer
    ) -> None:
        """Log why a report waits and what helps: of the first one only."""
        error = answer['error'] or ''
        # At its first attempt it may just have overtaken another host's.
        if (
            error in refusal.REMEDIES
            and number in self._waiting.keys
            and error not in self._told_to_wait
        ):
            self._told_to_wait.add(error)
            LOG.warning(
                'A report cannot be stored yet and waits, as others like it '
                'do, for at most %g s: %s: %s %s.',
                self._parent_timeout,
                transition.identity(each),
                answer['reason'],
                refusal.REMEDIES[error],
            )

    def _close(self, number: int, ended: Transition) -> None:
        """Close a dead session: at once, and once more after the last of its
        reports that wait now."""
        if not (
            number in self._waiting.keys and self._waiting.any_before(number)
        ):
            try:
                self._line.close(ended)
            except Exception as error:
                if not (
                    refusal.is_poison(error)
                    or isinstance(error, exception.Forbidden)
                ):
                    raise
                if not isinstance(error, exception.Invalid):
                    # As above: those behind it need not wait for it.
                    self._put_off_close(number, ended, error)
                    return
                # From a damaged spool.
                self._losses.add(loss.REFUSED, 1, type(error).__name__)
            self._succeeded()
        if self._waiting.any_before(number):
            self._waiting.put_aside(number, _now())
        else:
            self._end_close(number, ended)
        self._advance([(number, ended)])

    def _put_off_close(
        self, number: int, ended: Transition, error: Exception
    ) -> None:
        """Try again later to close a session, for as long as reports may
        wait."""
        self._waiting.put_aside(number, _now())
        if self._give_up(number, ended, refusal.answer(error)):
            self._end_close(number, ended)
        self._advance([(number, ended)])

    def _end_close(self, number: int, ended: Transition) -> None:
        self._waiting.remove(number)
        self._gone.add(number)
        self._closed(ended['uuid'])
