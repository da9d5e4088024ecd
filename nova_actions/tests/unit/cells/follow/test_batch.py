# SPDX-License-Identifier: Apache-2.0
"""A batch with a row that the database refuses."""

import sqlalchemy as sa

from nova_actions.cells.follow import state
from nova_actions.db import api as db
from nova_actions.tests import fixtures_follow
from nova_actions.tests.unit.cells.follow import base


class TestRefused(base.FollowTestCase):
    def test_a_row_that_the_database_refuses(self):
        server = self.cell.server()
        good, bad = (
            self.cell.action(server, request_id=request)
            for request in ('req-1', 'req-2')
        )
        self.cell.event(good)

        def refuse(_connection, _cursor, statement, parameters, *_rest):
            if statement.startswith('INSERT INTO instance_actions ') and (
                'req-2' in str(parameters)
            ):
                raise sa.exc.DataError(statement, parameters, ValueError())

        sa.event.listen(db.engine(), 'before_cursor_execute', refuse)
        self.addCleanup(
            sa.event.remove, db.engine(), 'before_cursor_execute', refuse
        )
        self.cell.event(bad)
        self.round()
        self.assertEqual(
            ['req-1'],
            [
                action['request_id']
                for action, _events in fixtures_follow.content()
            ],
        )
        self.assertLess(0, state.get(self.admin, 'east')['skipped'])
