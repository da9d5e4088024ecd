# SPDX-License-Identifier: Apache-2.0
"""Whose life an event belongs to: reporters, and their events' epoch."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from nova_actions.db.migrations import again

revision = '2b7d41c8e6f0'
down_revision = '1a5c0e9d7b42'

_MYSQL: dict[str, Any] = {
    'mysql_engine': 'InnoDB',
    'mysql_charset': 'utf8mb4',
    'mysql_collate': 'utf8mb4_bin',
    'mariadb_engine': 'InnoDB',
    'mariadb_charset': 'utf8mb4',
    'mariadb_collate': 'utf8mb4_bin',
}
_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')


def upgrade() -> None:
    again.create_table(
        'reporters',
        sa.Column('id', _ID, primary_key=True, autoincrement=True),
        sa.Column('epoch', sa.String(36), nullable=False),
        sa.Column('host', sa.String(255)),
        sa.Column('created_at', _TIME, nullable=False),
        sa.Column('last_seen', _TIME, nullable=False),
        sa.Column('beats', sa.BigInteger(), nullable=False),
        sa.Column('closed_at', _TIME),
        sa.UniqueConstraint('epoch', name='uniq_reporters0epoch'),
        **_MYSQL,
    )
    again.create_index(
        'reporters_closed_at_last_seen_idx',
        'reporters',
        ['closed_at', 'last_seen'],
    )
    again.add_column(
        'instance_actions_events',
        sa.Column('epoch', sa.String(36), nullable=True),
    )
    again.create_index(
        'instance_actions_events_epoch_finish_time_idx',
        'instance_actions_events',
        ['epoch', 'finish_time'],
    )
