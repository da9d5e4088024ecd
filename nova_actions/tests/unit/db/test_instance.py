# SPDX-License-Identifier: Apache-2.0
"""Servers of our own database."""

import uuid

from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests.unit.db import old


class _Tests:
    def servers(self, count, **values):
        """Store servers, two of each day; return their uuids as listed."""
        rows = [
            models.Instance(
                **{
                    'uuid': str(uuid.uuid4()),
                    'project_id': 'owner',
                    'created_at': old.NOW - number // 2 * old.DAY,
                    **values,
                }
            )
            for number in range(count)
        ]
        expected = [
            row.uuid
            for row in sorted(
                rows, key=lambda row: (old.NOW - row.created_at, row.uuid)
            )
        ]
        old.add(self.admin, rows)
        return expected

    def listed(self, **kwargs):
        return [
            row['uuid'] for row in db.instance_list(self.admin, 99, **kwargs)
        ]

    def test_pages_follow_each_other(self):
        expected = self.servers(7)
        found, after = [], None
        while page := db.instance_list(self.admin, 3, after=after):
            found += [row['uuid'] for row in page]
            after = page[-1]
        self.assertEqual(expected, found)

    def test_filters(self):
        named = self.servers(2, display_name='web')
        other = self.servers(2, project_id='other')
        self.servers(1, deleted=1)
        self.assertEqual(named, self.listed(name='web'))
        self.assertEqual(other, self.listed(project_id='other'))
        self.assertEqual([], self.listed(name='WEB'))
        self.assertEqual({*named, *other}, set(self.listed()))

    def test_uuid_is_exact(self):
        instance = self.instance()
        self.assertEqual(
            instance, db.instance_get(self.admin, instance)['uuid']
        )
        for name in (instance.upper(), f'{instance} ', instance[:-1]):
            self.assertIsNone(db.instance_get(self.admin, name), name)

    def test_of_an_action(self):
        first, second = self.instance(), self.instance()
        for instance in (first, second):
            self.action(instance, 1)
        for instance in (first, second):
            [action] = db.action_list(self.admin, instance)
            found = db.action_get_instance(self.admin, action['id'])
            self.assertEqual(instance, found['uuid'])
        self.assertIsNone(db.action_get_instance(self.admin, 10**9))


class TestSqlite(_Tests, old.OldRowsTestCase):
    pass


class TestMysql(_Tests, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, old.OldRowsTestCase):
    BACKEND = 'postgresql'
