# SPDX-License-Identifier: Apache-2.0
"""Why an action without steps counts as over, which rules a text is safe by,
what reporters tell of themselves, and servers by one spelling of their
UUIDs."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from nova_actions.db.migrations import again

revision = '4d8a6f3b1c95'
down_revision = '3c9e52b7a1d4'

_INSTANCES = sa.table(
    'instances',
    *map(
        sa.column,
        (
            'id',
            'uuid',
            'project_id',
            'user_id',
            'display_name',
            'created_at',
            'updated_at',
            'deleted_at',
            'deleted',
        ),
    ),
)
_ACTIONS = sa.table('instance_actions', sa.column('instance_uuid'))


def upgrade() -> None:
    again.add_column('instance_actions', sa.Column('evidence', sa.String(255)))
    again.add_column(
        'instance_actions_events', sa.Column('rules', sa.String(32))
    )
    again.create_index(
        'instance_actions_status_created_at_idx',
        'instance_actions',
        ['status', 'created_at'],
    )
    again.add_column('reporters', sa.Column('waiting', sa.BigInteger()))
    again.add_column('reporters', sa.Column('lost', sa.Text()))
    for name in ('refused', 'times_cut'):
        again.add_column(
            'reporters',
            sa.Column(
                name, sa.BigInteger(), nullable=False, server_default='0'
            ),
        )
    _unify(op.get_bind())


def _unify(connection: Any) -> None:
    """Give a server that stands in capitals the UUID that it is looked for
    by now.

    What another project has recorded under another spelling stays as it is:
    nobody can tell that it was meant for this server.
    """
    columns = [column for column in _INSTANCES.c if column.name != 'id']
    found = (
        connection.execute(
            sa.select(*columns)
            .where(_INSTANCES.c.uuid != sa.func.lower(_INSTANCES.c.uuid))
            .order_by(_INSTANCES.c.id)
        )
        .mappings()
        .all()
    )
    for row in found:
        wanted = row['uuid'].lower()
        owner = connection.execute(
            sa.select(_INSTANCES.c.project_id).where(
                _INSTANCES.c.uuid == wanted
            )
        ).scalar()
        if owner is None:
            connection.execute(
                sa.insert(_INSTANCES).values({**row, 'uuid': wanted})
            )
        elif owner != row['project_id']:
            continue
        connection.execute(
            sa.update(_ACTIONS)
            .where(_ACTIONS.c.instance_uuid == row['uuid'])
            .values(instance_uuid=wanted)
        )
        connection.execute(
            sa.delete(_INSTANCES).where(_INSTANCES.c.uuid == row['uuid'])
        )
