# SPDX-License-Identifier: Apache-2.0
"""Actions are found by request id or uuid, and listed newest first."""

import uuid

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.tests.unit.db import old


class _Tests:
    def setUp(self):
        super().setUp()
        self.server = self.instance()

    def create(self, **values):
        return db.action_create(
            self.admin,
            {
                'instance_uuid': self.server,
                'action': 'reboot',
                'created_at': old.NOW,
                'start_time': old.NOW,
                **values,
            },
        )

    def story(self):
        """Have actions at three times, of three requests."""
        for number in range(9):
            self.create(
                request_id=f'req-{number % 3}',
                created_at=old.NOW - number % 4 * old.DAY,
                updated_at=old.NOW - number * old.DAY,
            )
        return db.action_list(self.admin, self.server)

    def test_list_is_sorted(self):
        rows = self.story()
        keys = [(row['created_at'], row['id']) for row in rows]
        self.assertEqual(sorted(keys, reverse=True), keys)

    def test_pages_are_the_list(self):
        """With what is said of whether a request id is enough."""
        expected, found, marker = self.story(), [], None
        while page := db.action_list(
            self.admin, self.server, limit=2, marker=marker
        ):
            found += page
            marker = page[-1]['uuid']
        self.assertEqual(expected, found)

    def test_window_is_inclusive(self):
        rows = self.story()
        first, last = old.NOW - 6 * old.DAY, old.NOW - 2 * old.DAY
        found = db.action_list(
            self.admin,
            self.server,
            filters={'changes-since': first, 'changes-before': last},
        )
        self.assertEqual(
            [row for row in rows if first <= row['updated_at'] <= last], found
        )

    def test_newest_of_a_request_or_that_of_a_uuid(self):
        rows = self.story()
        for row in rows:
            of_uuid = db.action_get(self.admin, self.server, row['uuid'])
            newest = db.action_get(self.admin, self.server, row['request_id'])
            self.assertEqual({**row, 'events': []}, of_uuid)
            self.assertEqual(row['superseded'], newest['uuid'] != row['uuid'])
            self.assertIsNone(
                db.action_get(self.admin, str(uuid.uuid4()), row['uuid'])
            )

    def test_marker_that_is_none(self):
        self.story()
        self.assertRaises(
            exception.MarkerNotFound,
            db.action_list,
            self.admin,
            self.server,
            marker='req-9',
        )

    def test_same_uuid_again(self):
        handle = str(uuid.uuid4())
        first = self.create(uuid=handle, request_id='req-1')
        again = self.create(uuid=handle, request_id='req-2')
        self.assertEqual(first, again)
        self.server = self.instance()
        self.assertRaises(exception.Conflict, self.create, uuid=handle)

    def test_finish_is_of_the_newest_of_its_request(self):
        older = self.create(request_id='req-1')
        newer = self.create(request_id='req-1')
        db.action_finish(self.admin, self.server, 'req-1', old.NOW)
        self.assertEqual(
            {older['uuid']: None, newer['uuid']: old.NOW},
            {
                row['uuid']: row['finish_time']
                for row in db.action_list(self.admin, self.server)
            },
        )
        self.assertRaises(
            exception.InstanceActionNotFound,
            db.action_finish,
            self.admin,
            self.instance(),
            None,
            old.NOW,
            action_id=newer['id'],
        )

    def test_named(self):
        rows = self.story()
        self.assertEqual(
            {row['uuid'] for row in rows if row['request_id'] != 'req-0'},
            {
                row['uuid']
                for row in db.action_named(
                    self.admin, self.server, ['req-1', 'req-2', None]
                )
            },
        )


class TestSqlite(_Tests, old.OldRowsTestCase):
    pass


class TestMysql(_Tests, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, old.OldRowsTestCase):
    BACKEND = 'postgresql'
