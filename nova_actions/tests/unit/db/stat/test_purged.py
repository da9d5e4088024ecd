# SPDX-License-Identifier: Apache-2.0
"""What is purged is counted for good, and once."""

import collections

import sqlalchemy as sa

from nova_actions.db import engine
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import ROLLUP_MARKS
from nova_actions.db.models import ROLLUPS
from nova_actions.db.stat import mark
from nova_actions.db.stat import purged
from nova_actions.tests.unit.db import old


class _Tests:
    def setUp(self):
        super().setUp()
        server = self.instance()
        self.actions(server, [1, 1, 2], events=2, status='failed')
        self.actions(server, [2], status='succeeded')
        with engine.engine().connect() as connection:
            self.ids = connection.execute(sa.select(ACTIONS.c.id)).scalars()
            self.ids = sorted(self.ids)

    def change(self, function, ids):
        with engine.begun() as connection:
            function(connection, ids, old.NOW)

    def counts(self, is_purged):
        """Return the sum of each kind of row."""
        found = collections.Counter()
        with engine.engine().connect() as connection:
            for row in connection.execute(
                sa.select(ROLLUPS).where(ROLLUPS.c.is_purged == is_purged)
            ).mappings():
                found[purged._key(row)] += row['count']
        return found

    def test_what_is_kept_is_taken_off_elsewhere(self):
        self.change(purged.keep, self.ids)
        kept = self.counts(1)
        # Four actions and seven steps.
        self.assertEqual(11, kept.total())
        self.assertEqual(
            {key: -count for key, count in kept.items()}, self.counts(0)
        )
        with engine.engine().connect() as connection:
            hours = connection.execute(sa.select(ROLLUP_MARKS.c.hour))
            self.assertEqual(
                {mark.hour_of(old.NOW - day * old.DAY) for day in (1, 2)},
                set(hours.scalars()),
            )

    def test_restored_actions_are_given_back(self):
        self.change(purged.keep, self.ids[:2])
        expected = self.counts(1)
        self.change(purged.keep, self.ids[2:])
        self.change(purged.give_back, self.ids[2:])
        self.assertEqual(expected, +self.counts(1))
        self.change(purged.give_back, self.ids[:2])
        self.assertEqual({}, +self.counts(1))

    def test_no_more_is_given_back_than_was_kept(self):
        self.change(purged.give_back, self.ids)
        self.assertEqual({}, self.counts(1))
        self.change(purged.keep, self.ids[:1])
        self.change(purged.give_back, self.ids)
        self.assertEqual({0}, set(self.counts(1).values()))


class TestSqlite(_Tests, old.OldRowsTestCase):
    pass


class TestMysql(_Tests, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, old.OldRowsTestCase):
    BACKEND = 'postgresql'
