# SPDX-License-Identifier: Apache-2.0
"""The page over an API of a test's own, and actions to be shown."""

import datetime
import uuid
from typing import Any

import sqlalchemy as sa
from oslotest import base

from nova_actions.api import server
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import fixtures
from nova_actions.tests.functional import browser

PROJECT = '0a' * 16
OPERATOR = 'operator:operators:admin'
READER = f'reader:{PROJECT}:reader'


def now() -> datetime.datetime:
    """Return the time as the database has it."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


def step(event: str, seconds: float = 1, **values: Any) -> dict[str, Any]:
    """Return a step to be inserted."""
    return {
        'event': event,
        'seconds': seconds,
        'host': 'compute-1',
        'result': 'Success',
        **values,
    }


class PageCase(base.BaseTestCase):
    """Chromium, and the API that it asks."""

    def setUp(self) -> None:
        super().setUp()
        self.browser = browser.get()
        self.conf = self.useFixture(
            fixtures.Objects(
                api__auth_strategy='noauth2', api__ui=True, api__bind_port=0
            )
        ).conf
        self.serve()
        self.addCleanup(lambda: self.stop())
        self.browser.theme('light')
        self.browser.size(1280, 900)
        self.browser.complaints()

    def serve(self) -> None:
        """Start the API; at the same port as before, if there was one."""
        self.service = server.Service(self.conf)
        self.service.start()
        port = self.service.address[1]
        self.conf.set_override('bind_port', port, group='api')
        self.url = f'http://127.0.0.1:{port}/ui/'

    def stop(self) -> None:
        """Stop the API."""
        self.service.stop()
        self.service.wait()

    def open(self, address: str = '', token: str = OPERATOR) -> None:
        """Open the page at a place, and log in."""
        self.browser.open(self.url + address)
        self.log_in(token)

    def log_in(self, token: str = OPERATOR) -> None:
        """Log in by the form that is shown."""
        self.browser.type('input[name=token]', token)
        self.browser.click('.login button', 'Log in')
        self.browser.one('.tools')

    def server(
        self, name: str | None = 'web-1', project: str = PROJECT
    ) -> str:
        """Insert a server; return its UUID."""
        server_id = str(uuid.uuid4())
        with db.engine().begin() as connection:
            connection.execute(
                sa.insert(models.INSTANCES).values(
                    uuid=server_id,
                    created_at=now(),
                    project_id=project,
                    display_name=name,
                )
            )
        return server_id

    def action(
        self,
        server_id: str,
        *steps: dict[str, Any],
        ago: float = 60,
        **values: Any,
    ) -> str:
        """Insert an action of a server, with its steps one after the other;
        return its UUID.

        :param ago: seconds since it began
        """
        begun = now() - datetime.timedelta(seconds=ago)
        end = begun + datetime.timedelta(
            seconds=sum(each['seconds'] for each in steps)
        )
        row = {
            'uuid': str(uuid.uuid4()),
            'instance_uuid': server_id,
            'action': 'reboot',
            'status': 'succeeded',
            'owner_id': PROJECT,
            'project_id': PROJECT,
            'user_id': 'alice',
            'request_id': f'req-{uuid.uuid4()}',
            'created_at': begun,
            'updated_at': end,
            'start_time': begun,
            'finish_time': end,
            **values,
        }
        with db.engine().begin() as connection:
            action_id = connection.execute(
                sa.insert(models.ACTIONS).values(**row)
            ).inserted_primary_key[0]
            for each in steps:
                start, begun = (
                    begun,
                    begun + datetime.timedelta(seconds=each['seconds']),
                )
                connection.execute(
                    sa.insert(models.EVENTS).values(
                        uuid=str(uuid.uuid4()),
                        action_id=action_id,
                        created_at=start,
                        start_time=start,
                        finish_time=begun,
                        **{
                            name: value
                            for name, value in each.items()
                            if name != 'seconds'
                        },
                    )
                )
        return str(row['uuid'])

    def assertQuiet(self) -> None:
        """See that nothing went wrong in the browser: no script, and nothing
        that its policy forbids."""
        self.assertEqual([], self.browser.complaints())

    def assertAccessible(self) -> None:
        """See that axe-core finds nothing, in light and in dark."""
        for theme in ('light', 'dark'):
            self.browser.theme(theme)
            self.assertEqual([], self.browser.violations(), theme)
