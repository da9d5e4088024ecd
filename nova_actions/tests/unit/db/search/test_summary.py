# SPDX-License-Identifier: Apache-2.0
"""Actions at a glance."""

from nova_actions.db import engine
from nova_actions.db import models
from nova_actions.db.search import summary
from nova_actions.tests.unit.db import old


class _Tests:
    def setUp(self):
        super().setUp()
        self.server = self.instance(display_name='web')

    def row(self, status, *steps):
        """Store an action of (event, host, result, reason); return its id."""
        action = self.action(self.server, 1, events=0, status=status)
        with engine.begun() as connection:
            action_id = (
                connection.execute(
                    models.ACTIONS.select().where(
                        models.ACTIONS.c.uuid == action
                    )
                )
                .one()
                .id
            )
            for number, (event, host, result, reason) in enumerate(steps):
                connection.execute(
                    models.EVENTS.insert().values(
                        uuid=f'{action_id}-{number}',
                        action_id=action_id,
                        created_at=old.NOW,
                        event=event,
                        host=host,
                        result=result,
                        reason=reason,
                    )
                )
        return action_id

    def of(self, *ids):
        with engine.engine().connect() as connection:
            return summary.of_actions(connection, ids)

    def test_order_is_that_of_the_ids(self):
        ids = [self.row('succeeded') for _ in range(3)]
        gone = max(ids) + 1
        asked = [ids[1], gone, ids[2], ids[0]]
        self.assertEqual(
            [ids[1], ids[2], ids[0]], [row['id'] for row in self.of(*asked)]
        )

    def test_attempts_hosts_and_reason(self):
        failed = self.row(
            'failed',
            ('build', 'b', 'Error', 'quota'),
            ('build', 'a', 'Error', 'timeout'),
            ('build', 'a', 'Success', None),
            ('check', None, 'Success', None),
        )
        other = self.row('failed', ('build', 'c', 'Error', 'other'))
        row, _other = self.of(failed, other)
        self.assertEqual(
            (3, ['a', 'b'], 'timeout', 'web'),
            tuple(
                row[name]
                for name in ('attempts', 'hosts', 'reason', 'server_name')
            ),
        )

    def test_reason_is_only_that_of_what_went_wrong(self):
        steps = (('build', 'a', 'Error', 'quota'),)
        ids = [
            self.row('succeeded_after_retry', *steps),
            self.row('interrupted', *steps),
            self.row('interrupted'),
            self.row('failed'),
        ]
        self.assertEqual(
            [None, 'quota', 'interrupted', None],
            [row['reason'] for row in self.of(*ids)],
        )
        self.assertEqual(
            [1, 1, 0, 0], [row['attempts'] for row in self.of(*ids)]
        )


class TestSqlite(_Tests, old.OldRowsTestCase):
    pass


class TestMysql(_Tests, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, old.OldRowsTestCase):
    BACKEND = 'postgresql'
