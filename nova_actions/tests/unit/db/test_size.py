# SPDX-License-Identifier: Apache-2.0
from nova_actions.db import size
from nova_actions.db.models import Base
from nova_actions.tests.unit.db import old


class _Tests:
    def test_nothing(self):
        tables = size.tables(self.admin)
        self.assertEqual(
            set(Base.metadata.tables), {each.name for each in tables}
        )
        # The one that the schema makes itself.
        self.assertEqual(
            {'signing_keys': 1},
            {each.name: each.rows for each in tables if each.rows},
        )
        self.assertIsNone(size.oldest(self.admin))
        self.assertIsNone(size.growth(self.admin, old.NOW, tables))

    def test_rows_and_bytes(self):
        server = self.instance()
        self.actions(server, range(30), events=3)
        tables = {each.name: each for each in size.tables(self.admin)}
        self.assertEqual(
            (30, 90, 1),
            tuple(
                tables[name].rows
                for name in (
                    'instance_actions',
                    'instance_actions_events',
                    'instances',
                )
            ),
        )
        for each in tables.values():
            self.assertLess(0, each.bytes, each.name)
        self.assertEqual(old.NOW - 29 * old.DAY, size.oldest(self.admin))

    def test_growth_is_that_of_the_last_days(self):
        server = self.instance()
        self.actions(server, [day + 0.5 for day in range(30)] * 2, events=2)
        growth = size.growth(self.admin, old.NOW, size.tables(self.admin))
        self.assertEqual((2, 4), (growth.actions, growth.events))
        self.assertLess(0, growth.bytes)

    def test_growth_of_the_first_hour_is_not_blown_up(self):
        self.actions(self.instance(), [0.01, 0.02])
        growth = size.growth(self.admin, old.NOW, size.tables(self.admin))
        self.assertEqual((2, 2), (growth.actions, growth.events))


class SqliteTestCase(_Tests, old.OldRowsTestCase):
    pass


class MysqlTestCase(_Tests, old.OldRowsTestCase):
    BACKEND = 'mysql'


class PostgresqlTestCase(_Tests, old.OldRowsTestCase):
    BACKEND = 'postgresql'
