# SPDX-License-Identifier: Apache-2.0
"""What all functions on the tables of the record share."""

import functools
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils
from oslo_utils import uuidutils

from nova_actions.db import charset
from nova_actions.db import clock
from nova_actions.db.engine import reader

Row = dict[str, Any]


def found(
    connection: sa.Connection,
    query: Any,
    values: Mapping[str, Any] | None = None,
) -> list[Row]:
    """Return the rows of a query.

    :param values: the bind parameters
    """
    result = connection.execute(query, values)
    names = tuple(result.keys())
    # Takes half the time of SQLAlchemy's own mappings.
    return [dict(zip(names, row, strict=True)) for row in result.all()]


@functools.cache
def columns(table: sa.FromClause) -> frozenset[str]:
    """Return the names of the table's columns."""
    return frozenset(column.name for column in table.columns)


def complete(table: sa.FromClause, values: Mapping[str, Any]) -> Row:
    """Return a whole row of the table, with defaults for missing values."""
    # The row is what a later read returns, so that both compare equal.
    row, _late = clock.fit(values)
    fitted, _replaced = charset.fit_row(row)
    return complete_fitted(table, fitted)


def complete_fitted(table: sa.FromClause, values: Mapping[str, Any]) -> Row:
    """Return the same for values that fit the database already."""
    row = {name: values.get(name) for name in columns(table)}
    if row['uuid'] is None:
        row['uuid'] = uuidutils.generate_uuid()
    if row['created_at'] is None:
        row['created_at'] = timeutils.utcnow()
    for name in ('deleted', 'redactions'):
        if name in row and row[name] is None:
            row[name] = 0
    return row


def not_deleted(read_deleted: str, table: Any) -> list[Any]:
    """Return the conditions for the rows that a context sees.

    :param read_deleted: the context's: ``no``, ``yes`` or ``only``
    """
    if read_deleted == 'yes':
        return []
    return [
        table.c.deleted != 0
        if read_deleted == 'only'
        else table.c.deleted == 0
    ]


@reader
def stored(
    connection: sa.Connection, table: sa.Table, uuid: str
) -> Row | None:
    """Return the row with that uuid, None if there is none, in a transaction
    of its own."""
    query = sa.select(table).where(table.c.uuid == uuid)
    return next(iter(found(connection, query)), None)
