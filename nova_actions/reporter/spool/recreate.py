# SPDX-License-Identifier: Apache-2.0
"""The file of a spool, recreated after somebody has deleted it."""

import contextlib
import os
import sqlite3

from nova_actions.reporter import blocking


def store(db: sqlite3.Connection, path: str, is_forced: bool) -> None:
    """Store what is in an open file under a name.

    The connection must be closed then: its file is another one. SQLite sees
    that, and touches none by name.

    :param is_forced: to disk
    :raises OSError, sqlite3.Error: it cannot be had; nothing has changed
    """
    copy = f'{path}.new'
    descriptor = os.open(
        copy, os.O_CREAT | os.O_TRUNC | os.O_RDWR | os.O_CLOEXEC, 0o600
    )
    try:
        blocking.run(db.execute, 'VACUUM INTO ?', (copy,))
        if is_forced:
            blocking.run(os.fsync, descriptor)
    finally:
        os.close(descriptor)
    # It would be taken for the new file's.
    for suffix in ('-wal', '-shm'):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + suffix)
    os.replace(copy, path)
