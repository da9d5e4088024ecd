# SPDX-License-Identifier: Apache-2.0
"""Operations that may be run again.

MariaDB and MySQL commit each change of a schema at once. A migration that was
interrupted there finds some of its changes made when it is run again.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op


def create_table(name: str, *columns: Any, **options: Any) -> None:
    """Create a table if there is none."""
    if not sa.inspect(op.get_bind()).has_table(name):
        op.create_table(name, *columns, **options)


def add_column(table: str, column: sa.Column[Any]) -> None:
    """Add a column if there is none of its name."""
    columns = sa.inspect(op.get_bind()).get_columns(table)
    if column.name not in {each['name'] for each in columns}:
        op.add_column(table, column)


def create_index(
    name: str, table: str, columns: Sequence[str], **options: Any
) -> None:
    """Create an index if there is none."""
    if not _has_index(name, table):
        op.create_index(name, table, columns, **options)


def drop_index(name: str, table: str) -> None:
    """Drop an index if there is one."""
    if _has_index(name, table):
        op.drop_index(name, table)


def _has_index(name: str, table: str) -> bool:
    return sa.inspect(op.get_bind()).has_index(table, name)
