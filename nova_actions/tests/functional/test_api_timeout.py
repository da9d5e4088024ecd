# SPDX-License-Identifier: Apache-2.0
"""A statement of the API that takes too long: its client is told so, and the
database no longer works on it."""

import logging
import subprocess
import sys

import fixtures as base_fixtures
import sqlalchemy as sa

from nova_actions.db import api as db
from nova_actions.tests.functional import test_api_wsgi as wsgi
from nova_actions.tests.unit.api import base

#: Seconds.
TIMEOUT = 0.3


class _Tests:
    BACKEND: str
    LOCK: str
    UNLOCK: str
    #: What works on a statement of this database, but for who asks.
    AT_WORK: str

    def setUp(self):
        super().setUp()
        self.record('create')
        db.setup(self.conf, TIMEOUT)
        self.engine = sa.create_engine(self.conf.database.connection)
        self.addCleanup(self.engine.dispose)
        self.log = self.useFixture(
            base_fixtures.FakeLogger(level=logging.INFO)
        )

    def test_it_is_broken_off(self):
        with self.engine.connect() as other:
            other.exec_driver_sql(self.LOCK)
            answer = self.get(self.path)
            self.assertEqual(503, answer.status_code)
            self.assertEqual(
                'The database took too long to answer; try again later.',
                answer.json['serviceUnavailable']['message'],
            )
            self.assertIn('Retry-After', answer.headers)
            self.assertEqual(
                [], other.exec_driver_sql(self.AT_WORK).fetchall()
            )
            other.exec_driver_sql(self.UNLOCK)
        self.assertEqual(200, self.get(self.path).status_code)
        self.assertIn('[api] database_timeout', self.log.output)
        self.assertNotIn('Traceback', self.log.output)

    def test_what_is_quick_enough(self):
        self.assertEqual(200, self.get(self.path).status_code)


class TestMysql(_Tests, base.ApiTestCase):
    BACKEND = 'mysql'
    LOCK = (
        'LOCK TABLES instances WRITE, instance_actions WRITE, '
        'instance_actions_events WRITE'
    )
    UNLOCK = 'UNLOCK TABLES'
    AT_WORK = (
        'SELECT info FROM information_schema.processlist '
        'WHERE db = database() AND info IS NOT NULL '
        'AND id != connection_id()'
    )


class TestPostgresql(_Tests, base.ApiTestCase):
    BACKEND = 'postgresql'
    LOCK = (
        'LOCK TABLE instances, instance_actions, '
        'instance_actions_events IN ACCESS EXCLUSIVE MODE'
    )
    UNLOCK = 'ROLLBACK'
    AT_WORK = (
        "SELECT query FROM pg_stat_activity WHERE state = 'active' "
        'AND datname = current_database() '
        'AND pid != pg_backend_pid()'
    )


_SHOW = """
from nova_actions.db import api as db
def show(*args, **kwargs):
    with db.engine().connect() as connection:
        print(connection.exec_driver_sql('SHOW statement_timeout').scalar())
"""
#: A process that shows the limit which it sets.
_PROCESSES = {
    'nova-actions-api': _SHOW
    + """
from nova_actions.cmd import api, serving
serving.serve = show
api.main(['--config-file', __import__('sys').argv[1]])
""",
    'WSGI': _SHOW
    + """
from nova_actions.wsgi import api
api._build()
show()
""",
}


class TestProcesses(wsgi.WsgiTestCase):
    BACKEND = 'postgresql'

    def test_they_set_the_limit(self):
        for name, code in _PROCESSES.items():
            done = subprocess.run(
                [
                    sys.executable,
                    '-c',
                    code,
                    self.environment['NOVA_ACTIONS_CONFIG_FILE'],
                ],
                env=self.environment,
                check=True,
                capture_output=True,
                text=True,
            )
            self.assertIn('30s', done.stdout.splitlines(), name)
