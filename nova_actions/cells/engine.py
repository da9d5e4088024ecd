# SPDX-License-Identifier: Apache-2.0
"""Connections to a cell: few, made when first needed, and read-only by the
database's own word, whatever rights their user has."""

import math
import sqlite3
from typing import Any
from urllib import parse

import sqlalchemy as sa
from sqlalchemy import event

from nova_actions.db import driver
from nova_actions.db import limits

POOL_SIZE = 5
MAX_OVERFLOW = 5

#: Seconds after which a connection is replaced, before the server drops it.
RECYCLE = 1800

_READ_ONLY = {
    'sqlite': 'PRAGMA query_only = ON',
    'mysql': 'SET SESSION TRANSACTION READ ONLY',
    'postgresql': 'SET default_transaction_read_only = on',
}


def create(url: str, timeout: float) -> sa.Engine:
    """Return an engine that is not connected yet.

    :param timeout: seconds after which driver and database give up
    """
    parsed = sa.make_url(url)
    name = parsed.get_backend_name()
    name = 'mysql' if name == 'mariadb' else name
    options: dict[str, Any] = {}
    if name == 'sqlite':
        options['creator'] = _sqlite(parsed, timeout)
    engine = sa.create_engine(
        parsed,
        pool_size=POOL_SIZE,
        max_overflow=MAX_OVERFLOW,
        pool_timeout=timeout,
        pool_recycle=RECYCLE,
        poolclass=sa.QueuePool,
        hide_parameters=True,
        connect_args=_arguments(name, parsed.get_driver_name(), timeout),
        **options,
    )

    def connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(_READ_ONLY[name])
        limits.set_up(cursor, name, timeout)
        cursor.close()
        connection.commit()

    driver.parse_times_fast(engine)
    event.listen(engine, 'connect', connect)
    return engine


def supports(url: str) -> bool:
    """Tell whether read-only can be had of that kind of database."""
    parsed = sa.make_url(url)
    name = parsed.get_backend_name()
    if name == 'sqlite':
        return parsed.database not in (None, '', ':memory:')
    return name in (*_READ_ONLY, 'mariadb')


def _sqlite(url: sa.URL, timeout: float) -> Any:
    path = str(url.database)
    if not path.startswith('file:'):
        path = f'file:{parse.quote(path)}'
    path = f'{path.partition("?")[0]}?mode=ro'

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            path, uri=True, timeout=timeout, check_same_thread=False
        )

    return connect


def _arguments(name: str, driver: str, timeout: float) -> dict[str, Any]:
    seconds = max(1, math.ceil(timeout))
    if name == 'mysql' and driver in ('pymysql', 'mysqldb'):
        return {
            'connect_timeout': seconds,
            'read_timeout': seconds,
            'write_timeout': seconds,
        }
    if name == 'postgresql' and driver in ('psycopg2', 'psycopg'):
        # Without this, a peer that vanished would be waited for for hours.
        return {
            'connect_timeout': seconds,
            'keepalives_idle': 10,
            'keepalives_interval': 5,
            'keepalives_count': 3,
        }
    return {}
