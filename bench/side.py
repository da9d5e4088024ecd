# SPDX-License-Identifier: Apache-2.0
"""The loop that each side of a comparison runs in a process of its own.

A side reads one line of JSON for each task and answers with one. Nothing but
the standard library is imported here: one side runs in Nova's environment.
"""

import collections
import contextlib
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

#: How often a client does its work before it is measured.
WARM_UP = 3

#: Names of workloads to what one client does in a turn; it returns how many
#: operations that was, where it is not one.
Work = dict[str, Callable[[], int | None]]


class Counter:
    """Counts what an operation costs whatever the machine's speed."""

    def __init__(self) -> None:
        self._counts: collections.Counter[str] = collections.Counter()
        self._lock = threading.Lock()

    def add(self, name: str, number: int = 1) -> None:
        with self._lock:
            self._counts[name] += number

    def watch(self) -> None:
        """Count statements and transactions of all SQLAlchemy engines."""
        # Imported here: nothing else of the sides' common code needs it.
        import sqlalchemy as sa

        for name, counted in (
            ('before_cursor_execute', 'statements'),
            ('commit', 'commits'),
            ('rollback', 'rollbacks'),
        ):
            sa.event.listen(
                sa.Engine, name, lambda *_, counted=counted: self.add(counted)
            )

    def take(self) -> dict[str, int]:
        """Return the counts since the last call."""
        with self._lock:
            counts, self._counts = self._counts, collections.Counter()
        return dict(counts)


def serve(
    make: Callable[[int], Work],
    counter: Counter,
    flush: Callable[[], object] = lambda: None,
) -> None:
    """Answer tasks until the input ends, then end the process.

    :param make: makes the work of a client of that number
    :param flush: waits until what was handed over is in the database
    """
    clients: list[Work] = []
    _say({'ready': True})
    for line in sys.stdin:
        task = json.loads(line)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                while len(clients) < task['clients']:
                    clients.append(make(len(clients)))
                work = [
                    client[task['workload']]
                    for client in clients[: task['clients']]
                ]
                if 'operations' in task:
                    answer = _count(work[0], task['operations'], counter)
                else:
                    answer = _measure(work, task['seconds'], flush)
        except Exception:  # noqa: BLE001 (told to whoever asked)
            answer = {'error': traceback.format_exc()}
        _say(answer)
    # Threads of a library must not keep it.
    os._exit(0)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + '\n')
    sys.stdout.flush()


def _count(
    work: Callable[[], int | None], operations: int, counter: Counter
) -> dict[str, Any]:
    work()
    counter.take()
    for _ in range(operations):
        work()
    return {
        name: number / operations for name, number in counter.take().items()
    }


def _measure(
    work: list[Callable[[], int | None]],
    seconds: float,
    flush: Callable[[], object],
) -> dict[str, Any]:
    """Have each client work in a thread until the time is over."""
    for each in work:
        for _ in range(WARM_UP):
            each()
    flush()
    begin = threading.Barrier(len(work) + 1)
    errors: list[BaseException] = []
    done = [0] * len(work)

    def run(number: int) -> None:
        begin.wait()
        end = time.perf_counter() + seconds
        try:
            while time.perf_counter() < end:
                done[number] += work[number]() or 1
        except BaseException as error:  # noqa: BLE001 (raised by the caller)
            errors.append(error)

    threads = [
        threading.Thread(target=run, args=(number,))
        for number in range(len(work))
    ]
    for thread in threads:
        thread.start()
    begin.wait()
    began, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.join()
    flush()
    if errors:
        raise errors[0]
    return {
        'operations': sum(done),
        'seconds': time.perf_counter() - began,
        'cpu': time.process_time() - cpu,
    }
