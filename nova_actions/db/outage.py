# SPDX-License-Identifier: Apache-2.0
"""Logs once that our own database is down, and once that it is back, however
many calls fail in between."""

import logging
import threading
import time

LOG = logging.getLogger(__name__)

#: Libraries that log a traceback for each call that fails in an outage. The
#: outage itself is logged here.
_LOUD = ('oslo_db.api', 'sqlalchemy.pool.impl.QueuePool')

_lock = threading.Lock()
_since: float | None = None
#: Set while the database is down.
_away = threading.Event()
#: Tells whether the database was down at its last use.
is_known = _away.is_set


def _has_no_traceback(record: logging.LogRecord) -> bool:
    return not record.exc_info


def setup() -> None:
    """Reset, and suppress the tracebacks of the libraries."""
    global _since
    _since = None
    _away.clear()
    for name in _LOUD:
        # A filter that is there already is not added again.
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
        'The database does not answer (%s). This is not logged again '
        'until it is back',
        kind,
    )


def came_back() -> None:
    """Note that the database has answered."""
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
    """Wait until the database is down and return True, or False after that
    many seconds."""
    return _away.wait(timeout)
