# SPDX-License-Identifier: Apache-2.0
"""Connections and transactions of our own database.

:func:`reader` and :func:`writer` turn a function of a connection or a session
into one of a request context: they open the transaction, retry it after a
deadlock or a lost connection, and translate the errors of the driver.
"""

import contextlib
import contextvars
import functools
import logging
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import sqlalchemy as sa
from oslo_config import cfg
from oslo_db import api as oslo_db_api
from oslo_db import exception as db_exc
from oslo_db.sqlalchemy import enginefacade
from sqlalchemy import event
from sqlalchemy import exc as sa_exc

from nova_actions import exception
from nova_actions.db import charset
from nova_actions.db import clock
from nova_actions.db import connection as connection_module
from nova_actions.db import deferred
from nova_actions.db import driver
from nova_actions.db import limits
from nova_actions.db import outage
from nova_actions.db import prepared

LOG = logging.getLogger(__name__)

P = ParamSpec('P')
R = TypeVar('R')

#: How long SQLite waits for another writer, milliseconds.
SQLITE_BUSY_TIMEOUT = 30_000

_ENGINE_OPTIONS = (
    'connection',
    'slave_connection',
    'mysql_sql_mode',
    'mysql_wsrep_sync_wait',
    'connection_recycle_time',
    'max_pool_size',
    'max_retries',
    'retry_interval',
    'max_overflow',
    'pool_timeout',
    'connection_debug',
    'connection_trace',
    'connection_parameters',
)

#: A value that does not fit its column, or has no place in the encoding.
_REFUSALS = (
    db_exc.DBDataError,
    db_exc.DBInvalidUnicodeParameter,
    db_exc.DBConstraintError,
    sa_exc.DataError,
    OverflowError,
    UnicodeError,
)

_manager: Any = None
#: The lock that a writer holds. SQLite allows one writer at a time, and those
#: that wait poll without any order, so that one could starve. This lock has
#: them wait their turn.
_turn: Any = contextlib.nullcontext()
_writing = contextvars.ContextVar('writing', default=False)


def _create_private(url: str) -> None:
    """Make an SQLite file that only its owner may read.

    :raises InvalidInput: when it cannot be created
    """
    path = sa.make_url(url).database
    if url.startswith('sqlite') and path and path != ':memory:':
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise exception.InvalidInput(
                argument='[database] connection',
                reason=f'{path}: {error.strerror}',
            ) from error


