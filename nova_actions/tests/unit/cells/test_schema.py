# SPDX-License-Identifier: Apache-2.0
"""Tables of a cell that lack columns."""

from nova_actions import exception
from nova_actions.cells import ids
from nova_actions.cells import registry
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells


class SchemaTest(base.ObjectTestCase):
    """A cell of a release, or of a database, that we do not know."""

    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf))

    def execute(self, statement):
        with self.cell.engine.begin() as connection:
            connection.exec_driver_sql(statement)

    def test_columns_that_are_lacking(self):
        server = self.cell.server()
        action = self.cell.action(server)
        self.cell.event(action)
        self.execute('ALTER TABLE instance_actions_events DROP details')
        self.execute('ALTER TABLE instance_actions_events DROP host')
        self.execute('ALTER TABLE instances DROP hidden')
        found = InstanceAction.get_by_request_id(
            self.admin, server, ids.marker('east', action)
        )
        self.assertEqual(
            (None, None), (found.events[0].host, found.events[0].details)
        )

    def test_columns_that_change_while_we_read(self):
        server = self.cell.server()
        self.cell.event(self.cell.action(server), details='no room')
        marker = ids.marker('east', 1)

        def seen():
            found = InstanceAction.get_by_request_id(
                self.admin, server, marker
            )
            listed = InstanceActionList.get_by_instance_uuid(
                self.admin, server
            )
            self.assertEqual(found.id, listed[0].id)
            return found.events[0].details, found.updated_at is None

        self.assertEqual(('no room', False), seen())
        self.execute(
            'ALTER TABLE instance_actions_events RENAME details TO told'
        )
        self.assertEqual((None, False), seen())
        self.execute('ALTER TABLE instance_actions RENAME updated_at TO at')
        self.assertEqual((None, True), seen())
        self.execute('ALTER TABLE instance_actions_events ADD details TEXT')
        self.execute("UPDATE instance_actions_events SET details = 'new'")
        self.assertEqual(('new', True), seen())
        self.execute(
            'ALTER TABLE instance_actions_events RENAME action_id TO action'
        )
        error = self.assertRaises(exception.CellUnavailable, seen)
        self.assertEqual(1, error.kwargs['retry_after'])

    def test_a_database_of_another_kind(self):
        self.execute('DROP TABLE instance_actions_events')
        for _ in range(2):
            error = self.assertRaises(
                exception.CellUnavailable,
                registry.instance,
                self.instance_uuid,
            )
            # It answers, so that others are not kept away.
            self.assertEqual(1, error.kwargs['retry_after'])
