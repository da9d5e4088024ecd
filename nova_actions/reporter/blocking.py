# SPDX-License-Identifier: Apache-2.0
"""Calls that wait for the disk, in a process that eventlet has patched.

Its threads are coroutines of one thread: while one of them waits for the
disk, so does all the work of the process. Such calls are made in a thread of
the operating system instead. Eventlet's own pool of those does not survive a
fork, so each call has a thread of its own.
"""

import os
import sys
from collections.abc import Callable
from typing import Any


def run(function: Callable[..., Any], *args: Any) -> Any:
    """Call a function and return its result, while others go on.

    :param function: takes no lock that others wait for; in a patched process
        it may run in another thread
    :raises Exception: what it raises
    """
    patcher = sys.modules.get('eventlet.patcher')
    if patcher is None or not all(
        map(patcher.is_monkey_patched, ('thread', 'os'))
    ):
        return function(*args)
    return _aside(patcher.original('_thread'), function, *args)


def _aside(thread: Any, function: Callable[..., Any], *args: Any) -> Any:
    """Call a function in a new thread.

    :param thread: the module ``_thread``, unpatched
    """
    outcome: list[tuple[Any, Exception | None]] = []
    reading, writing = os.pipe()

    def work() -> None:
        try:
            outcome.append((function(*args), None))
        except Exception as error:  # noqa: BLE001 - for the caller
            outcome.append((None, error))
        finally:
            os.close(writing)

    try:
        # Else eventlet would wait for it with the whole process.
        os.set_blocking(reading, False)
        try:
            thread.start_new_thread(work, ())
        except RuntimeError:
            # There are too many threads.
            work()
        # It ends when the other side is closed.
        os.read(reading, 1)
    finally:
        os.close(reading)
    result, error = outcome[0]
    if error is not None:
        raise error
    return result
