# SPDX-License-Identifier: Apache-2.0
"""A cell made by Nova's own migrations, filled by Nova's own objects."""

import pathlib
import subprocess

import fixtures as base_fixtures
import sqlalchemy as sa

from nova_actions.objects.instance import InstanceRecord
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.tests import base
from nova_actions.tests import database
from nova_actions.tests import fixtures_cells
from nova_actions.tests import patience
from nova_actions.tests.functional import peer

MAKE = pathlib.Path(__file__).parent / 'nova_world' / 'make.py'


class _Tests:
    CELL = 'sqlite'

    def setUp(self):
        super().setUp()
        nova = peer.nova()
        folder = self.useFixture(base_fixtures.TempDir()).path
        if self.CELL == 'sqlite':
            url = f'sqlite:///{folder}/cell.sqlite'
        else:
            url = database.create(self, self.CELL)
        done = subprocess.run(
            [nova, MAKE, url, self.instance_uuid],
            text=True,
            capture_output=True,
            timeout=patience.PATIENCE,
            cwd=folder,
        )
        self.assertEqual(0, done.returncode, done.stderr[-4000:])
        self.cell = self.useFixture(
            fixtures_cells.Cell(self.conf, name='nova', url=url)
        )

    def test_what_nova_wrote(self):
        record = InstanceRecord.lookup(self.context, self.instance_uuid)
        self.assertEqual('web', record.display_name)
        listed = InstanceActionList.get_by_instance_uuid(
            self.context, self.instance_uuid
        )
        self.assertEqual(
            ['req-2', 'req-1'], [action.request_id for action in listed]
        )
        shown = InstanceAction.get_by_request_id(
            self.admin, self.instance_uuid, 'req-2'
        )
        event = shown.events[0]
        self.assertEqual(
            ('failed', 'Error', 'Error', 'host1'),
            (shown.status, shown.message, event.result, event.host),
        )
        self.assertIn('make.py', event.traceback)
        self.assertIsNotNone(event.duration)
        shown = InstanceAction.get_by_request_id(
            self.context, self.instance_uuid, 'req-1'
        )
        self.assertEqual('succeeded', shown.status)
        InstanceAction.action_start(
            self.new_context(), self.instance_uuid, 'stop'
        )
        self.assertEqual(
            ['stop', 'reboot', 'reboot'],
            [
                action.action
                for action in InstanceActionList.get_by_instance_uuid(
                    self.context, self.instance_uuid
                )
            ],
        )
        with self.cell.engine.connect() as connection:
            self.assertEqual(
                2,
                connection.execute(
                    sa.text('SELECT count(*) FROM instance_actions')
                ).scalar(),
            )


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    CELL = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    CELL = 'postgresql'
