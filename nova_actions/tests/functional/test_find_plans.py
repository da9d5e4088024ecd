# SPDX-License-Identifier: Apache-2.0
"""Each filter of the search, and each pair, reads its first page from an
index, by the database's own word and by how many rows it has read."""

import contextlib
import datetime
import itertools
import json
import statistics
import time
import unittest
import uuid

import sqlalchemy as sa
from testtools import content

from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.db.search import scan
from nova_actions.objects.action_summary import ActionSummaryList
from nova_actions.tests import FULL
from nova_actions.tests import base

SERVERS = 5_000
PROJECTS = 50
BATCH = 5_000
NOW = datetime.datetime(2026, 1, 5, 13, 38, 20)
#: How the names of tables begin that have many rows.
BIG = ('instance_actions', 'stat_rollups')

FILTERS = {
    'server': str(uuid.UUID(int=7)),
    'server_name': 'n7',
    'action': 'rare',
    'status': 'interrupted',
    'user_id': 'user7',
    'host': 'host7',
    'event': 'rare',
    'reason': 'quota',
    'request_id': 'req-7',
    'global_request_id': 'req-global-7',
    'started_after': (NOW - datetime.timedelta(minutes=9)).isoformat(),
    'updated_after': (NOW - datetime.timedelta(minutes=9)).isoformat(),
    'open_longer_than': '1s',
    'min_duration': '1h',
}
#: Each filter, each pair, the other orders, and what most actions are.
SEARCHES = (
    {},
    *({name: FILTERS[name]} for name in FILTERS),
    *(
        {name: FILTERS[name] for name in pair}
        for pair in itertools.combinations(FILTERS, 2)
    ),
    *(
        {'sort': order}
        for order in ('started_at:asc', 'updated_at:desc', 'updated_at:asc')
    ),
    {'status': 'succeeded'},
)

_UUID = "CAST(CAST(lpad(to_hex({}), 32, '0') AS uuid) AS text)"
_BEGAN = f"TIMESTAMP '{NOW}' - n * INTERVAL '1 second'"
#: What _Tests.fill() inserts, by PostgreSQL itself.
_FILL = (
    f"""
    INSERT INTO instances (uuid, created_at, display_name, project_id, deleted)
    SELECT {_UUID.format('n')}, TIMESTAMP '{NOW}', 'n' || n,
        'p' || n % {PROJECTS}, 0
    FROM generate_series(0, {SERVERS - 1}) AS n
    """,
    f"""
    INSERT INTO instance_actions (id, uuid, instance_uuid, owner_id,
        created_at, start_time, updated_at, finish_time, action, status,
        user_id, request_id, global_request_id, deleted)
    SELECT n + 1, {_UUID.format('n')}, {_UUID.format(f'n % {SERVERS}')},
        'p' || n % {SERVERS} % {PROJECTS},
        {_BEGAN}, {_BEGAN}, {_BEGAN}, {_BEGAN},
        CASE WHEN n % 5000 = 7 THEN 'rare' ELSE 'reboot' END,
        CASE WHEN n % 5000 = 7 THEN 'interrupted' ELSE 'succeeded' END,
        'user' || n % 500, 'req-' || n,
        CASE WHEN n % 5000 = 7 THEN 'req-global-' || n END, 0
    FROM generate_series(0, :actions - 1) AS n
    """,
    f"""
    INSERT INTO instance_actions_events (uuid, action_id, created_at, event,
        host, result, reason, redactions, deleted)
    SELECT {_UUID.format('n * :each + step')}, n + 1, TIMESTAMP '{NOW}',
        CASE WHEN n % 5000 = 7
            THEN 'rare' ELSE 'compute_reboot_instance' END,
        'host' || n % 300, 'Success',
        CASE WHEN n % 5000 = 7 THEN 'quota' END, 0, 0
    FROM generate_series(0, :actions - 1) AS n,
        generate_series(0, :each - 1) AS step
    """,
)


