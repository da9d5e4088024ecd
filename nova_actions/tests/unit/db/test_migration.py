# SPDX-License-Identifier: Apache-2.0
"""The migrations make what the models say, on every database."""

import sqlalchemy as sa
from alembic import autogenerate
from alembic.runtime import migration as alembic_migration
from oslotest import base

from nova_actions.db import api as db
from nova_actions.db import migration
from nova_actions.db import models
from nova_actions.tests import fixtures


def _included(_object, name, kind, _reflected, _compared):
    return kind != 'table' or name != migration.VERSION_TABLE


class _Tests:
    BACKEND = 'sqlite'

    def setUp(self):
        super().setUp()
        conf = self.useFixture(fixtures.Conf()).conf
        self.useFixture(fixtures.Database(conf, self.BACKEND, sync=False))

    def test_models_are_what_migrations_make(self):
        self.assertIsNone(migration.db_version())
        migration.db_sync()
        self.assertEqual(migration.db_head(), migration.db_version())
        with db.engine().connect() as connection:
            context = alembic_migration.MigrationContext.configure(
                connection, opts={
                    'compare_type': True, 'include_object': _included,
                    'target_metadata': models.Base.metadata})
            self.assertEqual([], autogenerate.compare_metadata(
                context, models.Base.metadata))

    def test_a_second_time_changes_nothing(self):
        migration.db_sync()
        before = self.columns()
        migration.db_sync()
        self.assertEqual(before, self.columns())

    def test_names_of_constraints(self):
        migration.db_sync()
        inspector = sa.inspect(db.engine())
        for table in models.Base.metadata.tables.values():
            for constraint in inspector.get_unique_constraints(table.name):
                self.assertEqual(
                    f'uniq_{table.name}0'
                    f'{"0".join(constraint["column_names"])}',
                    constraint['name'])

    def columns(self):
        inspector = sa.inspect(db.engine())
        return {(table, column['name'], str(column['type']),
                 column['nullable']) for table in inspector.get_table_names()
                for column in inspector.get_columns(table)}


class TestSqlite(_Tests, base.BaseTestCase):
    pass


class TestMysql(_Tests, base.BaseTestCase):
    BACKEND = 'mysql'

    def test_times_are_exact_and_texts_whole(self):
        migration.db_sync()
        types = {(table, name): kind for table, name, kind, _null
                 in self.columns()}
        with db.engine().connect() as connection:
            made = {row[0]: row[1] for row in connection.exec_driver_sql(
                'SELECT table_name, table_collation FROM '
                'information_schema.tables WHERE table_schema = DATABASE()')}
        for table in models.Base.metadata.tables.values():
            self.assertEqual('utf8mb4_bin', made[table.name])
            self.assertEqual('BIGINT', types[table.name, 'id'].partition(
                '(')[0])
        with db.engine().connect() as connection:
            precisions = set(connection.exec_driver_sql(
                'SELECT datetime_precision FROM information_schema.columns '
                "WHERE table_schema = DATABASE() AND data_type = 'datetime'"
            ).scalars())
        self.assertEqual({6}, precisions)


class TestPostgresql(_Tests, base.BaseTestCase):
    BACKEND = 'postgresql'
