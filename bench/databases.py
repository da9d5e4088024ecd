# SPDX-License-Identifier: Apache-2.0
"""Databases and virtual hosts of a comparison's own."""

import contextlib
import subprocess
import urllib.parse
import uuid
from collections.abc import Iterator
from typing import Any

DIALECTS = ('sqlite', 'mariadb', 'postgresql')

_SERVERS = {
    'mariadb': 'mysql+pymysql://root@127.0.0.1:3306/',
    'postgresql': 'postgresql+psycopg2://postgres@127.0.0.1:5432/',
}
_RABBIT = 'rabbit://guest:guest@127.0.0.1:5672/'


def dialect(url: str) -> str:
    """Return which of :data:`DIALECTS` a URL names."""
    return {'mysql': 'mariadb'}.get(
        name := url.partition(':')[0].partition('+')[0], name
    )


def connect(url: str, autocommit: bool = False) -> Any:
    """Return a connection of the driver's own."""
    parts = urllib.parse.urlsplit(url)
    if dialect(url) == 'sqlite':
        import sqlite3

        return sqlite3.connect(
            parts.path[1:],
            timeout=60,
            check_same_thread=False,
            isolation_level='DEFERRED',
        )
    if dialect(url) == 'mariadb':
        import pymysql

        return pymysql.connect(
            host=parts.hostname,
            port=parts.port,
            user=parts.username,
            database=parts.path[1:] or None,
            autocommit=autocommit,
        )
    import psycopg2

    connection = psycopg2.connect(
        host=parts.hostname,
        port=parts.port,
        user=parts.username,
        dbname=parts.path[1:] or 'postgres',
    )
    connection.autocommit = autocommit
    return connection


@contextlib.contextmanager
def database(dialect: str, folder: str) -> Iterator[str]:
    """Make a database, and drop it afterwards; gives its URL."""
    name = f'bench_{uuid.uuid4().hex[:12]}'
    if dialect == 'sqlite':
        yield f'sqlite:///{folder}/{name}.sqlite'
        return
    server = _SERVERS[dialect]
    with contextlib.closing(connect(server, autocommit=True)) as connection:
        connection.cursor().execute(f'CREATE DATABASE {name}')
    try:
        yield server + name
    finally:
        force = ' WITH (FORCE)' if dialect == 'postgresql' else ''
        with contextlib.closing(
            connect(server, autocommit=True)
        ) as connection:
            connection.cursor().execute(f'DROP DATABASE {name}{force}')


@contextlib.contextmanager
def bus() -> Iterator[str]:
    """Make a virtual host of RabbitMQ, and delete it afterwards; gives its
    URL."""
    name = f'bench_{uuid.uuid4().hex[:12]}'
    _rabbitmqctl('add_vhost', name)
    try:
        _rabbitmqctl('set_permissions', '-p', name, 'guest', '.*', '.*', '.*')
        yield _RABBIT + name
    finally:
        _rabbitmqctl('delete_vhost', name)


def _rabbitmqctl(*words: str) -> None:
    subprocess.run(
        ['rabbitmqctl', '-q', *words], check=True, stdout=subprocess.DEVNULL
    )
