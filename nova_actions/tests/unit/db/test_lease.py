# SPDX-License-Identifier: Apache-2.0
"""Leases, by the database's clock."""

import datetime

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base as oslo_base

from nova_actions.db import engine
from nova_actions.db import lease
from nova_actions.db.models import FOLLOWED_CELLS
from nova_actions.tests import base

AT = datetime.datetime(2026, 3, 1, 12)
SECOND = datetime.timedelta(seconds=1)
holders = st.sampled_from((None, lease.NOBODY, 'one', 'two'))


class TestIsFree(oslo_base.BaseTestCase):
    @given(holders, st.integers(-2, 2))
    def test_others_wait_until_its_end(self, holder, seconds):
        row = {'holder': holder, 'lease_end': AT + seconds * SECOND}
        self.assertTrue(lease.is_free(row, holder, AT))
        self.assertEqual(seconds <= 0, lease.is_free(row, 'three', AT))
        self.assertTrue(lease.is_free({**row, 'lease_end': None}, 'three', AT))


class _Tests:
    def test_clock_is_utc_and_goes_on_within_a_transaction(self):
        before = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        with engine.begun() as connection:
            first = lease.now(connection)
            while (second := lease.now(connection)) == first:
                pass
        self.assertLess(first, second)
        self.assertLess(abs(first - before), 60 * SECOND)

    def test_wanted(self):
        names = {'a': None, 'b': lease.NOBODY, 'c': 'one'}
        with engine.begun() as connection:
            connection.execute(
                sa.insert(FOLLOWED_CELLS),
                [
                    {'cell': cell, 'holder': holder, 'created_at': AT}
                    for cell, holder in names.items()
                ],
            )
            found = connection.execute(
                sa.select(FOLLOWED_CELLS.c.cell).where(
                    lease.is_wanted(FOLLOWED_CELLS.c.holder)
                )
            ).scalars()
            self.assertEqual({'a', 'c'}, set(found))


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
