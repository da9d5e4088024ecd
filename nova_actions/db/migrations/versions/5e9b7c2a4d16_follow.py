# SPDX-License-Identifier: Apache-2.0
"""How far each followed cell has been copied, and where each copied row is
from."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from nova_actions.db.migrations import again

revision = '5e9b7c2a4d16'
down_revision = '4d8a6f3b1c95'

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


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default='0')


def upgrade() -> None:
    again.create_table(
        'followed_cells',
        sa.Column('id', _ID, primary_key=True, autoincrement=True),
        sa.Column('cell', sa.String(64), nullable=False),
        sa.Column('created_at', _TIME, nullable=False),
        *map(
            _number,
            (
                'action_id',
                'event_id',
                'action_top',
                'event_top',
                'actions',
                'events',
                'attempts',
                'skipped',
                'paused',
            ),
        ),
        sa.Column('owner_id', sa.BigInteger()),
        sa.Column('whole_at', _TIME),
        sa.Column('caught_up_at', _TIME),
        sa.Column('floor', _TIME),
        sa.Column('holder', sa.String(255)),
        sa.Column('lease_end', _TIME),
        sa.UniqueConstraint('cell', name='uniq_followed_cells0cell'),
        **_MYSQL,
    )
    again.create_table(
        'followed_rows',
        sa.Column('id', _ID, primary_key=True, autoincrement=True),
        sa.Column('cell', sa.String(64), nullable=False),
        sa.Column('source', sa.String(32), nullable=False),
        sa.Column('source_id', sa.BigInteger(), nullable=False),
        sa.Column(
            'action_id',
            _ID,
            sa.ForeignKey(
                'instance_actions.id',
                name='followed_rows_action_id_fkey',
                ondelete='CASCADE',
            ),
            nullable=False,
        ),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('seen', sa.String(64)),
        sa.UniqueConstraint(
            'cell',
            'source',
            'source_id',
            name='uniq_followed_rows0cell0source0source_id',
        ),
        **_MYSQL,
    )
    again.create_index(
        'followed_rows_action_id_idx', 'followed_rows', ['action_id']
    )
