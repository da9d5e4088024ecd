# SPDX-License-Identifier: Apache-2.0
"""The owners of a cell's servers are copied."""

import datetime

import fixtures as base_fixtures
import sqlalchemy as sa

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells
from nova_actions.upkeep import importing


class ImportTest(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf))
        self.servers = [self.cell.server() for _ in range(5)]
        self.useFixture(
            base_fixtures.MonkeyPatch('nova_actions.upkeep.importing.BATCH', 2)
        )

    def imported(self):
        return list(importing.instance_import(self.admin, 'east'))

    def rows(self):
        with db.engine().connect() as connection:
            return {
                row['uuid']: dict(row)
                for row in connection.execute(
                    sa.select(models.INSTANCES)
                ).mappings()
            }

    def test_all_are_copied_once(self):
        self.assertEqual([2, 4, 5], self.imported())
        rows = self.rows()
        self.assertEqual(set(self.servers), set(rows))
        self.assertEqual([2, 4, 5], self.imported())
        self.assertEqual(rows, self.rows())

    def test_restarted_after_an_end_in_the_middle(self):
        self.assertEqual(
            2, next(importing.instance_import(self.admin, 'east'))
        )
        self.assertEqual(2, len(self.rows()))
        self.imported()
        self.assertEqual(set(self.servers), set(self.rows()))

    def test_changes_are_taken_over(self):
        self.imported()
        at = datetime.datetime(2026, 2, 1)
        self.cell.update(fixtures_cells.INSTANCES, 3, display_name='new')
        self.cell.update(fixtures_cells.INSTANCES, 4, deleted=4, deleted_at=at)
        self.imported()
        rows = self.rows()
        self.assertEqual('new', rows[self.servers[2]]['display_name'])
        gone = rows[self.servers[3]]
        self.assertEqual((4, at), (gone['deleted'], gone['deleted_at']))

    def test_an_owner_never_changes(self):
        self.imported()
        self.cell.update(
            fixtures_cells.INSTANCES,
            1,
            project_id='thief',
            display_name='taken',
        )
        self.imported()
        row = self.rows()[self.servers[0]]
        self.assertEqual(
            ('owner', 'web'), (row['project_id'], row['display_name'])
        )

    def test_an_unknown_cell(self):
        self.assertRaises(
            exception.CellNotFound,
            next,
            importing.instance_import(self.admin, 'west'),
        )
