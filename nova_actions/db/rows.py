# SPDX-License-Identifier: Apache-2.0
"""The tables of the record, and what every function on them is made of."""

import datetime
from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa
from oslo_utils import timeutils
from oslo_utils import uuidutils
from sqlalchemy import orm

from nova_actions.db import charset
from nova_actions.db import clock
from nova_actions.db.engine import reader
from nova_actions.db.models import ACTIONS

Row = dict[str, Any]

_TICK = datetime.timedelta(microseconds=1)


def moved(action: Mapping[str, Any], at: datetime.datetime | None,
          is_new: bool = False) -> datetime.datetime:
    """Return the ``updated_at`` that a locked action gets now.

    It is another one with each change of the action's events, whatever their
    times are. InnoDB skips an UPDATE that changes nothing, and Galera, which
    compares the rows that two nodes have written, would then take both.

    :param at: when it happened; None where that does not move the action
    :param is_new: this transaction has inserted the action
    """
    before: datetime.datetime | None = action['updated_at']
    if before is None:
        return at or timeutils.utcnow()
    return max(at or before, before if is_new else before + _TICK)


def columns(table: sa.FromClause) -> set[str]:
    """Return the names of the table's columns."""
    return {column.name for column in table.columns}


def complete(table: sa.FromClause, values: Mapping[str, Any]) -> Row:
    """Return a whole row of the table from the values that are known."""
    row = {'uuid': uuidutils.generate_uuid(),
           'created_at': timeutils.utcnow(), 'deleted': 0, 'redactions': 0}
    row.update({name: value for name, value in values.items()
                if value is not None})
    # As it will be read again: who compares must not find a difference.
    row, _late = clock.fit(row)
    fitted, _replaced = charset.fit_row(row)
    return {name: fitted.get(name) for name in columns(table)}


def insert(session: orm.Session, table: Any, row: Row) -> Row:
    """Insert a row and return it with the id that it was given."""
    values = {name: value for name, value in row.items() if name != 'id'
              or value is not None}
    result = cast(Any, session.execute(sa.insert(table).values(values)))
    return {**row, 'id': result.inserted_primary_key[0]}


def not_deleted(read_deleted: str, table: Any) -> list[Any]:
    """Return the conditions for what a context sees of a table.

    :param read_deleted: the context's: ``no``, ``yes`` or ``only``
    """
    if read_deleted == 'yes':
        return []
    return [table.c.deleted != 0 if read_deleted == 'only'
            else table.c.deleted == 0]


@reader
def stored(session: orm.Session, table: sa.Table, uuid: str) -> Row | None:
    """Return the row with that uuid, in a transaction of its own."""
    row = session.execute(sa.select(table).where(
        table.c.uuid == uuid)).mappings().one_or_none()
    return dict(row) if row else None


def by_request(instance_uuid: str, request_id: str | None) -> Any:
    """Return the id of the newest action of a request, as a subquery."""
    other = ACTIONS.alias()
    return sa.select(other.c.id).where(
        other.c.instance_uuid == instance_uuid,
        other.c.request_id == request_id,
    ).order_by(other.c.created_at.desc(), other.c.id.desc()).limit(
        1).scalar_subquery()
