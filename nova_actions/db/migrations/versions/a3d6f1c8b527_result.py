# SPDX-License-Identifier: Apache-2.0
"""Which events of an action are open or went wrong, without reading all."""

from nova_actions.db.migrations import again

revision = 'a3d6f1c8b527'
down_revision = '9b1c8d3f5e27'


def upgrade() -> None:
    again.create_index(
        'instance_actions_events_action_id_result_idx',
        'instance_actions_events',
        ['action_id', 'result', 'finish_time'],
    )
