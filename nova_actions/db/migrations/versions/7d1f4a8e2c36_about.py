# SPDX-License-Identifier: Apache-2.0
"""What the programs that reporters run in tell of themselves."""

import sqlalchemy as sa

from nova_actions.db.migrations import again

revision = '7d1f4a8e2c36'
down_revision = '5e9b7c2a4d16'


def upgrade() -> None:
    again.add_column('reporters', sa.Column('about', sa.Text()))
