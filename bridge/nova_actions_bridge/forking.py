# SPDX-License-Identifier: Apache-2.0
"""When to begin, in a process that is forked after it has loaded all."""

import importlib
from collections.abc import Callable
from typing import Any

from nova_actions.reporter.event import harmless


def begin(start: Callable[[], object]) -> None:
    """Begin at once; in uWSGI's master, in each of its workers instead.

    uWSGI forks behind Python's back. Where a thread of ours has the
    interpreter's lock at that moment, the worker waits for it for ever.

    :param start: starts threads
    """
    try:
        # It is there in a process of uWSGI's only.
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
