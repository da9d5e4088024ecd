# SPDX-License-Identifier: Apache-2.0
"""One attached cell: asked in a thread, waited for as long as is allowed."""

import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Concatenate, Generic, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy import exc as sa_exc

from nova_actions import exception
from nova_actions.cells import breaker
from nova_actions.cells import engine
from nova_actions.cells import schema
from nova_actions.db import driver

LOG = logging.getLogger(__name__)

P = ParamSpec('P')
R = TypeVar('R')

Query = Callable[Concatenate[sa.Connection, schema.Schema, P], R]

#: What says that the cell is away, not that one question was wrong.
_AWAY = (
    sa_exc.OperationalError,
    sa_exc.InterfaceError,
    sa_exc.TimeoutError,
    OSError,
)
#: For how many seconds the same trouble is not told again, and how many of
#: them are remembered.
TOLD_FOR = 300.0
_TOLD = 100


class Call(Generic[R]):
    """A question that is on its way."""

    def __init__(self, cell: 'Cell', run: Callable[[], R]) -> None:
        self._cell = cell
        self._run = run
        self._done = threading.Event()
        self._result: R
        self._error: BaseException | None = None
        self._until = time.monotonic() + cell.timeout
        # Not of an executor's: the interpreter waits at its end for theirs.
        threading.Thread(
            target=self._work, daemon=True, name=f'cell-{cell.name}'
        ).start()

    def _work(self) -> None:
        try:
            self._result = self._run()
        except BaseException as error:  # noqa: BLE001 - of a thread's own
            self._error = error
        finally:
            self._done.set()

    def result(self) -> R:
        """:raises CellUnavailable: no answer in time, or an error"""
        if not self._done.wait(max(0, self._until - time.monotonic())):
            raise self._cell.silent('no answer in time')
        if self._error is not None:
            raise self._cell.failed(self._error) from self._error
        self._cell.answered()
        return self._result


class Cell:
    """An existing Nova database.

    :param url: an SQLAlchemy URL; no part of it is logged
    :param timeout: how many seconds an answer is waited for
    """

    def __init__(self, name: str, url: str, timeout: float) -> None:
        self.name = name
        self.timeout = timeout
        self.breaker = breaker.Breaker(name)
        self.engine = engine.create(url, timeout)
        self._schema: schema.Schema | None = None
        #: What was told of it, and when.
        self._told: dict[str, float] = {}

    def start(
        self, query: Query[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> Call[R]:
        """Begin to ask, without waiting.

        :raises CellUnavailable: the cell has not answered just now
        """
        self.breaker.enter()
        try:
            return Call(self, lambda: self._read(query, *args, **kwargs))
        except (RuntimeError, MemoryError) as error:  # no thread to be had
            raise self.failed(error) from error

    def ask(self, query: Query[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the answer.

        :raises CellUnavailable: there is none
        """
        return self.start(query, *args, **kwargs).result()

    def answered(self) -> None:
        """Note that the cell is there."""
        if self.breaker.reset():
            LOG.info('Cell %s answers again', self.name)
            self._told.clear()

    def silent(self, why: str) -> exception.CellUnavailable:
        """Note that the cell is away, and return the error to raise."""
        if self._is_news(why):
            LOG.warning('Cell %s does not answer: %s', self.name, why)
        return self.breaker.trip()

    def failed(self, error: BaseException) -> exception.CellUnavailable:
        """Return the error to raise for one that came up in a question:
        of the driver's, or one that nobody foresaw."""
        why = driver.said(error)
        if isinstance(error, _AWAY):
            return self.silent(why)
        self.answered()
        if self._is_news(why):
            LOG.error('Cell %s failed: %s', self.name, why)
        LOG.debug('What failed:', exc_info=error)
        return exception.CellUnavailable(cell=self.name, retry_after=1)

    def _is_news(self, why: str) -> bool:
        """Tell whether that was not told just now: a cell may be asked
        often."""
        now = time.monotonic()
        if now < self._told.get(why, -math.inf) + TOLD_FOR:
            return False
        if len(self._told) >= _TOLD:
            self._told.clear()
        self._told[why] = now
        return True

    def _read(
        self, query: Query[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        try:
            return self._read_once(query, *args, **kwargs)
        except sa_exc.DBAPIError as error:
            # One that the server has closed since it was last used.
            if not error.connection_invalidated:
                raise
            return self._read_once(query, *args, **kwargs)

    def _read_once(
        self, query: Query[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        with self.engine.connect() as connection:
            self._schema = seen = schema.read(connection, self._schema)
            return query(connection, seen, *args, **kwargs)
