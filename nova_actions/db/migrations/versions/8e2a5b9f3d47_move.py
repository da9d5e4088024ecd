# SPDX-License-Identifier: Apache-2.0
"""Which of our own rows are the same as a cell's."""

import sqlalchemy as sa

from nova_actions.db.migrations import again

revision = '8e2a5b9f3d47'
down_revision = '7d1f4a8e2c36'


def upgrade() -> None:
    again.add_column('followed_rows', sa.Column('own_id', sa.BigInteger()))
    for name in ('own_action_id', 'own_event_id'):
        again.add_column(
            'followed_cells',
            sa.Column(
                name, sa.BigInteger(), nullable=False, server_default='0'
            ),
        )
