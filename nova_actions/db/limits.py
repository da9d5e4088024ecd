# SPDX-License-Identifier: Apache-2.0
"""Statement timeouts of the database, so that it stops what no caller waits
for."""

import math
from typing import Any

#: The error of a cancelled statement: PostgreSQL's SQLSTATE query_canceled.
_SQLSTATE = '57014'
#: MariaDB's ER_STATEMENT_TIMEOUT and MySQL's ER_QUERY_TIMEOUT.
_NUMBERS = (1969, 3024)


def set_up(cursor: Any, backend: str, seconds: float) -> None:
    """Set the statement timeout of a new connection.

    :param cursor: the driver's
    :param backend: SQLAlchemy's name; SQLite has no such limit
    """
    milliseconds = math.ceil(seconds * 1000)
    if backend == 'postgresql':
        cursor.execute(f'SET statement_timeout = {milliseconds}')
    elif backend in ('mysql', 'mariadb'):
        # Each rejects the other's variable, and both go by either name.
        cursor.execute('SELECT version()')
        (version,) = cursor.fetchone()
        if 'mariadb' in version.lower():
            cursor.execute(f'SET SESSION max_statement_time = {seconds}')
        else:
            cursor.execute(f'SET SESSION max_execution_time = {milliseconds}')


def is_exceeded(error: BaseException) -> bool:
    """Tell whether a driver's error says that a statement was cancelled."""
    state = getattr(error, 'pgcode', None) or getattr(error, 'sqlstate', None)
    number = error.args[0] if error.args else None
    return state == _SQLSTATE or number in _NUMBERS
