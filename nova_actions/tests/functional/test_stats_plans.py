# SPDX-License-Identifier: Apache-2.0
"""Statistics are answered from indexes: what is counted by the hour of some
hours, and the rows of the rest."""

from nova_actions.db import api as db
from nova_actions.db.stat import rollup
from nova_actions.objects.stat import StatList
from nova_actions.tests.functional import test_find_plans

#: Two whole hours, of about fourteen, and minutes of two others.
HOURS = {
    'started_after': '2026-01-05T09:57',
    'started_before': '2026-01-05T12:03',
}
MINUTES = {
    'started_after': '2026-01-05T11:55',
    'started_before': '2026-01-05T12:01',
}
QUESTIONS = (
    {**HOURS, 'by': 'host'},
    {**HOURS, 'by': ['action', 'hour']},
    {**HOURS, 'by': 'action'},
    {**HOURS, 'by': 'event', 'host': 'host7'},
    {**HOURS, 'by': 'project', 'action': 'rare'},
    {**HOURS, 'by': 'day', 'status': 'failed'},
    {**MINUTES, 'by': 'host', 'reason': 'quota'},
    {**MINUTES, 'by': 'action', 'user_id': 'user7'},
)


class _Tests(test_find_plans._Tests):
    test_each_search = None

    def fill(self):
        super().fill()
        while rollup.advance(self.admin, 'test'):
            pass
        self.analyze()

    def note(
        self, connection, cursor, statement, parameters, context, executemany
    ):
        if 'stat_rollups' in statement:
            self.statements.append((statement, parameters))
        super().note(
            connection, cursor, statement, parameters, context, executemany
        )

    def test_each_question(self):
        with db.engine().connect() as connection:
            for asked in QUESTIONS:
                for project in (None, 'p7'):
                    self.statements.clear()
                    if project is None:
                        found = StatList.get_by_terms_anywhere(
                            self.admin, asked
                        )
                    else:
                        found = StatList.get_by_terms(
                            self.admin, project, asked
                        )
                    self.assertNotEqual([], self.statements)
                    for statement, parameters in list(self.statements):
                        self.check_plan(
                            connection,
                            statement,
                            parameters,
                            (found.source, asked, project),
                        )
                    connection.rollback()


class TestPostgresql(_Tests, test_find_plans.TestPostgresql):
    pass


class TestMysql(_Tests, test_find_plans.TestMysql):
    pass
