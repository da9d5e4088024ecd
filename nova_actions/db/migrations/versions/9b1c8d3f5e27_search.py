# SPDX-License-Identifier: Apache-2.0
"""Whose each action is, what the search across servers needs, and how far
back the record goes."""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from nova_actions.db.migrations import again

revision = '9b1c8d3f5e27'
down_revision = '8e2a5b9f3d47'

_MYSQL: dict[str, Any] = {
    f'{dialect}_{name}': value
    for dialect in ('mysql', 'mariadb')
    for name, value in (
        ('engine', 'InnoDB'),
        ('charset', 'utf8mb4'),
        ('collate', 'utf8mb4_bin'),
    )
}
_TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
_ACTIONS = sa.table(
    'instance_actions', sa.column('instance_uuid'), sa.column('owner_id')
)
_KEYS = sa.table('signing_keys', sa.column('secret'))
_INSTANCES = sa.table('instances', sa.column('uuid'), sa.column('project_id'))

_INDEXES = {
    'instance_actions': (
        ('owner_id', 'start_time', 'uuid'),
        ('owner_id', 'updated_at', 'uuid'),
        ('start_time', 'uuid'),
        ('updated_at', 'uuid'),
        ('action',),
        ('user_id',),
        ('global_request_id',),
    ),
    'instance_actions_events': (('event',), ('reason',)),
}
#: Most rows have no value there.
_SPARSE = ('global_request_id', 'reason')


def _id() -> sa.Column[int]:
    return sa.Column(
        'id',
        sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
        primary_key=True,
        autoincrement=True,
    )


def upgrade() -> None:
    again.add_column('instance_actions', sa.Column('owner_id', sa.String(255)))
    op.execute(
        sa.update(_ACTIONS).values(
            owner_id=sa.select(_INSTANCES.c.project_id)
            .where(
                _INSTANCES.c.uuid == _ACTIONS.c.instance_uuid,
            )
            .scalar_subquery()
        )
    )
    for table, indexes in _INDEXES.items():
        for columns in indexes:
            where = (
                sa.text(f'{columns[0]} IS NOT NULL')
                if (columns[0] in _SPARSE)
                else None
            )
            again.create_index(
                f'{table}_{"_".join(columns)}_idx',
                table,
                columns,
                postgresql_where=where,
            )
    again.create_table(
        'horizons', _id(), sa.Column('before', _TIME, nullable=False), **_MYSQL
    )
    again.create_table(
        'signing_keys',
        _id(),
        sa.Column('secret', sa.String(64), nullable=False),
        **_MYSQL,
    )
    if op.get_bind().execute(sa.select(_KEYS)).first() is None:
        op.execute(sa.insert(_KEYS).values(secret=secrets.token_hex(32)))
