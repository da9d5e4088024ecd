# SPDX-License-Identifier: Apache-2.0
"""Group commit: calls of one process that need the same lock share a
transaction.

The first call works at once. Those that come meanwhile wait for it, as they
would in the database, and then one of them does the work of all.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from nova_actions import exception

T = TypeVar('T')
R = TypeVar('R')

#: The answer to a call that has to be done by itself.
ALONE: Any = object()


class _Call(Generic[T]):
    def __init__(self, item: T) -> None:
        self.item = item
        self.turn = threading.Event()
        #: What this call has to do, itself included; empty once somebody
        #: else has done it.
        self.share: list[_Call[T]] = []
        self.answer: Any = ALONE


class Group(Generic[T, R]):
    """Gathers calls by what they lock.

    :param apply: does several calls in one transaction and returns, for each
        one, its result, the error that it alone has, or :data:`ALONE`; what
        it raises, nothing of which is stored then, is the error of a call
        that was alone
    """

    def __init__(
        self, apply: Callable[[Sequence[T]], Sequence[R | Exception]]
    ) -> None:
        self._apply = apply
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, list[_Call[T]]] = {}

    def submit(self, key: Hashable, item: T) -> R:
        """Return the result of a call once it is committed.

        :param key: what is locked: calls of one key are done one after the
            other, or together
        """
        call = self._join(key, item)
        if call.share:
            try:
                self._work(call.share)
            finally:
                self._pass_on(key, call.share)
        if call.answer is ALONE:
            (call.answer,) = self._apply([item])
        if isinstance(call.answer, Exception):
            raise call.answer
        result: R = call.answer
        return result

    def _join(self, key: Hashable, item: T) -> _Call[T]:
        """Wait for the calls before this one; return it with what it has to
        do."""
        call = _Call(item)
        with self._lock:
            waiting = self._waiting.get(key)
            if waiting is None:
                self._waiting[key] = []
                call.share = [call]
                return call
            waiting.append(call)
        call.turn.wait()
        return call

    def _work(self, calls: Sequence[_Call[T]]) -> None:
        try:
            answers = self._apply([call.item for call in calls])
        except exception.ActionsException as error:
            if len(calls) == 1:
                raise
            # One of them may be the reason, so that each is tried alone;
            # without a database there is no need to.
            is_away = type(error) is exception.DatabaseUnavailable
            answers = [
                exception.DatabaseUnavailable() if is_away else ALONE
                for _call in calls
            ]
        for call, answer in zip(calls, answers, strict=True):
            call.answer = answer

    def _pass_on(self, key: Hashable, done: Sequence[_Call[T]]) -> None:
        """Have the next call do what waits, and wake those that are done."""
        with self._lock:
            waiting = self._waiting.pop(key)
            if waiting:
                self._waiting[key] = []
                waiting[0].share = waiting
        for call in (*waiting[:1], *done[1:]):
            call.turn.set()
