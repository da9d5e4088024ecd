# SPDX-License-Identifier: Apache-2.0
"""Prepared statements on PostgreSQL.

PostgreSQL takes longer to plan most of our statements than to execute them,
and with psycopg2 it plans each one every time. So a connection prepares a
statement with PREPARE once it has executed it a few times.

This does not work behind a pooler that gives each transaction another server
connection. The name of a prepared statement is a hash of its text, so that no
other statement can be executed in its place. The first error turns preparing
off for the whole process, and the transaction is retried.
"""

import dataclasses
import hashlib
import logging
import re
import weakref
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_exc
from sqlalchemy import event
from sqlalchemy.sql import compiler as sql_compiler

from nova_actions.db import deferred

LOG = logging.getLogger(__name__)

#: How often a connection executes a statement before it prepares it.
THRESHOLD = 5
#: How many statements a connection counts, and how many it prepares.
LIMIT = 200

#: SQLSTATEs of a prepared statement that cannot be executed: it is unknown,
#: or the columns that it returns have changed since.
_UNUSABLE = frozenset(('26000', '0A000'))

#: Types of parameters. PostgreSQL infers those that are not here.
_TYPES = (
    (sa.String, 'varchar'),
    (sa.DateTime, 'timestamp'),
    (sa.Boolean, 'boolean'),
    (sa.Integer, 'bigint'),
)

_PARAMETER = re.compile(r'%\((\w+)\)s')

#: The statements of each connection of the driver.
_known: Any = weakref.WeakKeyDictionary()

_is_on = True


class NotPrepared(db_exc.DBError):
    """The server has refused to prepare a statement.

    It is one of oslo.db's errors, which oslo.db does not log with a
    traceback.

    :param error: of the driver
    """

    def __init__(self, error: Any) -> None:
        super().__init__(error)
        self.pgcode = error.pgcode


def setup(engine: sa.Engine) -> deferred.TextOf:
    """Have an engine prepare statements, if its driver does not do so, and
    return how its connections execute one that is deferred."""
    global _is_on
    _is_on = True
    if engine.driver == 'psycopg2':

        def do_execute(
            cursor: Any, statement: str, parameters: Any, context: Any
        ) -> bool:
            if not _is_on or not _may_prepare(cursor, parameters, context):
                return False
            connection = cursor.connection
            if connection not in _known:
                _known[connection] = _Statements()
            return bool(
                _known[connection].execute(
                    cursor, statement, parameters, context
                )
            )

        event.listen(engine, 'do_execute', do_execute)
        return _text_of
    return deferred.as_it_is


def _text_of(driver: Any, text: str) -> str | None:
    """Return how a connection of psycopg2 executes a statement; None for one
    that it has not prepared yet."""
    if not _is_on:
        return text
    statements: _Statements | None = _known.get(driver)
    return None if statements is None else statements.prepared.get(text)


def is_on() -> bool:
    """Tell whether statements are prepared: no error has turned it off."""
    return _is_on


def _may_prepare(cursor: Any, parameters: Any, context: Any) -> bool:
    compiled = context.compiled
    # A statement with a list of values has another text for each length.
    return (
        isinstance(compiled, sql_compiler.SQLCompiler)
        and not compiled.isplaintext
        and not compiled.post_compile_params
        and not cursor.name
        and isinstance(parameters, dict)
        and compiled.binds.keys() >= parameters.keys()
    )


def failed(error: Any) -> bool:
    """Tell whether an error comes from a prepared statement.

    If so, nothing is prepared from then on, so that the transaction may be
    retried.

    :param error: of the driver, or of this module
    """
    global _is_on
    state = getattr(error, 'pgcode', None)
    if not isinstance(error, NotPrepared) and state not in _UNUSABLE:
        return False
    if _is_on:
        _is_on = False
        LOG.warning(
            'Statements are not prepared any more, which makes them '
            'slower: the database answered with SQLSTATE %s',
            state,
        )
    return True


@dataclasses.dataclass
class _Statements:
    """The statements of a connection.

    :param counts: how often each was executed, by its text
    :param prepared: the EXECUTE of each prepared one, by its text
    """

    counts: dict[str, int] = dataclasses.field(default_factory=dict)
    prepared: dict[str, str] = dataclasses.field(default_factory=dict)

    def execute(
        self, cursor: Any, statement: str, parameters: Any, context: Any
    ) -> bool:
        """Execute a statement if it is prepared, or may be now."""
        found = self.prepared.get(statement)
        if found is None:
            if not self._is_due(statement):
                return False
            found = self.prepared[statement] = _prepare(
                cursor, statement, context.compiled.binds
            )
        deferred.execute(cursor, found, parameters, context)
        return True

    def _is_due(self, statement: str) -> bool:
        count = self.counts.get(statement, 0)
        if count < THRESHOLD:
            if len(self.counts) >= LIMIT:
                self.counts.clear()
            self.counts[statement] = count + 1
            return False
        return len(self.prepared) < LIMIT


def _prepare(cursor: Any, statement: str, binds: Any) -> str:
    """Prepare a statement, and return the one that executes it."""
    names = list(dict.fromkeys(_PARAMETER.findall(statement)))
    name = f'na_{hashlib.sha256(statement.encode()).hexdigest()[:32]}'
    types = ', '.join(_type(binds[each].type) for each in names)
    places = {each: f'${place}' for place, each in enumerate(names, 1)}
    # An error of a deferred statement must not be taken for one of PREPARE.
    deferred.flush(cursor)
    try:
        cursor.execute(
            f'PREPARE {name}{_parenthesized(types)} AS {statement % places}'
        )
    except cursor.connection.ProgrammingError as error:
        raise NotPrepared(error) from error
    given = ', '.join(f'%({each})s' for each in names)
    return f'EXECUTE {name}{_parenthesized(given)}'


def _parenthesized(values: str) -> str:
    return f' ({values})' if values else ''


def _type(kind: Any) -> str:
    plain = kind.impl if isinstance(kind, sa.TypeDecorator) else kind
    return next(
        (name for known, name in _TYPES if isinstance(plain, known)), 'unknown'
    )
