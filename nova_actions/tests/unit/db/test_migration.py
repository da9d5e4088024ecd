# SPDX-License-Identifier: Apache-2.0
"""The migrations make what the models say, on every database."""

import contextlib
import datetime
import os
import sqlite3
import uuid

import sqlalchemy as sa
from alembic import autogenerate
from alembic import script
from alembic.runtime import migration as alembic_migration
from oslo_utils import timeutils
from oslotest import base

from nova_actions.db import api as db
from nova_actions.db import migration
from nova_actions.db import migrations
from nova_actions.db import models
from nova_actions.tests import fixtures


def _included(_object, name, kind, _reflected, _compared):
    return kind != 'table' or name != migration.VERSION_TABLE


class _Interrupted(BaseException):
    """As KeyboardInterrupt, which nothing handles."""


class _Tests:
    BACKEND = 'sqlite'

    def setUp(self):
        super().setUp()
        conf = self.useFixture(fixtures.Conf()).conf
        self.useFixture(fixtures.Database(conf, self.BACKEND, sync=False))

    def test_models_are_what_migrations_make(self):
        self.assertIsNone(migration.db_version())
        migration.db_sync()
        self.assertEqual(migration.HEAD, migration.db_version())
        with db.engine().connect() as connection:
            context = alembic_migration.MigrationContext.configure(
                connection,
                opts={
                    'compare_type': True,
                    'include_object': _included,
                    'target_metadata': models.Base.metadata,
                },
            )
            self.assertEqual(
                [],
                autogenerate.compare_metadata(context, models.Base.metadata),
            )

    def test_the_head_is_the_newest_revision(self):
        scripts = script.ScriptDirectory(os.path.dirname(migrations.__file__))
        self.assertEqual(migration.HEAD, scripts.get_current_head())

    def test_a_second_time_changes_nothing(self):
        migration.db_sync()
        before = self.columns()
        migration.db_sync()
        self.assertEqual(before, self.columns())

    def test_an_older_release_works_with_a_newer_schema(self):
        """A release writes and reads the columns that it knows, whatever
        has been added since."""
        releases = []
        for revision in reversed(
            list(
                script.ScriptDirectory(
                    os.path.dirname(migrations.__file__)
                ).walk_revisions()
            )
        ):
            migration.db_sync(revision.revision)
            release = sa.MetaData()
            release.reflect(db.engine())
            release.remove(release.tables[migration.VERSION_TABLE])
            releases.append(release)
            for each in releases:
                self.write(each.sorted_tables)
        self.assertGreater(len(releases), 1)

    def test_a_server_in_capitals_is_the_same_server(self):
        migration.db_sync('3c9e52b7a1d4')
        old = sa.MetaData()
        old.reflect(db.engine())
        lower, alone, foreign = (str(uuid.uuid4()) for _ in range(3))
        mixed = lower[:-4] + lower[-4:].upper()
        servers = [
            (lower, 'p'),
            (lower.upper(), 'p'),
            (alone.upper(), 'p'),
            (foreign, 'p'),
            (foreign.upper(), 'q'),
        ]
        if mixed not in (lower, lower.upper()):
            servers.append((mixed, 'p'))
        with db.engine().begin() as connection:
            for server, project in servers:
                now = timeutils.utcnow()
                connection.execute(
                    old.tables['instances']
                    .insert()
                    .values(uuid=server, project_id=project, created_at=now)
                )
                connection.execute(
                    old.tables['instance_actions']
                    .insert()
                    .values(
                        uuid=str(uuid.uuid4()),
                        instance_uuid=server,
                        action='a',
                        status='running',
                        created_at=now,
                        project_id=project,
                    )
                )
        migration.db_sync()
        with db.engine().connect() as connection:
            found = connection.execute(
                sa.select(
                    models.INSTANCES.c.uuid,
                    models.INSTANCES.c.project_id,
                    sa.func.count(models.ACTIONS.c.id),
                )
                .join(
                    models.ACTIONS,
                    models.ACTIONS.c.instance_uuid == models.INSTANCES.c.uuid,
                )
                .group_by(
                    models.INSTANCES.c.uuid, models.INSTANCES.c.project_id
                )
            ).all()
        self.assertEqual(
            {
                (lower, 'p', len(servers) - 3),
                (alone, 'p', 1),
                (foreign, 'p', 1),
                (foreign.upper(), 'q', 1),
            },
            {tuple(row) for row in found},
        )

    def write(self, tables):
        with db.engine().begin() as connection:
            for table in tables:
                connection.execute(
                    table.insert().values(
                        {
                            column.name: self.value(connection, column)
                            for column in table.columns
                            if not column.primary_key
                        }
                    )
                )
                self.assertNotEqual(
                    [], connection.execute(sa.select(table)).all()
                )

    def value(self, connection, column):
        for key in column.foreign_keys:
            return connection.execute(
                sa.select(sa.func.max(key.column))
            ).scalar()
        kind = column.type.python_type
        return (
            timeutils.utcnow()
            if kind is datetime.datetime
            else kind(1)
            if kind is int
            else str(uuid.uuid4())[: min(32, column.type.length or 32)]
        )

    def test_names_of_constraints(self):
        migration.db_sync()
        inspector = sa.inspect(db.engine())
        for table in models.Base.metadata.tables.values():
            for constraint in inspector.get_unique_constraints(table.name):
                self.assertEqual(
                    f'uniq_{table.name}0'
                    f'{"0".join(constraint["column_names"])}',
                    constraint['name'],
                )

    def columns(self):
        inspector = sa.inspect(db.engine())
        return {
            (table, column['name'], str(column['type']), column['nullable'])
            for table in inspector.get_table_names()
            for column in inspector.get_columns(table)
        }


