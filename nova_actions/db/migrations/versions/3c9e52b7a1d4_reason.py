# SPDX-License-Identifier: Apache-2.0
"""Why an event failed, in a word that is safe for the server's owner."""

import sqlalchemy as sa

from nova_actions.db.migrations import again

revision = '3c9e52b7a1d4'
down_revision = '2b7d41c8e6f0'


def upgrade() -> None:
    again.add_column(
        'instance_actions_events',
        sa.Column('reason', sa.String(32), nullable=True),
    )
