# SPDX-License-Identifier: Apache-2.0
"""The first schema: instances, instance_actions, instance_actions_events."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from nova_actions.db.migrations import again

revision = '1a5c0e9d7b42'
down_revision = None

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


def _name(name: str, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(255), nullable=nullable)


def _row() -> list[sa.Column[object]]:
    return [
        sa.Column('id', _ID, primary_key=True, autoincrement=True),
        sa.Column('uuid', sa.String(36), nullable=False),
        sa.Column('created_at', _TIME, nullable=False),
        sa.Column('updated_at', _TIME),
        sa.Column('deleted_at', _TIME),
        sa.Column(
            'deleted', sa.BigInteger(), nullable=False, server_default='0'
        ),
    ]


def upgrade() -> None:
    again.create_table(
        'instances',
        *_row(),
        _name('project_id', nullable=False),
        _name('user_id'),
        _name('display_name'),
        sa.UniqueConstraint('uuid', name='uniq_instances0uuid'),
        **_MYSQL,
    )
    again.create_table(
        'instance_actions',
        *_row(),
        _name('action', nullable=False),
        sa.Column(
            'instance_uuid',
            sa.String(36),
            sa.ForeignKey(
                'instances.uuid', name='instance_actions_instance_uuid_fkey'
            ),
            nullable=False,
        ),
        _name('request_id'),
        _name('global_request_id'),
        _name('user_id'),
        _name('user_name'),
        _name('project_id'),
        _name('project_name'),
        sa.Column('start_time', _TIME),
        sa.Column('finish_time', _TIME),
        _name('message'),
        sa.Column('status', sa.String(32), nullable=False),
        sa.UniqueConstraint('uuid', name='uniq_instance_actions0uuid'),
        **_MYSQL,
    )
    again.create_table(
        'instance_actions_events',
        *_row(),
        _name('event', nullable=False),
        sa.Column(
            'action_id',
            _ID,
            sa.ForeignKey(
                'instance_actions.id',
                name='instance_actions_events_action_id_fkey',
            ),
            nullable=False,
        ),
        sa.Column('start_time', _TIME),
        sa.Column('finish_time', _TIME),
        sa.Column('duration_us', sa.BigInteger()),
        _name('result'),
        _name('host'),
        sa.Column('details', sa.Text()),
        sa.Column('traceback', sa.Text()),
        _name('error_type'),
        sa.Column(
            'redactions', sa.Integer(), nullable=False, server_default='0'
        ),
        sa.UniqueConstraint('uuid', name='uniq_instance_actions_events0uuid'),
        **_MYSQL,
    )
    for table, columns in (
        ('instances', ('project_id', 'display_name')),
        ('instances', ('display_name',)),
        ('instance_actions', ('instance_uuid', 'created_at', 'id')),
        ('instance_actions', ('instance_uuid', 'updated_at')),
        ('instance_actions', ('request_id',)),
        ('instance_actions', ('created_at', 'id')),
        ('instance_actions_events', ('host', 'finish_time')),
    ):
        again.create_index(f'{table}_{"_".join(columns)}_idx', table, columns)
    again.create_index(
        'instance_actions_instance_uuid_request_id_idx',
        'instance_actions',
        ['instance_uuid', 'request_id', 'created_at', 'id'],
    )
    again.create_index(
        'instance_actions_events_action_id_event_idx',
        'instance_actions_events',
        ['action_id', 'event', 'id'],
    )
