# SPDX-License-Identifier: Apache-2.0
"""Saves needless round trips of pooled connections."""

import contextlib
import time
import weakref
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from nova_actions.db.deferred import driver_connection

#: Seconds for which a connection that has answered is used again without a
#: ping. A server that goes away within them fails a statement, which oslo.db
#: sees and has the transaction run again.
TRUSTED = 1.0


_OF_COMMIT = 'nova_actions_of_commit'


def is_of_commit(error: Any) -> bool:
    """Tell whether a driver's error was raised by a commit, which may have
    sent other statements along. SQLAlchemy does not tell it from an error of
    connecting.

    The engine is one of :func:`lighten`.
    """
    return bool(getattr(error, _OF_COMMIT, False))


def lighten(engine: sa.Engine) -> None:
    """Have an engine neither ping a connection that has just been used nor
    roll back one whose transaction has ended.

    The pool always does both: SQLAlchemy (2.1) has no option for either.
    """
    dialect: Any = engine.dialect
    ping, begin = dialect.do_ping, dialect.do_begin
    commit, rollback = dialect.do_commit, dialect.do_rollback
    answered: Any = weakref.WeakKeyDictionary()
    ended: Any = weakref.WeakSet()

    def do_ping(connection: Any) -> bool:
        if time.monotonic() - answered.get(connection, -TRUSTED) < TRUSTED:
            return True
        return bool(ping(connection))

    def do_begin(connection: Any) -> None:
        ended.discard(driver_connection(connection))
        begin(connection)

    def do_commit(connection: Any) -> None:
        try:
            commit(connection)
        except Exception as error:
            setattr(error, _OF_COMMIT, True)
            raise
        driver = driver_connection(connection)
        ended.add(driver)
        answered[driver] = time.monotonic()

    def do_rollback(connection: Any) -> None:
        driver = driver_connection(connection)
        if driver not in ended:
            rollback(connection)
            ended.add(driver)
            answered[driver] = time.monotonic()

    dialect.do_ping, dialect.do_begin = do_ping, do_begin
    dialect.do_commit, dialect.do_rollback = do_commit, do_rollback

    def checkout(connection: Any, _record: Any, _proxy: Any) -> None:
        ended.discard(connection)

    # A plain connection may be used without do_begin().
    event.listen(engine, 'checkout', checkout)


@contextlib.contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection for statements that only read.

    Under READ COMMITTED a statement sees the same inside a transaction and
    outside of one, so that PostgreSQL needs none and saves round trips. With
    MySQL's drivers, turning autocommit on would itself take round trips.
    """
    with engine.connect() as connection:
        if engine.driver not in ('psycopg', 'psycopg2'):
            yield connection
            return
        driver: Any = connection.connection.dbapi_connection
        driver.autocommit = True
        try:
            yield connection
        finally:
            # A lost connection is not used again.
            if not driver.closed:
                driver.autocommit = False
