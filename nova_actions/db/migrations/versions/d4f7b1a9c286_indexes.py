# SPDX-License-Identifier: Apache-2.0
"""Fewer entries in indexes for each write: each change of an action or of an
event writes one into every index that takes the row."""

import sqlalchemy as sa
from alembic import op

from nova_actions.db.migrations import again

revision = 'd4f7b1a9c286'
down_revision = 'c8f2d4a6e791'

_ACTIONS, _EVENTS = 'instance_actions', 'instance_actions_events'
_BY_STATUS = 'instance_actions_status_created_at_idx'
_BY_EPOCH = 'instance_actions_events_epoch_finish_time_idx'


def upgrade() -> None:
    # The list of a server is read by (instance_uuid, created_at, id).
    again.drop_index('instance_actions_instance_uuid_updated_at_idx', _ACTIONS)
    again.create_index('instance_actions_events_host_idx', _EVENTS, ['host'])
    again.drop_index('instance_actions_events_host_finish_time_idx', _EVENTS)
    if op.get_bind().dialect.name != 'postgresql':
        # Of the others, MariaDB has no partial indexes.
        return
    again.drop_index(_BY_STATUS, _ACTIONS)
    again.create_index(
        _BY_STATUS,
        _ACTIONS,
        ['status', 'created_at'],
        postgresql_where=sa.text("status <> 'succeeded'"),
    )
    again.drop_index(_BY_EPOCH, _EVENTS)
    again.create_index(
        _BY_EPOCH,
        _EVENTS,
        ['epoch', 'finish_time'],
        postgresql_where=sa.text('epoch IS NOT NULL'),
    )
