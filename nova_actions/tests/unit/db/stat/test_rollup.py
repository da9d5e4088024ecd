# SPDX-License-Identifier: Apache-2.0
"""Hours that are counted: when, by whom, and that it is not lost."""

import datetime
import uuid

import fixtures
import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db import report
from nova_actions.db.models import ROLLUP_MARKS
from nova_actions.db.models import ROLLUP_STATE
from nova_actions.db.models import ROLLUPS
from nova_actions.db.stat import mark
from nova_actions.db.stat import rollup
from nova_actions.objects.stat import StatList
from nova_actions.tests import base
from nova_actions.tests.unit.db import test_report
from nova_actions.upkeep import retention
from nova_actions.upkeep import stale_reporter

HOUR = datetime.timedelta(hours=1)


class Rollups:
    """What each test of hourly counts has."""

    def setUp(self):
        super().setUp()
        self.began = timeutils.utcnow() - 5 * HOUR

    def report(self, kind, name, **values):
        return test_report.make(
            kind, self.instance_uuid, name, start_time=self.began, **values
        )

    def apply(self, *reports):
        for answer in report.apply(self.admin, reports):
            self.assertEqual('applied', answer.verdict, answer.error)

    def count(self):
        while rollup.advance(self.admin, 'one'):
            pass

    def ask(self, **terms):
        found = StatList.get_by_terms_anywhere(self.admin, terms)
        [group] = found.objects
        return found, group

    def rows(self, table):
        with db.engine().connect() as connection:
            return connection.execute(sa.select(table)).all()


class _Tests(Rollups):
    def test_an_hour_is_counted_and_recounted(self):
        step = self.report(
            'start', 'build', host='h', epoch=str(uuid.UUID(int=1))
        )
        self.apply(self.report('action', 'create'), step)
        found, group = self.ask()
        self.assertEqual(('rows', 1), (found.source, group.open))
        self.count()
        found, group = self.ask()
        self.assertEqual(('rollups and rows', 1), (found.source, group.open))
        stale_reporter.close(self.admin, step['epoch'], 'it died')
        self.count()
        self.assertEqual(1, self.ask()[1].interrupted)
        self.apply(
            {
                **step,
                'kind': 'finish',
                'result': 'Success',
                'finish_time': self.began + HOUR,
            }
        )
        self.count()
        _found, group = self.ask()
        self.assertEqual(
            (1, 0, 0, 3600 * 10**6),
            (group.succeeded, group.interrupted, group.open, group.longest),
        )
        self.assertEqual([], self.rows(ROLLUP_MARKS))

    def test_it_outlives_a_purge(self):
        self.apply(
            self.report('action', 'create'),
            self.report(
                'finish', 'build', host='h', finish_time=self.began + HOUR
            ),
        )
        self.count()
        before = self.ask()[1]
        for _done in retention.purge(
            self.admin,
            retention.Selection(timeutils.utcnow() + HOUR),
            pause=lambda: None,
        ):
            # Nor is it counted twice meanwhile.
            self.assertEqual(before.count, self.ask()[1].count)
        self.count()
        found, after = self.ask()
        self.assertEqual(before.obj_to_primitive(), after.obj_to_primitive())
        # The range begins within an hour, of which the rows are gone.
        self.assertFalse(found.is_complete)

    def test_what_was_there_before_is_counted_hour_by_hour(self):
        for number in range(3):
            self.apply(
                test_report.make(
                    'action',
                    self.instance_uuid,
                    'create',
                    f'req-{number}',
                    start_time=self.began - 24 * number * HOUR,
                )
            )
        with db.engine().begin() as connection:
            connection.execute(sa.delete(ROLLUP_MARKS))
        turns = []
        while rollup.advance(self.admin, 'one'):
            turns.append(len(self.rows(ROLLUPS)))
            self.assertEqual(3, self.ask()[1].count)
        self.assertEqual([1, 2, 3, 3], turns)

    def test_rows_and_hours_share_a_limit(self):
        for age in (0, 5):
            self.began = timeutils.utcnow() - age * HOUR
            self.apply(
                self.report(
                    'action', 'create', request_id=f'req-{uuid.uuid4()}'
                )
            )
        self.count()
        self.useFixture(
            fixtures.MonkeyPatch('nova_actions.db.stat.count.CELLS', 2)
        )
        found, group = self.ask()
        self.assertEqual(('rollups and rows', 2), (found.source, group.count))
        self.useFixture(
            fixtures.MonkeyPatch('nova_actions.db.stat.count.CELLS', 1)
        )
        self.assertRaises(exception.StatTooLarge, self.ask)

    def test_times_at_the_ends_of_the_calendar(self):
        for terms in (
            {'started_after': '9999-12-31T23:30:00Z'},
            {'started_before': '0001-01-02T00:00:00Z'},
        ):
            found = StatList.get_by_terms_anywhere(self.admin, terms)
            self.assertEqual([], found.objects)

    def test_the_past_is_counted_while_hours_change(self):
        for age in range(4):
            self.began = timeutils.utcnow() - age * 24 * HOUR - 5 * HOUR
            self.apply(
                self.report(
                    'action', 'create', request_id=f'req-{uuid.uuid4()}'
                )
            )
        for _turn in range(8):
            with db.engine().begin() as connection:
                mark.add(
                    connection,
                    [timeutils.utcnow() - 5 * HOUR],
                    timeutils.utcnow(),
                )
            self.assertTrue(rollup.advance(self.admin, 'one'))
        [state] = self.rows(ROLLUP_STATE)
        self.assertEqual(rollup.BEGINNING, state.rolled_from)
        self.assertEqual(4, sum(row.count for row in self.rows(ROLLUPS)))

    def test_one_counts_at_a_time(self):
        self.apply(self.report('action', 'create'))
        self.assertTrue(rollup.advance(self.admin, 'one'))
        self.assertFalse(rollup.advance(self.admin, 'two'))
        rollup.release(self.admin, 'one')
        self.assertTrue(rollup.advance(self.admin, 'two'))
        self.assertEqual(
            ['two'], [row.holder for row in self.rows(ROLLUP_STATE)]
        )

    def test_a_call_in_its_hour_marks_nothing(self):
        self.began = timeutils.utcnow()
        self.apply(
            self.report('action', 'create'),
            self.report('finish', 'build', host='h', finish_time=self.began),
        )
        self.assertEqual([], self.rows(ROLLUP_MARKS))


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'
