# SPDX-License-Identifier: Apache-2.0
"""Calls that wait for the disk, in a process that eventlet has patched.

Its threads are coroutines of one thread: while one of them waits for the
disk, so does all the work of the process. Such calls are made in a thread of
the operating system instead. Eventlet's own pool of those does not survive a
fork, so each call has a thread of its own.
"""

import contextlib
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
    try:
        reading, writing = os.pipe()
    except OSError:
        # There are too many open files.
        return function(*args)

    def work() -> None:
        try:
            outcome.append((function(*args), None))
        except Exception as error:  # noqa: BLE001 - for the caller
            outcome.append((None, error))
        finally:
            # A process that was forked meanwhile has it open, too. eventlet
            # patches neither writev nor readv.
            with contextlib.suppress(OSError):
                os.writev(writing, (b'.',))
            os.close(writing)

    try:
        # Else eventlet would wait for it with the whole process.
        os.set_blocking(reading, False)
        try:
            thread.start_new_thread(work, ())
        except RuntimeError:
            # There are too many threads.
            work()
        try:
            os.read(reading, 1)
        except BaseException as reason:
            # Either the caller is to stop waiting, or it is the hub, which
            # may not wait like that: the function still uses the file.
            os.set_blocking(reading, True)
            os.readv(reading, [bytearray(1)])
            if not isinstance(reason, RuntimeError):
                raise
    finally:
        os.close(reading)
    result, error = outcome[0]
    if error is not None:
        raise error
    return result
