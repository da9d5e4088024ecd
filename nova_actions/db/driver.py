# SPDX-License-Identifier: Apache-2.0
"""The database driver of a URL, its error messages, and its times."""

import datetime
import functools
import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import exc as sa_exc

#: Databases that have no default one to connect to.
_NAMED = ('mysql', 'mariadb')


def problem(
    url: str | None, option: str = '[database] connection'
) -> str | None:
    """Return what is wrong with a URL or its driver, None for nothing.

    No connection is made. No part of the URL is repeated but the names of its
    parameters: it may have a password.

    :param option: the name of the option that has the URL
    """
    if not url:
        return f'{option} is not set'
    try:
        parsed = sa.make_url(url)
        kind: Any = parsed.get_dialect()
        dialect: sa.Dialect = kind(dbapi=kind.import_dbapi())
    except sa_exc.NoSuchModuleError:
        return (
            f'{option} names a kind of database that SQLAlchemy does not know'
        )
    except sa_exc.ArgumentError:
        return f'{option} is not an SQLAlchemy URL'
    except ImportError as error:
        return f'{option}: the database driver {error.name} is not installed'
    except ValueError:
        return (
            f'{option} has a port that is not a number; an IPv6 '
            'address is written in brackets'
        )
    return _problem_of_arguments(dialect, parsed, option)


def _problem_of_arguments(
    dialect: sa.Dialect, url: sa.URL, option: str
) -> str | None:
    """Return what the driver does not accept of a URL, None for nothing."""
    if (
        dialect.name in _NAMED
        and not url.database
        and not {'database', 'db', 'read_default_file'} & url.query.keys()
    ):
        return f'{option} names no database'
    # SQLAlchemy removes it before the driver gets the others.
    url = url.difference_update_query(['plugin'])
    try:
        args, kwargs = dialect.create_connect_args(url)
        if dialect.driver == 'pymysql':
            # Its constructor raises any error for a wrong argument.
            dialect.loaded_dbapi.connect(*args, **kwargs, defer_connect=True)
    except Exception:  # noqa: BLE001
        what = (
            f'the name or the value of a parameter ({names})'
            if (names := ', '.join(sorted(url.query)))
            else 'a character of the user or the password, or a host'
        )
        return f'{option}: {dialect.driver} does not accept {what}'
    return None


def shown(url: str) -> str:
    """Return a URL without its user, password and parameters, which may have
    a password too."""
    made = sa.make_url(url)
    return sa.URL.create(
        made.get_backend_name(),
        host=made.host,
        port=made.port,
        database=made.database,
    ).render_as_string()


def name(url: str) -> str:
    """Return the name of a URL's database, or the base name of its file, in
    characters that a cell's name may have."""
    last = (sa.make_url(url).database or '').rpartition('/')[2]
    return re.sub('[^A-Za-z0-9._-]', '-', last)[:64] or 'cell'


def file_url(path: str) -> str | None:
    """Return the URL of an SQLite file; None if it has none, such as a path
    with a "?" before SQLAlchemy 2.1."""
    url = sa.URL.create('sqlite', database=path).render_as_string(
        hide_password=False
    )
    return url if sa.make_url(url).database == path else None


def said(error: BaseException) -> str:
    """Return the driver's own error in one line, without the statement and
    values that SQLAlchemy and oslo.db add."""
    while (
        inner := getattr(error, 'inner_exception', None)
        or getattr(error, 'orig', None)
    ) is not None:
        error = inner
    kind = f'{type(error).__module__}.{type(error).__name__}'
    return f'{kind}: {" ".join(str(error).split())}'


#: pymysql.constants.FIELD_TYPE.TIMESTAMP and DATETIME
_TIMES = (7, 12)


def parse_times_fast(engine: sa.Engine) -> None:
    """Have connections of PyMySQL parse times by ``fromisoformat``: its own
    parser takes about as long as the rest of a row."""
    if engine.driver == 'pymysql':
        event.listen(engine, 'connect', _replace_parser)


def _replace_parser(connection: Any, _record: Any) -> None:
    for kind in _TIMES:
        connection.decoders[kind] = functools.partial(
            _time, connection.decoders[kind]
        )


def _time(parse: Callable[[str], object], text: str) -> object:
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return parse(text)
