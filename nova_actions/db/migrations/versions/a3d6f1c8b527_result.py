# SPDX-License-Identifier: Apache-2.0
"""Which events of an action are open or went wrong, without reading all."""

from alembic import op

revision = 'a3d6f1c8b527'
down_revision = '9b1c8d3f5e27'


def upgrade() -> None:
    op.create_index(
        'instance_actions_events_action_id_result_idx',
        'instance_actions_events',
        ['action_id', 'result', 'finish_time'],
    )
