# SPDX-License-Identifier: Apache-2.0
"""What a fork waits for.

SQLite has locks of its own. One that another thread holds while the process
forks is never freed in the child, which then waits for it for ever. So
whoever is in SQLite holds one of these, and the process forks with both.
"""

import os
import threading

# Reentrant, since a signal handler may come in its own thread's way.
#: Of who fills or empties a spool.
writing = threading.RLock()
#: Of who looks after a spool's file, or reads a dead one's; whoever needs
#: both takes it last. It holds up nobody's work.
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
