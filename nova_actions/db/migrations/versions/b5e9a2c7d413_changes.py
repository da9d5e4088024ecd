# SPDX-License-Identifier: Apache-2.0
"""The feed of changes: those without a number, those with one, and how far
they are numbered."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from nova_actions.db.migrations import again

revision = 'b5e9a2c7d413'
down_revision = 'a3d6f1c8b527'

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


def _text(
    name: str, length: int = 255, *, nullable: bool = True
) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def upgrade() -> None:
    again.create_table(
        'change_queue',
        sa.Column('id', _ID, primary_key=True, autoincrement=True),
        _text('kind', 16, nullable=False),
        _text('action_uuid', 36, nullable=False),
        _text('event_uuid', 36),
        sa.Column('happened_at', _TIME, nullable=False),
        _text('outcome'),
        _text('reason', 32),
        **_MYSQL,
    )
    again.create_table(
        'changes',
        sa.Column('number', _ID, primary_key=True, autoincrement=True),
        sa.Column('created_at', _TIME, nullable=False),
        _text('kind', 16, nullable=False),
        sa.Column('happened_at', _TIME, nullable=False),
        sa.Column('start_time', _TIME),
        _text('outcome'),
        _text('reason', 32),
        _text('project_id', nullable=False),
        _text('instance_uuid', 36, nullable=False),
        _text('display_name'),
        _text('action_uuid', 36, nullable=False),
        _text('action', nullable=False),
        _text('request_id'),
        _text('global_request_id'),
        _text('user_id'),
        _text('event_uuid', 36),
        _text('event'),
        _text('host'),
        **_MYSQL,
    )
    again.create_index(
        'changes_project_id_number_idx', 'changes', ['project_id', 'number']
    )
    again.create_table(
        'change_feed',
        sa.Column('id', _ID, primary_key=True, autoincrement=True),
        *(
            sa.Column(
                name, sa.BigInteger(), nullable=False, server_default='0'
            )
            for name in ('last', 'purged')
        ),
        _text('holder'),
        sa.Column('lease_end', _TIME),
        **_MYSQL,
    )
