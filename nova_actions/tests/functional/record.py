# SPDX-License-Identifier: Apache-2.0
"""A small record of two projects' servers, written through the objects."""

import uuid

import sqlalchemy as sa

from nova_actions import context
from nova_actions.db import api as db
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent

#: How many actions the server ``web`` has.
ACTIONS = 5
TRACEBACK = '  File "driver.py", line 7, in reboot\n'


class Record:
    """Servers and what was done to them.

    :param project_id: owns ``web``, ``twin`` and the deleted ``gone``
    :param other_id: owns ``foreign``, and another ``twin``
    """

    def __init__(
        self, project_id: str, other_id: str, user_id: str = 'user'
    ) -> None:
        self._user_id = user_id
        self.web = self._server(project_id, 'web')
        self.gone = self._server(project_id, 'gone', 'delete')
        self.twin = self._server(project_id, 'twin')
        self.foreign = self._server(other_id, 'foreign')
        self.other_twin = self._server(other_id, 'twin')
        self.failed = self.act(self.web, project_id, 'reboot', 'no such disk')
        for action in ('stop', 'start', 'resize'):
            self.act(self.web, project_id, action)
        self._set(self.gone, 'deleted = id')

    def act(
        self, server: str, project_id: str, action: str, error: str = ''
    ) -> str:
        """Record an action with one step; return its request id."""
        caller = context.RequestContext(
            user_id=self._user_id, project_id=project_id, roles=['member']
        )
        InstanceAction.action_start(caller, server, action)
        step = f'compute_{action}_instance'
        InstanceActionEvent.event_start(caller, server, step, host='host1')
        InstanceActionEvent.event_finish_with_failure(
            caller,
            server,
            step,
            exc_val=error or None,
            exc_tb=TRACEBACK if error else None,
        )
        return str(caller.request_id)

    def _server(self, project_id: str, name: str, *actions: str) -> str:
        server = str(uuid.uuid4())
        for action in ('create', *actions):
            self.act(server, project_id, action)
        self._set(server, f"display_name = '{name}'")
        return server

    @staticmethod
    def _set(server: str, change: str) -> None:
        """Name a server, or delete it: nothing over REST or RPC does."""
        with db.engine().begin() as connection:
            connection.execute(
                sa.text(f'UPDATE instances SET {change} WHERE uuid = :uuid'),
                {'uuid': server},
            )