def _prepare(engine: sa.Engine, timeout: float) -> None:
    """Set up each connection of a new engine.

    :param timeout: of one statement, in seconds; 0 means none

    READ COMMITTED whatever the server's default: after a wait for the lock of
    the parent row, the next statement must see what the previous holder
    committed.
    """
    statements = {
        'sqlite': (
            f'PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT}',
            'PRAGMA journal_mode=WAL',
            'PRAGMA foreign_keys=ON',
        ),
        # oslo.db defaults to utf8mb3 when the URL names no charset.
        'mysql': (
            'SET NAMES utf8mb4',
            'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
        ),
        'postgresql': (
            'SET SESSION CHARACTERISTICS AS TRANSACTION '
            'ISOLATION LEVEL READ COMMITTED',
        ),
    }
    chosen = statements.get(
        'mysql' if engine.dialect.name == 'mariadb' else engine.dialect.name,
        (),
    )

    def connect(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        for statement in chosen:
            cursor.execute(statement)
        if engine.dialect.name == 'postgresql':
            cursor.execute('SHOW server_encoding')
            charset.learn(cursor.fetchone()[0])
        if timeout:
            limits.set_up(cursor, engine.dialect.name, timeout)
        cursor.close()
        connection.commit()

    def begin_immediate(connection: sa.Connection) -> None:
        # A deferred transaction that reads and then writes fails at once if
        # another one has written in between. oslo.db's handler has run before
        # this one and has begun a deferred transaction.
        if _writing.get():
            connection.connection.rollback()
            connection.exec_driver_sql('BEGIN IMMEDIATE')

    driver.parse_times_fast(engine)
    event.listen(engine, 'connect', connect)
    if engine.dialect.name == 'sqlite':
        event.listen(engine, 'begin', begin_immediate)
    else:
        # Whether a statement is prepared is decided before it is sent.
        deferred.setup(engine, prepared.setup(engine))
        connection_module.lighten(engine)
    # oslo.db has made a test connection before these listeners were set.
    engine.dispose()
    if engine.dialect.name == 'postgresql':
        # Learn the encoding before any value is made to fit it.
        engine.connect().close()


def setup(conf: cfg.ConfigOpts, statement_timeout: float = 0) -> None:
    """Set the process's own database from ``[database]``.

    Nothing is connected yet.

    :param statement_timeout: after how many seconds the database cancels a
        statement; 0 means never
    :raises InvalidInput: when no connection is configured, or its SQLite
        file cannot be created
    """
    global _manager, _turn
    charset.learn(None)
    outage.setup()
    clock.learn(conf.conductor.clock_tolerance)
    url = conf.database.connection
    if not url:
        raise exception.InvalidInput(
            argument='[database] connection',
            reason='it is not set; it is an SQLAlchemy URL such as '
            'mysql+pymysql://user:password@host/nova_actions',
        )
    _create_private(url)
    manager = enginefacade.transaction_context()
    manager.configure(
        **{name: getattr(conf.database, name) for name in _ENGINE_OPTIONS},
        # It yields to green threads, which we do not use.
        thread_checkin=False,
    )
    manager.append_on_engine_create(
        functools.partial(_prepare, timeout=statement_timeout)
    )
    if _manager is not None:
        _manager.dispose_pool()
    _manager = manager
    _turn = (
        threading.RLock()
        if url.startswith('sqlite')
        else contextlib.nullcontext()
    )


def dispose() -> None:
    """Close the connections of the process's own database."""
    if _manager is not None:
        _manager.dispose_pool()


def engine() -> sa.Engine:
    """Return the engine of our own database.

    :raises RuntimeError: when :func:`setup` has not been called
    """
    if _manager is None:
        raise RuntimeError('db.engine.setup() has not been called')
    result: sa.Engine = _manager.writer.get_engine()
    return result


def pool() -> sa.Pool | None:
    """Return the connection pool of our own database, None before its first
    use."""
    if _manager is None or not _manager.is_started:
        return None
    return engine().pool


@contextlib.contextmanager
def begun() -> Iterator[sa.Connection]:
    """Yield a connection in a transaction that writes; needs no context."""
    token = _writing.set(True)
    try:
        with errors_translated(), engine().begin() as connection:
            yield connection
    finally:
        _writing.reset(token)


@contextlib.contextmanager
def errors_translated() -> Iterator[None]:
    """Turn errors of the database into ours, which carry no SQL."""
    try:
        yield
    except db_exc.DBDuplicateEntry:
        raise exception.Conflict(
            'A row of the same uuid exists already.'
        ) from None
    except (db_exc.DBConnectionError, db_exc.CantStartEngineError) as error:
        outage.went(_kind(error))
        raise exception.DatabaseUnavailable() from None
    except (db_exc.DBDeadlock, sa_exc.TimeoutError) as error:
        LOG.warning('The database does not answer: %s', type(error).__name__)
        raise exception.DatabaseUnavailable() from None
    except (
        db_exc.DBError,
        db_exc.DBInvalidUnicodeParameter,
        sa_exc.SQLAlchemyError,
    ) as error:
        if _is_refused(error):
            LOG.warning('The database refused a value: %s', _kind(error))
            raise exception.Invalid(
                'A value does not fit its column in the database.'
            ) from None
        if _is_cancelled(error):
            LOG.warning(
                'The database cancelled a statement that took too '
                'long ([api] database_timeout)'
            )
            raise exception.DatabaseTimeout() from None
        if _is_of_connecting(error):
            outage.went(_kind(error))
            raise exception.DatabaseUnavailable() from None
        LOG.error('The database failed: %s', type(error).__name__)
        LOG.debug('The statement that failed:', exc_info=True)
        raise exception.DatabaseUnavailable() from None


def _cause(error: Exception) -> Any:
    """Return the error that oslo.db or SQLAlchemy wrapped, None if none."""
    return getattr(error, 'inner_exception', None) or getattr(
        error, 'orig', None
    )


def _has_cause(error: Any, is_meant: Callable[[Any], bool]) -> bool:
    """Tell whether a condition holds for an error or one that it wraps."""
    while error is not None:
        if is_meant(error):
            return True
        error = _cause(error)
    return False


def _kind(error: Exception) -> str:
    """Return the class name of the innermost error, the most specific one."""
    cause = _cause(error)
    return type(error).__name__ if cause is None else _kind(cause)


def _is_refused(error: Any) -> bool:
    """Tell whether the database refuses a value, and always will.

    oslo.db has classes for a few of these errors only; the others are plain
    DBErrors, as an outage is.
    """
    return _has_cause(error, lambda each: isinstance(each, _REFUSALS))


def _is_of_connecting(error: Any) -> bool:
    """Tell whether no connection could be made: oslo.db does not recognise
    all messages of the drivers for that."""
    return (
        isinstance(error, sa_exc.OperationalError)
        and error.statement is None
        and not connection_module.is_of_commit(error.orig)
    )


def _is_cancelled(error: Any) -> bool:
    """Tell whether the database cancelled a statement that took too long."""
    return _has_cause(error, limits.is_exceeded)


def _is_sent_otherwise(error: Any) -> bool:
    """Tell whether the reason was how a statement was sent: prepared, or
    together with others. None will be sent so again."""
    return _has_cause(
        error, lambda each: prepared.failed(each) or deferred.failed(each)
    )


def _retrying(on_disconnect: bool) -> Any:
    return oslo_db_api.wrap_db_retry(
        max_retries=5,
        retry_interval=0.1,
        max_retry_interval=2,
        retry_on_deadlock=True,
        retry_on_disconnect=on_disconnect,
        exception_checker=_is_sent_otherwise,
    )


def _read(_context: Any) -> Any:
    return connection_module.reading(_manager.reader.get_engine())


def _write(context: Any) -> Any:
    return _manager.writer.using(context)


def _record(_context: Any) -> Any:
    return engine().begin()


def _transactional(
    begin: Callable[[Any], Any],
) -> Callable[
    [Callable[Concatenate[Any, P], R]], Callable[Concatenate[Any, P], R]
]:
    is_writer = begin is not _read

    def decorator(
        function: Callable[Concatenate[Any, P], R],
    ) -> Callable[Concatenate[Any, P], R]:
        def run(context: Any, *args: P.args, **kwargs: P.kwargs) -> R:
            if _manager is None:
                raise RuntimeError('db.engine.setup() has not been called')
            token = _writing.set(is_writer)
            try:
                with (
                    _turn if is_writer else contextlib.nullcontext(),
                    begin(context) as session,
                ):
                    return function(session, *args, **kwargs)
            finally:
                _writing.reset(token)

        patient, prompt = _retrying(True)(run), _retrying(False)(run)

        @functools.wraps(function)
        def wrapper(context: Any, *args: P.args, **kwargs: P.kwargs) -> R:
            # During a known outage a lost connection is not retried.
            chosen = prompt if outage.is_known() else patient
            with errors_translated():
                result: R = chosen(context, *args, **kwargs)
            if outage.is_known():
                outage.came_back()
            return result

        return cast(Callable[Concatenate[Any, P], R], wrapper)

    return decorator


reader = _transactional(_read)
writer = _transactional(_write)
#: As a writer, but passes a connection instead of a session, as a reader
#: does, and joins no transaction of the context: this is cheaper.
recorder = _transactional(_record)
