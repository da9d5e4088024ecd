# SPDX-License-Identifier: Apache-2.0
"""The SQLite file of a spool: opened, its table made, and whether it is
damaged."""

import sqlite3

from nova_actions.reporter.spool import entry

#: Milliseconds that a write waits for another one's.
_BUSY_TIMEOUT = 200


def connect(path: str, synchronous: str) -> sqlite3.Connection:
    """Open the file, whose texts are read as bytes.

    :param synchronous: SQLite's: ``FULL``, ``NORMAL`` or ``OFF``
    :raises sqlite3.Error: it cannot be opened, or is no database
    """
    db = sqlite3.connect(
        path,
        timeout=_BUSY_TIMEOUT / 1000,
        isolation_level=None,
        check_same_thread=False,
    )
    db.text_factory = bytes
    try:
        db.execute('PRAGMA journal_mode=WAL')
        db.execute(f'PRAGMA synchronous={synchronous}')
    except UnicodeDecodeError as error:
        db.close()
        raise sqlite3.DatabaseError('it is no database') from error
    except BaseException:
        db.close()
        raise
    return db


def make_table(db: sqlite3.Connection) -> bool:
    """Make the table where there is none; return whether all its reports
    must have a seal."""
    db.execute(
        'CREATE TABLE IF NOT EXISTS report ('
        'id INTEGER PRIMARY KEY, body TEXT NOT NULL, '
        'checksum INTEGER)'
    )
    columns = [row[1] for row in db.execute('PRAGMA table_info(report)')]
    if b'checksum' not in columns:
        # Of the first release.
        db.execute('ALTER TABLE report ADD COLUMN checksum INTEGER')
    elif not db.execute('SELECT count(*) FROM report').fetchone()[0]:
        db.execute(f'PRAGMA user_version={entry.VERSION}')
    (version,) = db.execute('PRAGMA user_version').fetchone()
    return bool(version >= entry.VERSION)


def is_broken(error: Exception) -> bool:
    """Tell whether an error means that the file is damaged."""
    return getattr(error, 'sqlite_errorcode', None) in (
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    )
