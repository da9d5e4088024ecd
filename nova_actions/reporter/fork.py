# SPDX-License-Identifier: Apache-2.0
"""What a fork waits for.

SQLite has locks of its own. One that another thread holds while the process
forks is never freed in the child, which then waits for it for ever. So each
use of SQLite holds one of these locks, and a fork takes both.
"""

import os
import threading

# Reentrant, since a signal handler may come in its own thread's way.
#: Held while a spool is filled or emptied.
writing = threading.RLock()
#: Held while a spool's file is looked after, or a dead one's is read. Who
#: needs both takes this one last. It never holds up the recorded work.
keeping = threading.RLock()


def _before() -> None:
    writing.acquire()
    keeping.acquire()


def _after() -> None:
    keeping.release()
    writing.release()


os.register_at_fork(
    before=_before, after_in_parent=_after, after_in_child=_after
)
