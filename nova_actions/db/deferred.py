# SPDX-License-Identifier: Apache-2.0
"""Deferred statements: sent together with the next one.

A driver waits for the answer to each statement, and psycopg2 also to the
``BEGIN`` that it sends before the first one. Here ``BEGIN``, and statements
whose results are not needed, are held back until something else is sent: the
next statement or ``COMMIT``. All of them go to the server as one query, so
that most transactions take one or two round trips.

The server stops at the first error: nothing after it is executed, ``COMMIT``
included. The error is raised by the statement or commit that was sent along.
Since any of them may be what failed, the transaction has to be rolled back.

Named cursors of psycopg2 need a transaction that psycopg2 has begun. In one
whose ``BEGIN`` was deferred they raise an error.

A proxy in front of MySQL or MariaDB may reject several statements in one
query. The first such error turns deferring off for the whole process, and the
transaction is retried.
"""

import dataclasses
import logging
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

LOG = logging.getLogger(__name__)

_OPTION = 'nova_actions_deferred'

#: Deferred statements by the driver's connection, while that is in a
#: transaction.
_waiting: Any = weakref.WeakKeyDictionary()

#: How a driver's connection executes a statement, given its text; None if that
#: is for SQLAlchemy to find out.
TextOf = Callable[[Any, str], str | None]
#: That, and the compiled statements, by the dialect of an engine that defers.
engines: Any = weakref.WeakKeyDictionary()

#: psycopg2.extensions.TRANSACTION_STATUS_IDLE
_IDLE = 0
#: pymysql.constants.CLIENT.MULTI_STATEMENTS
_MULTI_STATEMENTS = 1 << 16
#: pymysql.constants.ER.PARSE_ERROR: a syntax error, which none of our
#: statements has by itself.
_PARSE_ERROR = 1064

#: Whether statements are deferred: no error has turned it off.
_is_on = True


class _Transactions:
    """The transactions of a dialect's connections."""

    def __init__(self, dialect: Any) -> None:
        self._begin = dialect.do_begin
        self._commit = dialect.do_commit
        self._rollback = dialect.do_rollback

    def begin(self, connection: Any) -> None:
        self._begin(connection)
        driver = driver_connection(connection)
        # If autocommit is on, the caller wants no transaction.
        if not driver.get_autocommit():
            _waiting[driver] = []

    def commit(self, connection: Any) -> None:
        driver = driver_connection(connection)
        waiting = _waiting.get(driver)
        if waiting:
            _send(driver, [*waiting, 'COMMIT'])
        else:
            self._commit(connection)
        _waiting.pop(driver, None)

    def rollback(self, connection: Any) -> None:
        _waiting.pop(driver_connection(connection), None)
        self._rollback(connection)


class _Psycopg2Transactions(_Transactions):
    """Transactions whose BEGIN is deferred: while ``autocommit`` is on,
    psycopg2 sends none of its own."""

    def begin(self, connection: Any) -> None:
        driver = driver_connection(connection)
        if not driver.autocommit:
            driver.autocommit = True
            _waiting[driver] = [b'BEGIN']

    def commit(self, connection: Any) -> None:
        driver = driver_connection(connection)
        waiting = _waiting.get(driver)
        if waiting is None:
            self._commit(connection)
            return
        if waiting != [b'BEGIN']:
            _send(driver, [*waiting, b'COMMIT'])
        self._end(driver)

    def rollback(self, connection: Any) -> None:
        driver = driver_connection(connection)
        if driver.closed or driver not in _waiting:
            self._rollback(connection)
            return
        if driver.get_transaction_status() != _IDLE:
            _send(driver, [b'ROLLBACK'])
        self._end(driver)

    def _end(self, driver: Any) -> None:
        del _waiting[driver]
        driver.autocommit = False


_TRANSACTIONS = {'psycopg2': _Psycopg2Transactions, 'pymysql': _Transactions}


