# SPDX-License-Identifier: Apache-2.0
"""Hourly counts that are too old go; what is answered stays true."""

import datetime
import uuid

import fixtures
import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db.models import ROLLUP_STATE
from nova_actions.db.models import ROLLUPS
from nova_actions.db.stat import expiry
from nova_actions.db.stat import mark
from nova_actions.objects.stat import StatList
from nova_actions.tests import base
from nova_actions.tests.unit.db import test_report
from nova_actions.tests.unit.db.stat import test_rollup
from nova_actions.upkeep import retention

DAY = datetime.timedelta(days=1)
AGES = (1, 2, 3, 10, 20)


class _Tests(test_rollup.Rollups):
    def setUp(self):
        super().setUp()
        self.now = timeutils.utcnow()
        self.apply(
            *(
                test_report.make(
                    'action',
                    self.instance_uuid,
                    'create',
                    f'req-{uuid.uuid4()}',
                    start_time=self.now - age * DAY,
                )
                for age in AGES
            )
        )
        self.count()

    def expire(self, age):
        removed = 0
        while count := expiry.expire(self.admin, self.now - age * DAY):
            self.assertLessEqual(count, expiry.BATCH)
            removed += count
        return removed

    def purge(self, age):
        for _done in retention.purge(
            self.admin,
            retention.Selection(timeutils.utcnow() - age * DAY),
            pause=lambda: None,
        ):
            pass

    def end(self):
        with db.engine().begin() as connection:
            connection.execute(
                sa.text(
                    "UPDATE instance_actions SET status = 'succeeded', "
                    'finish_time = start_time, created_at = start_time, '
                    'updated_at = start_time'
                )
            )

    def of_days(self, days):
        after = mark.hour_of(self.now - days * DAY)
        found = StatList.get_by_terms_anywhere(
            self.admin, {'started_after': after.isoformat()}
        )
        count = sum(group.count for group in found.objects)
        return count, found.is_complete, found.source

    def test_hours_are_then_counted_from_the_actions(self):
        self.assertEqual(2, self.expire(5))
        self.assertEqual(
            (5, True, 'rollups and rows'), self.of_days(max(AGES) + 1)
        )
        self.assertEqual((3, True), self.of_days(4)[:2])
        # They are not counted again.
        self.count()
        self.assertEqual(3, len(self.rows(ROLLUPS)))
        self.assertEqual(0, self.expire(5))

    def test_what_is_purged_is_gone(self):
        self.end()
        self.purge(5)
        self.assertEqual((5, True), self.of_days(max(AGES) + 1)[:2])
        self.expire(5)
        self.assertEqual((3, False), self.of_days(max(AGES) + 1)[:2])
        self.assertEqual((3, True), self.of_days(4)[:2])

    def test_what_is_purged_later_goes_too(self):
        self.end()
        self.expire(5)
        self.purge(5)
        self.expire(5)
        self.assertEqual(3, len(self.rows(ROLLUPS)))

    def test_in_batches(self):
        self.useFixture(
            fixtures.MonkeyPatch('nova_actions.db.stat.expiry.BATCH', 2)
        )
        self.assertEqual(len(AGES), self.expire(0))

    def test_all(self):
        self.expire(-1)
        self.count()
        self.assertEqual([], self.rows(ROLLUPS))
        self.assertEqual((5, True, 'rows'), self.of_days(max(AGES) + 1))

    def test_before_anybody_has_counted(self):
        with db.engine().begin() as connection:
            connection.execute(sa.delete(ROLLUP_STATE))
        self.assertEqual(0, self.expire(5))

    def test_an_answer_reads_so_many_and_no_more(self):
        self.useFixture(
            fixtures.MonkeyPatch('nova_actions.db.stat.count.ROLLUPS_READ', 4)
        )
        error = self.assertRaises(
            exception.StatTooLarge, self.of_days, max(AGES) + 1
        )
        self.assertIn('started_after', error.format_message())
        self.assertIn('more than 4 hourly', error.format_message())
        self.assertEqual((3, True), self.of_days(4)[:2])


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'