class _Tests:
    SEARCHES = SEARCHES
    ACTIONS = 50_000
    EVENTS_EACH = 1

    def setUp(self):
        super().setUp()
        self.fill()
        self.statements = []
        engine = db.engine()
        sa.event.listen(engine, 'before_cursor_execute', self.note)
        self.addCleanup(
            sa.event.remove, engine, 'before_cursor_execute', self.note
        )

    def note(
        self,
        _connection,
        _cursor,
        statement,
        parameters,
        _context,
        _executemany,
    ):
        if 'instance_actions' in statement:
            self.statements.append((statement, parameters))

    def fill(self):
        with db.engine().begin() as connection:
            connection.execute(
                sa.insert(models.INSTANCES),
                [
                    {
                        'uuid': str(uuid.UUID(int=number)),
                        'created_at': NOW,
                        'display_name': f'n{number}',
                        'project_id': f'p{number % PROJECTS}',
                    }
                    for number in range(SERVERS)
                ],
            )
            for start in range(0, self.ACTIONS, BATCH):
                numbers = range(start, start + BATCH)
                connection.execute(
                    sa.insert(models.ACTIONS), list(map(self.action, numbers))
                )
                connection.execute(
                    sa.insert(models.EVENTS),
                    [
                        self.step(number, each)
                        for number in numbers
                        for each in range(self.EVENTS_EACH)
                    ],
                )
        self.analyze()

    def analyze(self):
        with (
            db.engine()
            .connect()
            .execution_options(isolation_level='AUTOCOMMIT') as connection
        ):
            for table in models.Base.metadata.tables:
                connection.exec_driver_sql(self.ANALYZE.format(table))

    @staticmethod
    def action(number):
        began = NOW - datetime.timedelta(seconds=number)
        server = number % SERVERS
        is_rare = number % 5000 == 7
        return {
            'id': number + 1,
            'uuid': str(uuid.UUID(int=number)),
            'instance_uuid': str(uuid.UUID(int=server)),
            'owner_id': f'p{server % PROJECTS}',
            'created_at': began,
            'start_time': began,
            'updated_at': began,
            'finish_time': began,
            'action': 'rare' if is_rare else 'reboot',
            'status': 'interrupted' if is_rare else 'succeeded',
            'user_id': f'user{number % 500}',
            'request_id': f'req-{number}',
            'global_request_id': f'req-global-{number}' if is_rare else None,
        }

    def step(self, number, each):
        is_rare = number % 5000 == 7
        return {
            'uuid': str(uuid.UUID(int=number * self.EVENTS_EACH + each)),
            'action_id': number + 1,
            'created_at': NOW,
            'event': 'rare' if is_rare else 'compute_reboot_instance',
            'host': f'host{number % 300}',
            'result': 'Success',
            'reason': 'quota' if is_rare else None,
        }

    def search(self, terms, project):
        if project is None:
            return ActionSummaryList.get_by_terms_anywhere(
                self.admin, terms, limit=50
            )
        return ActionSummaryList.get_by_terms(
            self.admin, project, terms, limit=50
        )

    def test_each_search(self):
        with db.engine().connect() as connection:
            for terms in self.SEARCHES:
                for project in (None, 'p7'):
                    self.check_search(connection, terms, project)
                    connection.rollback()

    def check_search(self, connection, terms, project):
        self.statements.clear()
        self.search(terms, project)
        self.assertNotEqual([], self.statements)
        for statement, parameters in list(self.statements):
            self.check_plan(
                connection, statement, parameters, (terms, project)
            )


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
    ANALYZE = 'ANALYZE {}'
    #: How many rows a step of a plan reads, at the most.
    ROWS = scan.VISITS

    def check_plan(self, connection, statement, parameters, asked):
        # The planner has its way, so it is asked what it did.
        found = connection.exec_driver_sql(
            f'EXPLAIN (ANALYZE, FORMAT JSON) {statement}', parameters
        ).scalar()
        [plan] = json.loads(found) if isinstance(found, str) else found
        for step in self.steps(plan['Plan']):
            if step.get('Relation Name', '').startswith(BIG):
                self.assertNotEqual(
                    'Seq Scan', step['Node Type'], (asked, statement)
                )
            read = step['Actual Loops'] * (
                step['Actual Rows'] + step.get('Rows Removed by Filter', 0)
            )
            self.assertLessEqual(read, self.ROWS, (asked, statement))

    def steps(self, plan):
        yield plan
        for below in plan.get('Plans', ()):
            yield from self.steps(below)


