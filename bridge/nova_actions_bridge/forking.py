# SPDX-License-Identifier: Apache-2.0
"""When to start threads, in a process that may fork after loading."""

import importlib
from collections.abc import Callable
from typing import Any

from nova_actions.reporter.event import harmless


def begin(start: Callable[[], object]) -> None:
    """Start at once, but in uWSGI's master only in each of its workers.

    uWSGI forks without Python's knowledge. If a thread of ours holds the
    interpreter's lock at that moment, the worker waits for it for ever.

    :param start: starts threads
    """
    try:
        # The module exists only within uWSGI.
        uwsgi: Any = importlib.import_module('uwsgi')
        is_master = not uwsgi.worker_id()
    except (ImportError, AttributeError):
        is_master = False
    if not is_master:
        start()
        return
    former = getattr(uwsgi, 'post_fork_hook', None)

    def forked() -> None:
        if former is not None:
            former()
        harmless('begin in a worker', start)

    uwsgi.post_fork_hook = forked
