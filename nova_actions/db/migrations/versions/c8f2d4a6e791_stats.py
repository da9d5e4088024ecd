# SPDX-License-Identifier: Apache-2.0
"""Statistics: what is counted by the hour, which hours have changed since,
and how far they are counted."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from nova_actions.db.migrations import again

revision = 'c8f2d4a6e791'
down_revision = 'b5e9a2c7d413'

_MYSQL: dict[str, Any] = {
    f'{dialect}_{name}': value
    for dialect in ('mysql', 'mariadb')
    for name, value in (
        ('engine', 'InnoDB'),
        ('charset', 'utf8mb4'),
        ('collate', 'utf8mb4_bin'),
    )
}
_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
_COUNT = sa.BigInteger()


def upgrade() -> None:
    again.create_table(
        'stat_rollups',
        _id(),
        sa.Column('hour', _TIME, nullable=False),
        sa.Column('is_purged', sa.SmallInteger(), nullable=False),
        sa.Column('project_id', sa.String(255)),
        sa.Column('action', sa.String(255), nullable=False),
        sa.Column('event', sa.String(255)),
        sa.Column('host', sa.String(255)),
        sa.Column('outcome', sa.String(32), nullable=False),
        sa.Column('bucket', _COUNT),
        sa.Column('count', _COUNT, nullable=False),
        sa.Column('retried', _COUNT, nullable=False),
        sa.Column('longest', _COUNT),
        **_MYSQL,
    )
    again.create_index('stat_rollups_hour_idx', 'stat_rollups', ['hour'])
    again.create_index(
        'stat_rollups_project_id_hour_idx',
        'stat_rollups',
        ['project_id', 'hour'],
    )
    again.create_table(
        'stat_marks', _id(), sa.Column('hour', _TIME, nullable=False), **_MYSQL
    )
    again.create_table(
        'stat_state',
        _id(),
        sa.Column('rolled_from', _TIME, nullable=False),
        sa.Column('rolled_to', _TIME, nullable=False),
        sa.Column('lost_before', _TIME),
        sa.Column('holder', sa.String(255)),
        sa.Column('lease_end', _TIME),
        **_MYSQL,
    )


def _id() -> sa.Column[int]:
    return sa.Column('id', _ID, primary_key=True, autoincrement=True)
