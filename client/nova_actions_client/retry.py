# SPDX-License-Identifier: Apache-2.0
"""Asking again while a service does not answer."""

import random
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from nova_actions_client import http
from nova_actions_client import moment
from nova_actions_client import output

_Answer = TypeVar('_Answer')


def pauses(first: float, longest: float) -> Iterator[float]:
    """Yield the seconds to pause before each next request.

    Each pause is up to twice as long as the one before. They are random, so
    that not all clients ask at once after a restart of the service.
    """
    length = first
    while True:
        yield random.uniform(0.5, 1) * length  # noqa: S311
        length = min(2 * length, longest)


class Retry:
    """Asks a service that may be away for a while, and says so once.

    :param tries: how many requests in a row may fail; None: any number
    """

    def __init__(self, tries: int | None = None) -> None:
        self._tries = tries
        self._failed = 0
        self._lost = 0.0

    def ask(self, question: Callable[[], _Answer]) -> _Answer | None:
        """Return an answer, or None when the service did not answer: pause,
        then ask again.

        :raises Unreachable: when it did not answer too often in a row
        """
        try:
            answer = question()
        except http.Unreachable as error:
            self._failed += 1
            if self._failed == self._tries:
                raise
            if self._failed == 1:
                self._lost = time.monotonic()
                output.note(f'{error}; asking again until it answers')
            return None
        if self._failed:
            away = moment.took(time.monotonic() - self._lost)
            output.note(f'It answers again after {away}')
            self._failed = 0
        return answer
