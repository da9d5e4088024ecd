# SPDX-License-Identifier: Apache-2.0
"""Events that are read with their action or its owner are those that are
read alone."""

import uuid

import sqlalchemy as sa
from oslotest import base

from nova_actions.db import api as db
from nova_actions.db import page
from nova_actions.db.models import EVENTS
from nova_actions.tests import fixtures


class _Reads:
    BACKEND = 'sqlite'

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.Objects(self.BACKEND))
        self.context = fixtures.make_context()
        self.server = str(uuid.uuid4())
        self.owner = {'uuid': self.server, 'project_id': 'owner'}
        self.action = db.action_create(
            self.context,
            {
                'action': 'create',
                'instance_uuid': self.server,
                'request_id': self.context.request_id,
            },
            self.owner,
        )

    def start(self, **values):
        return db.event_start(
            self.context,
            {
                'event': 'step',
                'instance_uuid': self.server,
                'request_id': self.context.request_id,
                **values,
            },
        )

    def read(self, read_deleted='no'):
        """Return the events, read alone, with their action, and with their
        owner."""
        action = db.action_get(
            self.context, self.server, self.context.request_id, read_deleted
        )
        owner, events = db.event_list_with_owner(
            self.context, self.action['id'], read_deleted
        )
        self.assertEqual(self.action['uuid'], action['uuid'])
        self.assertEqual(
            db.action_get_instance(self.context, self.action['id']), owner
        )
        return (
            db.event_list(self.context, self.action['id'], read_deleted),
            action['events'],
            events,
        )

    def test_none(self):
        self.assertEqual(([], [], []), self.read())

    def test_of_an_unknown_action(self):
        self.assertEqual(
            (None, []), db.event_list_with_owner(self.context, 12345)
        )
        self.assertIsNone(db.action_get(self.context, self.server, 'req-x'))

    def test_deleted_ones(self):
        rows = [self.start() for _number in range(3)]
        with db.begun() as connection:
            connection.execute(
                sa.update(EVENTS)
                .where(EVENTS.c.id == rows[1]['id'])
                .values(deleted=rows[1]['id'])
            )
        for read_deleted, expected in (
            ('no', [2, 0]),
            ('yes', [2, 1, 0]),
            ('only', [1]),
        ):
            _owner, events = db.event_list_with_owner(
                self.context, self.action['id'], read_deleted
            )
            self.assertEqual(
                [rows[number]['uuid'] for number in expected],
                [event['uuid'] for event in events],
            )
            self.assertEqual(
                events,
                db.event_list(self.context, self.action['id'], read_deleted),
            )
        self.assertEqual(2, len(self.read()[1]))

    def test_more_than_are_read(self):
        row = self.start()
        with db.begun() as connection:
            connection.execute(
                sa.insert(EVENTS),
                [
                    {
                        **{
                            name: value
                            for name, value in row.items()
                            if name != 'id'
                        },
                        'uuid': str(uuid.uuid4()),
                    }
                    for _number in range(page.EVENTS)
                ],
            )
        alone, with_action, with_owner = self.read()
        self.assertEqual(page.EVENTS, len(alone))
        self.assertEqual(alone, with_action)
        self.assertEqual(alone, with_owner)

    def test_by_its_uuid(self):
        found = db.action_get(self.context, self.server, self.action['uuid'])
        self.assertEqual(self.action['id'], found['id'])


class TestSqlite(_Reads, base.BaseTestCase):
    pass


class TestPostgresql(_Reads, base.BaseTestCase):
    BACKEND = 'postgresql'


class TestMariadb(_Reads, base.BaseTestCase):
    BACKEND = 'mysql'