class TestSqlite(_Tests, base.BaseTestCase):
    def test_a_second_one_waits_from_the_start(self):
        """Once it has read what there is to do, nobody else writes."""
        other = sqlite3.connect(db.engine().url.database, timeout=0)
        self.addCleanup(other.close)
        refused = []

        def try_to_write(_connection, _cursor, statement, *_):
            if statement.strip().startswith('CREATE TABLE'):
                try:
                    other.execute('BEGIN IMMEDIATE').connection.rollback()
                except sqlite3.OperationalError:
                    refused.append(True)
                else:
                    refused.append(False)

        sa.event.listen(db.engine(), 'before_cursor_execute', try_to_write)
        migration.db_sync()
        self.assertEqual({True}, set(refused))


class TestMysql(_Tests, base.BaseTestCase):
    BACKEND = 'mysql'

    def test_times_are_exact_and_texts_whole(self):
        migration.db_sync()
        types = {
            (table, name): kind for table, name, kind, _null in self.columns()
        }
        with db.engine().connect() as connection:
            made = {
                row[0]: row[1]
                for row in connection.exec_driver_sql(
                    'SELECT table_name, table_collation FROM '
                    'information_schema.tables WHERE table_schema = DATABASE()'
                )
            }
        for table in models.Base.metadata.tables.values():
            self.assertEqual('utf8mb4_bin', made[table.name])
            (key,) = table.primary_key
            self.assertEqual(
                'BIGINT', types[table.name, key.name].partition('(')[0]
            )
        with db.engine().connect() as connection:
            precisions = set(
                connection.exec_driver_sql(
                    'SELECT datetime_precision '
                    'FROM information_schema.columns '
                    'WHERE table_schema = DATABASE() '
                    "AND data_type = 'datetime'"
                ).scalars()
            )
        self.assertEqual({6}, precisions)

    def test_one_that_is_interrupted_is_run_again(self):
        """Each attempt makes one change more, which stays."""
        changes = 0

        def interrupt(_connection, _cursor, statement, *_more):
            nonlocal changes
            if statement.split()[0] in ('CREATE', 'DROP', 'ALTER'):
                changes += 1
                if changes > 1:
                    raise _Interrupted

        sa.event.listen(db.engine(), 'before_cursor_execute', interrupt)
        attempts = 0
        while migration.db_version() != migration.HEAD and attempts < 200:
            attempts += 1
            changes = 0
            with contextlib.suppress(_Interrupted):
                migration.db_sync()
        self.assertEqual(migration.HEAD, migration.db_version())
        self.assertGreater(attempts, 50)


class TestPostgresql(_Tests, base.BaseTestCase):
    BACKEND = 'postgresql'
