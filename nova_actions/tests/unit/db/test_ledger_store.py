# SPDX-License-Identifier: Apache-2.0
"""Rows of the ledger are stored, one or many."""

import uuid

from nova_actions.db import api as db
from nova_actions.db import engine
from nova_actions.db import ledger_store
from nova_actions.db import table
from nova_actions.db.change import kind
from nova_actions.db.change import queue
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.tests.unit.db import old


class _Tests:
    def setUp(self):
        super().setUp()
        self.server = self.instance()

    def make(self, count):
        return [
            table.complete(
                ACTIONS,
                {
                    'instance_uuid': self.server,
                    'action': 'reboot',
                    'status': 'running',
                    'created_at': old.NOW,
                },
            )
            for _ in range(count)
        ]

    def stored(self):
        return {
            row['uuid']: row for row in db.action_list(self.admin, self.server)
        }

    def test_lock_returns_the_oldest_first(self):
        rows = self.make(4)
        for number, row in enumerate(rows):
            row['created_at'] -= number * old.DAY
        with engine.begun() as connection:
            ledger_store.insert(connection, ACTIONS, rows)
        ids = [row['id'] for row in self.stored().values()]
        with engine.begun() as connection:
            found = ledger_store.lock(connection, ids)
            some = ledger_store.lock(connection, ids[:1])
        self.assertEqual(
            [row['uuid'] for row in reversed(rows)],
            [row['uuid'] for row in found],
        )
        self.assertEqual(ids[:1], [row['id'] for row in some])

    def test_only_what_may_change_is_changed(self):
        for count in (1, 2, 5):
            rows = self.make(count)
            with engine.begun() as connection:
                ledger_store.insert(connection, ACTIONS, rows)
            before = self.stored()
            with engine.begun() as connection:
                ledger_store.update(
                    connection,
                    ACTIONS,
                    [
                        {
                            **before[row['uuid']],
                            'status': 'failed',
                            'action': 'something else',
                        }
                        for row in rows
                    ],
                )
            after = self.stored()
            for each, row in before.items():
                is_changed = each in {row['uuid'] for row in rows}
                self.assertEqual(
                    {**row, 'status': 'failed'} if is_changed else row,
                    after[each],
                )

    def test_step_and_its_action_are_stored_together(self):
        """In whatever number of statements a database does it."""
        [row] = self.make(1)
        with engine.begun() as connection:
            ledger_store.insert(connection, ACTIONS, [row])
        [action] = self.stored().values()
        for count in (1, 3):
            new = [
                table.complete(
                    EVENTS,
                    {'event': f'step{number}', 'action_id': action['id']},
                )
                for number in range(count)
            ]
            self.store(new, [], {**action, 'message': f'{count} begun'})
            events = [
                {**event, 'result': 'Success'} for event in self.events(new)
            ]
            self.store([], events, {**action, 'message': f'{count} ended'})
            self.assertEqual(
                {'Success'}, {each['result'] for each in self.events(new)}
            )
        with engine.begun() as connection:
            queued = queue.of_actions(connection, [action['uuid']])
        self.assertEqual(4, len(queued))

    def events(self, which):
        uuids = {each['uuid'] for each in which}
        [action] = self.stored().values()
        found = [
            each
            for each in db.event_list(self.admin, action['id'])
            if each['uuid'] in uuids
        ]
        self.assertEqual(len(which), len(found))
        return found

    def store(self, new, events, action):
        transition = {
            'kind': kind.STEP_BEGUN,
            'action_uuid': action['uuid'],
            'event_uuid': str(uuid.uuid4()),
            'happened_at': old.NOW,
            'outcome': None,
            'reason': None,
        }
        with engine.begun() as connection:
            ledger_store.store_steps(
                connection, new, events, [action], [transition]
            )
        [stored] = self.stored().values()
        self.assertEqual(action['message'], stored['message'])


class TestSqlite(_Tests, old.OldRowsTestCase):
    pass


class TestMysql(_Tests, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, old.OldRowsTestCase):
    BACKEND = 'postgresql'
