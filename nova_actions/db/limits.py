# SPDX-License-Identifier: Apache-2.0
"""How long a database works on one statement: what nobody waits for any more
must not go on."""

import math
from typing import Any


def set_up(cursor: Any, backend: str, seconds: float) -> None:
    """Limit what the statements of a new connection may take.

    :param cursor: the driver's
    :param backend: SQLAlchemy's name; SQLite knows no such limit
    """
    milliseconds = math.ceil(seconds * 1000)
    if backend == 'postgresql':
        cursor.execute(f'SET statement_timeout = {milliseconds}')
    elif backend in ('mysql', 'mariadb'):
        # The one's name is an error to the other, which serves under either.
        cursor.execute('SELECT version()')
        version, = cursor.fetchone()
        if 'mariadb' in version.lower():
            cursor.execute(f'SET SESSION max_statement_time = {seconds}')
        else:
            cursor.execute(
                f'SET SESSION max_execution_time = {milliseconds}')
