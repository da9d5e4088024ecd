# SPDX-License-Identifier: Apache-2.0
"""A whole application over a database of the test's own."""

import uuid
from typing import Any

from falcon import testing
from oslotest import base

from nova_actions import context
from nova_actions.api import app
from nova_actions.objects import instance_action
from nova_actions.objects import instance_action_event
from nova_actions.tests import fixtures

PROJECT = '0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a'
OTHER = '0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b'
READER = f'user:{PROJECT}:reader'
BARE = f'user:{PROJECT}:'
STRANGER = f'stranger:{OTHER}:member,reader'
ADMIN = f'root:{OTHER}:admin'


class ApiTestCase(base.BaseTestCase):
    """Requests with noauth2 tokens, and a server with a record."""

    BACKEND = 'sqlite'
    OVERRIDES: dict[str, Any] = {}
    RULES: dict[str, str] = {}

    def setUp(self):
        super().setUp()
        self.conf = self.useFixture(
            fixtures.Objects(
                self.BACKEND,
                rules=self.RULES,
                api__auth_strategy='noauth2',
                **self.OVERRIDES,
            )
        ).conf
        application = app.create(self.conf)
        # Falcon's client wants a function to look at.
        self.client = testing.TestClient(
            lambda environ, start_response: application(
                environ, start_response
            )
        )
        self.server = str(uuid.uuid4())
        self.path = f'/v2.1/servers/{self.server}/os-instance-actions'

    def get(
        self,
        path,
        token=READER,
        version=None,
        method='GET',
        headers=None,
        **params,
    ):
        """Ask; ``version`` is a compute microversion."""
        headers = dict(headers or {})
        if token:
            headers['X-Auth-Token'] = token
        if version:
            headers['OpenStack-API-Version'] = f'compute {version}'
        return self.client.simulate_request(
            method, path, headers=headers, **params
        )

    def record(
        self,
        action='reboot',
        server=None,
        project=PROJECT,
        host='host1',
        error=None,
        request_id=None,
    ):
        """Record an action with one event; return its request id."""
        server = server or self.server
        caller = context.RequestContext(
            user_id='user',
            project_id=project,
            roles=['member'],
            request_id=request_id,
        )
        instance_action.InstanceAction.action_start(caller, server, action)
        event = instance_action_event.InstanceActionEvent
        event.event_start(caller, server, f'compute_{action}', host=host)
        event.event_finish_with_failure(
            caller,
            server,
            f'compute_{action}',
            exc_val=error,
            exc_tb='  File "x", line 1\n' if error else None,
        )
        return caller.request_id
