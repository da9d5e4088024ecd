# SPDX-License-Identifier: Apache-2.0
"""Leases: one process at a time does some work, by our own database's clock
rather than the hosts'."""

import datetime
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext import compiler
from sqlalchemy.sql import functions

Time = datetime.datetime


class Now(functions.FunctionElement[Time]):
    """The database's clock, as naive UTC."""

    type = sa.DateTime()
    inherit_cache = True


@compiler.compiles(Now, 'postgresql')
def _now_of_postgresql(*_ignored: object, **_more: object) -> str:
    # now() is the start of the transaction.
    return "(clock_timestamp() AT TIME ZONE 'UTC')"


@compiler.compiles(Now, 'mysql')
@compiler.compiles(Now, 'mariadb')
def _now_of_mysql(*_ignored: object, **_more: object) -> str:
    return 'UTC_TIMESTAMP(6)'


@compiler.compiles(Now, 'sqlite')
def _now_of_sqlite(*_ignored: object, **_more: object) -> str:
    return "strftime('%Y-%m-%d %H:%M:%f', 'now')"


#: Begins the holder of what nobody is to have any more, also while somebody
#: has it once more to finish it. No name of a host begins so.
NOBODY = '-'


def is_wanted(holder: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Return whether a lease is wanted, regardless of its present holder."""
    return sa.or_(holder.is_(None), ~holder.startswith(NOBODY))


def shown(holder: str | None) -> str | None:
    """Return who has or had a lease, None where nobody is to."""
    is_nobody = holder is None or holder.startswith(NOBODY)
    return None if is_nobody else holder


def now(connection: Any) -> Time:
    """Return the time by the database's clock, naive UTC."""
    found: Time = connection.execute(sa.select(Now())).scalar_one()
    return found


def is_free(row: Mapping[str, Any], holder: str, at: Time) -> bool:
    """Tell whether a holder may take or renew a lease.

    :param row: with ``holder`` and ``lease_end``
    """
    return (
        row['holder'] == holder
        or row['lease_end'] is None
        or (row['lease_end'] <= at)
    )
