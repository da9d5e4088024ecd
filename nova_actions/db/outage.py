# SPDX-License-Identifier: Apache-2.0
"""Says once that our own database is away, and once that it is back, however
many calls fail meanwhile."""

import logging
import threading
import time

LOG = logging.getLogger(__name__)

#: Libraries that log a traceback for each call that an outage fails; what is
#: to be said of it is said here.
_LOUD = ('oslo_db.api', 'sqlalchemy.pool.impl.QueuePool')

_lock = threading.Lock()
_since: float | None = None
#: Set while the database is away.
_away = threading.Event()
#: Tells whether the database was away when it was last asked.
is_known = _away.is_set


def _has_no_traceback(record: logging.LogRecord) -> bool:
    return not record.exc_info


def setup() -> None:
    """Begin anew, with the tracebacks of the libraries kept back."""
    global _since
    _since = None
    _away.clear()
    for name in _LOUD:
        # One that is there already is not added again.
        logging.getLogger(name).addFilter(_has_no_traceback)


def went(kind: str) -> None:
    """Note that the database does not answer.

    :param kind: the class of the error
    """
    global _since
    with _lock:
        if _since is not None:
            return
        _since = time.monotonic()
        _away.set()
    LOG.error(
        'The database does not answer (%s). That is not said again '
        'before it is back',
        kind,
    )


def came_back() -> None:
    """Note that it has answered."""
    global _since
    if not _away.is_set():
        return
    with _lock:
        if _since is None:
            return
        seconds, _since = time.monotonic() - _since, None
        _away.clear()
    LOG.info('The database answers again, after %.1f s', seconds)


def wait(timeout: float) -> bool:
    """Wait until the database is away, for so many seconds at the most, and
    tell whether it is."""
    return _away.wait(timeout)
