# SPDX-License-Identifier: Apache-2.0
"""The base of tests of the bridge: Nova with it, and a conductor of ours."""

import collections
import os
import pathlib
import subprocess

import fixtures as base_fixtures
import sqlalchemy as sa

from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import patience
from nova_actions.tests.functional import beside
from nova_actions.tests.functional import user

HERE = pathlib.Path(__file__).parent


def key(row):
    """Return what tells an action in either record."""
    return row['instance_uuid'], row['request_id'], row['action']


class BridgeTestCase(base.ObjectTestCase):
    """A conductor of ours, and Nova with the bridge."""

    def setUp(self):
        super().setUp()
        self.nova = beside.world()
        self.venv = self.useFixture(beside.Environment(self.nova, bridge=True))
        rabbit = self.useFixture(fixtures.Rabbit())
        self.conf.set_override('transport_url', rabbit.url)
        self.useFixture(fixtures.Conductor(self.conf))
        self.folder = pathlib.Path(
            self.useFixture(base_fixtures.TempDir()).path
        )

    def run_nova(
        self,
        mode,
        script,
        *arguments,
        state=None,
        is_configured=True,
        number=None,
        timeout=patience.PATIENCE,
    ):
        """Return what a script of Nova prints, and what it logs.

        :param number: of another user, who runs it in a folder of his own
        """
        folder, prefix = self.folder, []
        if number is not None:
            folder, prefix = self.folder / str(number), user.command(number)
            folder.mkdir()
            os.chown(folder, number, number)
        path = self.folder / 'nova-actions.conf'
        if is_configured:
            self.configure(mode, state)
        done = subprocess.run(
            [
                *prefix,
                self.venv.python,
                '-W',
                'ignore',
                HERE / 'nova_world' / script,
                *arguments,
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            timeout=timeout,
            env={
                **os.environ,
                'NOVA_ACTIONS_CONFIG': str(path),
                'OS_WSGI__API_PASTE_CONFIG': str(
                    self.nova.parents[1] / 'etc' / 'nova' / 'api-paste.ini'
                ),
            },
        )
        self.assertEqual(0, done.returncode, done.stderr[-3000:])
        return done.stdout, done.stderr

    def configure(self, mode='mirror', state=None):
        """Write what the bridge reads; return the path of the file."""
        path = self.folder / 'nova-actions.conf'
        path.write_text(
            f'[DEFAULT]\ntransport_url = {self.conf.transport_url}\n'
            f'state_path = {state or self.folder / "state"}\n'
            f'[conductor]\ntopic = {self.conf.conductor.topic}\n'
            f'[bridge]\nmode = {mode}\n'
        )
        return path

    def ours(self):
        """Return our actions with their steps, by their keys."""
        with db.engine().connect() as connection:
            actions, events = (
                [
                    dict(row._mapping)
                    for row in connection.execute(
                        sa.select(table).order_by(table.c.id)
                    )
                ]
                for table in (models.ACTIONS, models.EVENTS)
            )
        found = collections.defaultdict(list)
        for action in actions:
            found[key(action)].append(
                {
                    **action,
                    'events': [
                        event
                        for event in events
                        if event['action_id'] == action['id']
                    ],
                }
            )
        return found
