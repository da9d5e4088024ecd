# SPDX-License-Identifier: Apache-2.0
"""The rights that the install guide grants are enough, and no more."""

import pathlib
import re
import uuid

import sqlalchemy as sa

from nova_actions.db import api as db
from nova_actions.db import migration
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.tests import base
from nova_actions.tests import database

GUIDE = pathlib.Path(__file__).parents[3] / 'doc/source/install/index.rst'


def statements(caption, name):
    """Return the guide's statements for a database of that name."""
    text = GUIDE.read_text('utf-8').partition(f':caption: {caption}')[2]
    block = re.match(r'\n\n((?:(?: {6}.*)?\n)+)', text)[1]
    block = re.sub(r'CREATE DATABASE [^;]*;|--.*', '', block)
    block = block.replace('nova_actions', name)
    return [each.strip() for each in block.split(';') if each.strip()]


class _Tests:
    """Over a database that the guide's three users share."""

    def setUp(self):
        super().setUp()
        url = sa.make_url(database.create(self, self.BACKEND_OF_GUIDE))
        # Users are of the whole server.
        self.name = f'na_{uuid.uuid4().hex[:8]}'
        self.admin_engine = sa.create_engine(
            url, isolation_level='AUTOCOMMIT', poolclass=sa.NullPool
        )
        self.addCleanup(self.drop, url.database)
        self.grant(url.database)
        self.url = url

    def use(self, user):
        self.conf.set_override(
            'connection',
            self.url.set(
                username=f'{self.name}{user}',
                password='SECRET',
            ).render_as_string(False),
            group='database',
        )
        db.setup(self.conf)
        self.addCleanup(db.dispose)

    def test_each_can_do_its_work_and_no_more(self):
        self.use('_sync')
        migration.db_sync()
        self.use('')
        self.assertEqual(migration.HEAD, migration.db_version())
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        self.refused(
            'DROP TABLE instance_actions',
            'CREATE TABLE other (id INTEGER)',
            'ALTER TABLE instances ADD other INTEGER',
        )
        self.use('_api')
        self.assertEqual(migration.HEAD, migration.db_version())
        self.assertEqual(
            ['create'],
            [
                action.action
                for action in InstanceActionList.get_by_instance_uuid(
                    self.context, self.instance_uuid
                )
            ],
        )
        self.refused(
            "UPDATE instances SET user_id = 'x'",
            'DELETE FROM instance_actions_events',
            'DROP TABLE instance_actions',
        )

    def refused(self, *texts):
        engine = sa.create_engine(
            self.conf.database.connection, poolclass=sa.NullPool
        )
        for text in texts:
            with engine.connect() as connection:
                error = self.assertRaises(
                    sa.exc.DBAPIError, connection.exec_driver_sql, text
                )
                self.assertRegex(str(error), 'denied|must be owner')


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND_OF_GUIDE = 'mysql'

    def grant(self, name):
        with self.admin_engine.connect() as connection:
            for text in statements('MySQL and MariaDB', self.name):
                connection.exec_driver_sql(
                    text.replace(f'ON {self.name}.*', f'ON {name}.*').replace(
                        '%', '%%'
                    )
                )

    def drop(self, _name):
        with self.admin_engine.connect() as connection:
            for user in ('_sync', '', '_api'):
                connection.exec_driver_sql(
                    f"DROP USER IF EXISTS '{self.name}{user}'@'%%'"
                )


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND_OF_GUIDE = 'postgresql'

    def grant(self, name):
        with self.admin_engine.connect() as connection:
            for text in statements('PostgreSQL', self.name):
                if text.startswith('SET ROLE'):
                    connection.exec_driver_sql(
                        f'ALTER DATABASE {name} OWNER TO {self.name}_sync'
                    )
                connection.exec_driver_sql(text)

    def drop(self, _name):
        with self.admin_engine.connect() as connection:
            for user in ('_sync', '', '_api'):
                connection.exec_driver_sql(
                    f'REASSIGN OWNED BY {self.name}{user} TO postgres; '
                    f'DROP OWNED BY {self.name}{user}; '
                    f'DROP ROLE {self.name}{user}'
                )