class TestOldStatistics(TestPostgresql):
    """A reason that has become common since the statistics were taken."""

    SEARCHES = tuple(terms for terms in SEARCHES if 'reason' in terms)
    #: One step of so many has it.
    SHARE = 11

    def analyze(self):
        with db.engine().begin() as connection:
            connection.exec_driver_sql(
                'ALTER TABLE instance_actions_events '
                'SET (autovacuum_enabled = false)'
            )
        super().analyze()
        with db.engine().begin() as connection:
            connection.execute(
                sa.update(models.EVENTS)
                .where(models.EVENTS.c.action_id % self.SHARE == 0)
                .values(reason='quota')
            )


@unittest.skipUnless(FULL, 'only with NOVA_ACTIONS_FULL=1')
class TestMillion(TestPostgresql):
    """The same on a large database; the test's details have the figures."""

    ACTIONS = 1_000_000
    EVENTS_EACH = 3
    #: A step of a plan may read the events of each action it looks at.
    ROWS = EVENTS_EACH * scan.VISITS
    ROUNDS = 3

    def fill(self):
        """Fill the tables with what the others have, in the database."""
        number = {'actions': self.ACTIONS, 'each': self.EVENTS_EACH}
        with db.engine().begin() as connection:
            for statement in _FILL:
                connection.execute(sa.text(statement), number)
        self.analyze()

    def test_each_search(self):
        self.took = {'ours': [], 'driver': []}
        super().test_each_search()
        p95 = {
            name: statistics.quantiles(values, n=20)[-1]
            for name, values in self.took.items()
        }
        self.addDetail(
            'figures',
            content.text_content(
                f'{len(SEARCHES)} searches of all and of one project, p95: '
                f'{p95["ours"] * 1000:.1f} ms, the same statements by the '
                f'bare driver {p95["driver"] * 1000:.1f} ms, ratio '
                f'{p95["ours"] / p95["driver"]:.2f}'
            ),
        )

    def check_search(self, connection, terms, project):
        super().check_search(connection, terms, project)
        statements = list(self.statements)
        cursor = connection.connection.cursor()
        for _round in range(self.ROUNDS):
            with self.timed('ours'):
                self.search(terms, project)
            with self.timed('driver'):
                for statement, parameters in statements:
                    cursor.execute(statement, parameters)
                    cursor.fetchall()

    @contextlib.contextmanager
    def timed(self, name):
        began = time.perf_counter()
        yield
        self.took[name].append(time.perf_counter() - began)


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'
    ANALYZE = 'ANALYZE TABLE {}'

    def check_plan(self, connection, statement, parameters, asked):
        plan = (
            connection.exec_driver_sql(f'EXPLAIN {statement}', parameters)
            .mappings()
            .all()
        )
        for step in plan:
            if str(step['table']).startswith(BIG):
                self.assertIsNotNone(step['key'], (asked, statement))
                self.assertNotEqual('ALL', step['type'], (asked, statement))
        before = self.handlers(connection)
        connection.exec_driver_sql(statement, parameters).all()
        self.assertLessEqual(
            self.handlers(connection) - before,
            scan.VISITS,
            (asked, statement),
        )

    def handlers(self, connection):
        """Return how many rows this connection has read."""
        return sum(
            int(row[1])
            for row in connection.exec_driver_sql(
                "SHOW SESSION STATUS LIKE 'Handler_read%%'"
            )
        )
