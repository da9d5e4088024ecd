# SPDX-License-Identifier: Apache-2.0
"""Databases of a test's own, on servers and in files.

Tables take long to make where each one is forced to disk. They are made once
in each process; what a test gets is a copy.
"""

import atexit
import os
import pathlib
import uuid
from collections.abc import Callable
from typing import Any

import fixtures
import sqlalchemy as sa

from nova_actions.tests import missing

_SERVERS = {
    'mysql': ('mysql+pymysql://root@127.0.0.1:3306/', 'test'),
    'postgresql': (
        'postgresql+psycopg2://postgres@127.0.0.1:5432/',
        'postgres',
    ),
    # PostgreSQL with a database that cannot hold every character.
    'latin1': ('postgresql+psycopg2://postgres@127.0.0.1:5432/', 'postgres'),
}
_OPTIONS = {
    'latin1': " TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' "
    "LC_CTYPE 'C'"
}


def create(fixture: Any, backend: str, template: str = '') -> str:
    """Create a database, dropped with the fixture (or test); return its URL.

    :param template: name of the one that it is a copy of, on PostgreSQL;
        empty by default
    """
    if backend == 'sqlite':
        folder = fixture.useFixture(fixtures.TempDir()).path
        return f'sqlite:///{os.path.join(folder, "test.sqlite")}'
    server, first = _SERVERS[backend]
    name = f'nova_actions_{uuid.uuid4().hex[:12]}'
    engine = sa.create_engine(server + first, isolation_level='AUTOCOMMIT')
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(
                f'CREATE DATABASE {name}'
                + (
                    f' TEMPLATE {template}'
                    if template
                    else _OPTIONS.get(backend, '')
                )
            )
    except sa.exc.OperationalError as error:
        missing.unavailable(backend, error.orig)

    def drop() -> None:
        force = '' if backend == 'mysql' else ' WITH (FORCE)'
        with engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE {name}{force}')
        engine.dispose()

    fixture.addCleanup(drop)
    return server + name


class Template:
    """Tables that many tests begin with.

    :param make: makes them in the empty database at a URL, and lets go of it
    """

    def __init__(self, make: Callable[[str], None]) -> None:
        self._make = make
        #: What to copy, by backend.
        self._made: dict[str, Any] = {}

    def create(self, fixture: Any, backend: str) -> str:
        """Create a database that has them, dropped with the fixture (or
        test); return its URL."""
        if backend not in self._made:
            self._made[backend] = getattr(self, f'_make_{backend}')()
        made = self._made[backend]
        if backend in ('postgresql', 'latin1'):
            return create(fixture, backend, made)
        url = create(fixture, backend)
        if backend == 'sqlite':
            path = pathlib.Path(str(sa.make_url(url).database))
            path.touch(0o600)
            path.write_bytes(made)
        else:
            _run(url, made)
        return url

    def _make_sqlite(self) -> bytes:
        """Return the content of a file."""
        with fixtures.Fixture() as scratch:
            url = create(scratch, 'sqlite')
            self._make(url)
            return pathlib.Path(str(sa.make_url(url).database)).read_bytes()

    def _make_latin1(self) -> str:
        return self._make_postgresql('latin1')

    def _make_postgresql(self, backend: str = 'postgresql') -> str:
        """Return the name of a database, dropped when the process ends."""
        scratch = fixtures.Fixture()
        scratch.setUp()
        url = create(scratch, backend)
        atexit.register(scratch.cleanUp)
        self._make(url)
        return str(sa.make_url(url).database)

    def _make_mysql(self) -> list[str]:
        """Return statements: one for each table with all its keys, instead of
        one for each step on its way there."""
        with fixtures.Fixture() as scratch:
            url = create(scratch, 'mysql')
            self._make(url)
            return _read(url)


def _read(url: str) -> list[str]:
    """Return statements that make the same tables, with their rows."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    found = []
    with engine.connect() as connection:
        for name in sa.inspect(engine).get_table_names():
            found.append(
                connection.exec_driver_sql(f'SHOW CREATE TABLE {name}').one()[
                    1
                ]
            )
            found += [
                f'INSERT INTO {name} VALUES {tuple(row)!r}'.replace(',)', ')')
                for row in connection.exec_driver_sql(f'SELECT * FROM {name}')
            ]
    return found


def _run(url: str, statements: list[str]) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        # They refer to each other.
        connection.exec_driver_sql('SET FOREIGN_KEY_CHECKS = 0')
        for statement in statements:
            connection.exec_driver_sql(statement)
