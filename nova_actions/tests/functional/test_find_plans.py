# SPDX-License-Identifier: Apache-2.0
"""Each filter of the search, and each pair, reads its first page from an
index, by the database's own word and by how many rows it has read."""

import datetime
import itertools
import json
import uuid

import sqlalchemy as sa

from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.db.search import scan
from nova_actions.objects.action_summary import ActionSummaryList
from nova_actions.tests import FULL
from nova_actions.tests import base

ACTIONS = 1_000_000 if FULL else 50_000
EVENTS_EACH = 3 if FULL else 1
SERVERS = 5_000
PROJECTS = 50
BATCH = 5_000
NOW = datetime.datetime(2026, 1, 5, 13, 38, 20)
#: How the names of tables begin that have many rows.
BIG = ('instance_actions', 'stat_rollups')
#: More than any plan without an index would do with.
ROWS = 3 * scan.VISITS if FULL else scan.VISITS

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


class _Tests:
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
            for start in range(0, ACTIONS, BATCH):
                numbers = range(start, start + BATCH)
                connection.execute(
                    sa.insert(models.ACTIONS), list(map(self.action, numbers))
                )
                connection.execute(
                    sa.insert(models.EVENTS),
                    [
                        self.step(number, each)
                        for number in numbers
                        for each in range(EVENTS_EACH)
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

    @staticmethod
    def step(number, each):
        is_rare = number % 5000 == 7
        return {
            'uuid': str(uuid.UUID(int=number * EVENTS_EACH + each)),
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

    def test_each_filter_and_each_pair(self):
        terms = [
            {},
            *({name: FILTERS[name]} for name in FILTERS),
            *(
                {name: FILTERS[name] for name in pair}
                for pair in itertools.combinations(FILTERS, 2)
            ),
        ]
        with db.engine().connect() as connection:
            for asked in terms:
                for project in (None, 'p7'):
                    self.statements.clear()
                    self.search(asked, project)
                    self.assertNotEqual([], self.statements)
                    for statement, parameters in list(self.statements):
                        self.check_plan(
                            connection, statement, parameters, (asked, project)
                        )
                    connection.rollback()

    def test_the_other_orders(self):
        self.check_searches(
            {'sort': order}
            for order in (
                'started_at:asc',
                'updated_at:desc',
                'updated_at:asc',
            )
        )

    def test_what_most_actions_are(self):
        self.check_searches([{'status': 'succeeded'}])

    def check_searches(self, searches):
        with db.engine().connect() as connection:
            for terms in searches:
                for project in (None, 'p7'):
                    self.statements.clear()
                    self.search(terms, project)
                    for statement, parameters in list(self.statements):
                        self.check_plan(
                            connection, statement, parameters, (terms, project)
                        )


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
    ANALYZE = 'ANALYZE {}'

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
            self.assertLessEqual(read, ROWS, (asked, statement))

    def steps(self, plan):
        yield plan
        for below in plan.get('Plans', ()):
            yield from self.steps(below)


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
            self.handlers(connection) - before, ROWS, (asked, statement)
        )

    def handlers(self, connection):
        """Return how many rows this connection has read."""
        return sum(
            int(row[1])
            for row in connection.exec_driver_sql(
                "SHOW SESSION STATUS LIKE 'Handler_read%%'"
            )
        )
