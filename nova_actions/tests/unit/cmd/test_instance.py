# SPDX-License-Identifier: Apache-2.0
"""``nova-actions-manage instance import``."""

import uuid

from nova_actions.cmd import failure
from nova_actions.db import api as db
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells
from nova_actions.tests.unit.cmd import managed


class InstanceTest(managed.ManageMixin, base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf))
        with open(self.config, 'a', encoding='utf-8') as file:
            file.write(f'[cell:east]\nconnection = {self.cell.url}\n')

    def test_import(self):
        servers = [self.cell.server(project_id='theirs') for _ in range(3)]
        code, out, _err = self.run_manage('instance', 'import', 'east')
        self.assertEqual(failure.OK, code)
        self.assertIn('3 servers of east', out)
        for server in servers:
            self.assertEqual(
                'theirs', db.instance_get(self.admin, server)['project_id']
            )
        self.assertIsNone(db.instance_get(self.admin, str(uuid.uuid4())))

    def test_an_unknown_cell(self):
        code, _out, err = self.run_manage('instance', 'import', 'west')
        self.assertEqual(failure.ABSENT, code)
        self.assertIn('west', err)
