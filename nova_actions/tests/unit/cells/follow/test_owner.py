# SPDX-License-Identifier: Apache-2.0
"""Whose servers are that a cell's actions are on."""

import uuid

import sqlalchemy as sa

from nova_actions import exception
from nova_actions.cells.follow import state
from nova_actions.db import api as db
from nova_actions.db import engine
from nova_actions.db import models
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.tests import fixtures_cells
from nova_actions.tests.unit.cells.follow import base

START = fixtures_cells.START


class TestOwners(base.FollowTestCase):
    def owner(self):
        with db.engine().connect() as connection:
            return connection.execute(
                sa.select(models.INSTANCES.c.project_id)
            ).scalar_one()

    def test_as_the_cell_says(self):
        self.cell.action(
            self.cell.server(project_id='theirs'), project_id='admins'
        )
        self.round()
        self.assertEqual('theirs', self.owner())

    def test_as_we_know_it(self):
        server = self.cell.server(project_id='theirs')
        self.cell.action(server)

        @engine.writer
        def know(session):
            session.add(
                models.Instance(
                    uuid=server, project_id='ours', created_at=START
                )
            )

        know(self.admin)
        self.round()
        self.assertEqual('ours', self.owner())

    def test_unknown_owner(self):
        server = str(uuid.uuid4())
        self.cell.action(server, request_id='req-1')
        self.round()
        self.assertEqual('', self.owner())
        self.assertEqual(
            1, len(InstanceActionList.get_by_instance_uuid(self.admin, server))
        )
        for context in (self.context, self.stranger()):
            self.assertRaises(
                exception.Forbidden,
                InstanceActionList.get_by_instance_uuid,
                context,
                server,
            )
        self.assertIsNone(state.get(self.admin, 'east')['owner_id'])

    def test_an_archived_server(self):
        server = self.cell.server(project_id='theirs')
        action = self.cell.action(server)
        self.cell.archive(action)
        self.cell.move(fixtures_cells.INSTANCES, 1)
        self.round()
        self.assertEqual('theirs', self.owner())
