# SPDX-License-Identifier: Apache-2.0
"""Which hours are counted again."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from nova_actions.db import engine
from nova_actions.db.models import ROLLUP_MARKS
from nova_actions.db.stat import mark
from nova_actions.tests import base
from nova_actions.tests.functional import fuzz

NOW = datetime.datetime(2026, 3, 1, 12, 34, 56)
times = st.datetimes(NOW - 5 * mark.HOUR, NOW + 5 * mark.HOUR)


class _Tests:
    def add(self, moments):
        with engine.engine().connect() as connection:
            mark.add(connection, moments, NOW)
            rows = connection.execute(ROLLUP_MARKS.select()).all()
            connection.rollback()
        return sorted(row.hour for row in rows)

    @fuzz.examples(30)
    @given(st.lists(st.none() | times))
    def test_each_hour_that_is_over_once(self, moments):
        hours = self.add(moments)
        self.assertEqual(sorted(set(hours)), hours)
        for hour in hours:
            self.assertEqual(
                (0, 0, 0), (hour.minute, hour.second, hour.microsecond)
            )
            self.assertLessEqual(hour + mark.HOUR, NOW)
        for moment in moments:
            if moment is not None:
                self.assertEqual(
                    mark.hour_of(moment) + mark.HOUR <= NOW,
                    any(hour <= moment < hour + mark.HOUR for hour in hours),
                )


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