def deferred(statement: Any) -> Any:
    """Return a statement as one that may be deferred: its result is not
    needed.

    With a driver that cannot send several statements it is executed at once.

    :param statement: an INSERT, UPDATE or DELETE of SQLAlchemy's
    """
    if isinstance(statement, sa.Insert):
        # Otherwise SQLAlchemy asks for the new row's key.
        statement = statement.inline()
    return statement.execution_options(**{_OPTION: True})


def is_possible(connection: Any) -> bool:
    """Tell whether statements of a connection are deferred, unless an error
    has turned that off."""
    return connection.dialect in engines


def as_it_is(_driver: Any, text: str) -> str:
    """Return a statement that is executed as it is."""
    return text


def setup(engine: sa.Engine, text_of: TextOf = as_it_is) -> None:
    """Have an engine defer statements, if its driver can send several.

    :param text_of: how a connection executes a statement
    """
    global _is_on
    _is_on = True
    if engine.driver not in _TRANSACTIONS:
        return
    dialect: Any = engine.dialect
    transactions = _TRANSACTIONS[engine.driver](dialect)
    engines[dialect] = _Statements(dialect, text_of)
    dialect.do_begin = transactions.begin
    dialect.do_commit = transactions.commit
    dialect.do_rollback = transactions.rollback
    if engine.driver == 'pymysql':
        event.listen(engine, 'do_connect', _allow_several)
    event.listen(engine, 'do_execute', execute)
    event.listen(engine, 'do_execute_no_params', _execute_no_params)
    event.listen(engine, 'do_executemany', _executemany)


@dataclasses.dataclass
class _Compiled:
    """A statement that is compiled for a dialect.

    :param processors: what prepares a value for the driver, or None, by the
        name of each parameter
    :param order: of the parameters; None where the driver takes names
    """

    text: str
    processors: dict[str, Any]
    order: list[str] | None

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them."""
        found = {
            name: values[name] if process is None else process(values[name])
            for name, process in self.processors.items()
        }
        if self.order is None:
            return found
        return tuple(found[name] for name in self.order)


class _Context:
    """What listeners get as the context, and may keep something in."""

    compiled = None


class _Statements:
    """The deferred statements of an engine, each compiled once."""

    def __init__(self, dialect: Any, text_of: TextOf) -> None:
        self._dialect = dialect
        self.text_of = text_of
        self._compiled: dict[Any, _Compiled] = {}

    def compiled(self, statement: Any, names: Any) -> _Compiled:
        """Return a statement, compiled.

        :param names: of the values that it is given each time
        """
        found = self._compiled.get(statement)
        if found is None:
            found = self._compiled[statement] = self._compile(statement, names)
        return found

    def _compile(self, statement: Any, names: Any) -> _Compiled:
        compiled = statement.compile(
            dialect=self._dialect, column_keys=list(names)
        )
        return _Compiled(
            str(compiled),
            {
                name: bind.type.dialect_impl(self._dialect).bind_processor(
                    self._dialect
                )
                for name, bind in compiled.binds.items()
            },
            compiled.positiontup,
        )


def run(connection: Any, statement: Any, values: Mapping[str, Any]) -> Any:
    """Execute a statement, and return its result; None of one that was
    deferred.

    One that is deferred bypasses SQLAlchemy's execution, which takes several
    times longer than to format the values. Listeners to
    ``before_cursor_execute`` and ``after_cursor_execute`` are called as usual,
    but their context says nothing of the statement.

    :param statement: built once, since its compiled form is kept
    :param values: of all its parameters
    """
    if not _defer(connection, statement, values):
        return connection.execute(statement, values)
    return None


def _defer(connection: Any, statement: Any, values: Mapping[str, Any]) -> bool:
    """Defer a statement, if that takes neither SQLAlchemy nor the driver."""
    statements = engines.get(connection.dialect)
    if (
        statements is None
        or not _is_on
        or not statement.get_execution_options().get(_OPTION)
        # It logs what SQLAlchemy executes.
        or connection.engine.echo
    ):
        return False
    driver = connection.connection.dbapi_connection
    waiting = _waiting.get(driver)
    if waiting is None:
        return False
    compiled = statements.compiled(statement, values)
    text = statements.text_of(driver, compiled.text)
    if text is None:
        return False
    with driver.cursor() as cursor:
        try:
            parameters = compiled.parameters(values)
            sent = cursor.mogrify(text, parameters)
        except Exception:  # noqa: BLE001
            # SQLAlchemy meets the error, too, and tells oslo.db.
            return False
        shown, context = compiled.text, _Context()
        for listener in connection.dispatch.before_cursor_execute:
            shown, parameters = listener(
                connection, cursor, shown, parameters, context, False
            )
        if shown != compiled.text:
            sent = cursor.mogrify(shown, parameters)
        for listener in connection.dispatch.after_cursor_execute:
            listener(connection, cursor, shown, parameters, context, False)
    waiting.append(sent)
    return True


def _allow_several(
    _dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]
) -> None:
    options['client_flag'] = options.get('client_flag', 0) | _MULTI_STATEMENTS


def execute(
    cursor: Any, statement: str, parameters: Any, context: Any
) -> bool:
    """Execute a statement with the deferred ones, or defer it.

    :param cursor: the driver's
    :param context: SQLAlchemy's
    :returns: True
    """
    waiting = _waiting.get(cursor.connection)
    if waiting is None:
        cursor.execute(statement, parameters)
        return True
    is_deferred = _is_on and context.execution_options.get(_OPTION)
    if not (waiting or is_deferred):
        cursor.execute(statement, parameters)
        return True
    waiting.append(cursor.mogrify(statement, parameters))
    if not is_deferred:
        flush(cursor)
    return True


def _execute_no_params(cursor: Any, statement: str, context: Any) -> bool:
    return execute(cursor, statement, None, context)


def _executemany(
    cursor: Any, _statement: str, _parameters: Any, _context: Any
) -> bool:
    flush(cursor)
    return False


def flush(cursor: Any) -> None:
    """Execute deferred statements; the cursor has the result of the last
    one."""
    driver = cursor.connection
    waiting = _waiting.get(driver)
    if not waiting:
        return
    _waiting[driver] = []
    try:
        _execute_all(cursor, waiting)
    except Exception:
        if waiting[0] == b'BEGIN' and (
            driver.get_transaction_status() == _IDLE
        ):
            # Not even BEGIN was executed, as after a syntax error. What
            # follows would be outside of the transaction, so it must fail.
            _waiting[driver] = waiting
        raise


def _send(driver: Any, statements: list[Any]) -> None:
    with driver.cursor() as cursor:
        _execute_all(cursor, statements)


def _execute_all(cursor: Any, statements: list[Any]) -> None:
    # A statement may end with a comment ([database] connection_trace), which
    # the first line break ends.
    if isinstance(statements[0], bytes):
        # psycopg2 returns the last result.
        cursor.execute(b'\n;\n'.join(statements))
        return
    cursor.execute('\n;\n'.join(statements))
    # PyMySQL returns one result, or error, after the other.
    while cursor.nextset():
        pass


def failed(error: Any) -> bool:
    """Tell whether an error says that several statements were rejected.

    If so, none is deferred from then on, so that the transaction may be
    retried.

    :param error: of the driver
    """
    global _is_on
    if getattr(error, 'args', ())[:1] != (_PARSE_ERROR,):
        return False
    if _is_on:
        _is_on = False
        LOG.warning(
            'The database, or a proxy in front of it, rejects several '
            'statements in one query; each is sent by itself from now on, '
            'which is slower'
        )
    return True


def driver_connection(connection: Any) -> Any:
    """Return the driver's connection, of which the pool hands out a proxy."""
    return getattr(connection, 'dbapi_connection', connection)
