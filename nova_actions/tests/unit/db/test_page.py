# SPDX-License-Identifier: Apache-2.0
import datetime

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.db import page

_ROWS = sa.Table(
    'rows',
    sa.MetaData(),
    sa.Column('id', sa.Integer, primary_key=True),
    sa.Column('created_at', sa.DateTime),
)
_TIMES = st.one_of(
    st.none(),
    st.sampled_from([datetime.datetime(2026, 1, day) for day in range(1, 4)]),
)


class TestPlace(base.BaseTestCase):
    @given(st.lists(_TIMES, max_size=8), st.data())
    def test_pages_are_the_list(self, times, data):
        engine = sa.create_engine('sqlite://')
        self.addCleanup(engine.dispose)
        with engine.begin() as connection:
            _ROWS.create(connection)
            for number, time in enumerate(times):
                connection.execute(
                    sa.insert(_ROWS).values(id=number, created_at=time)
                )
            order = page.newest(sa.select(_ROWS), _ROWS, None)
            rows = connection.execute(order).all()
            for at, row in enumerate(rows):
                included = data.draw(st.booleans())
                place = page.Place(
                    row.created_at or datetime.datetime.min, row.id, included
                )
                self.assertEqual(
                    rows[at if included else at + 1 :],
                    connection.execute(order.where(place.admits(_ROWS))).all(),
                )


class TestChunks(base.BaseTestCase):
    @given(st.integers(0, 3 * page.CHUNK))
    def test_each_value_is_in_one(self, number):
        values = range(number)
        found = page.chunks(values)
        self.assertEqual(
            list(values), [each for some in found for each in some]
        )
        self.assertTrue(all(0 < len(some) <= page.CHUNK for some in found))


class TestWithin(base.BaseTestCase):
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([0, 1, page.EVENT_BYTES // 2]),
                st.sampled_from([0, page.EVENT_BYTES // 3]),
            ),
            max_size=6,
        )
    )
    def test_as_many_as_fit(self, sizes):
        rows = [
            {'traceback': 'x' * one or None, 'details': 'x' * other or None}
            for one, other in sizes
        ]
        found = page.within(rows, 10)
        self.assertEqual(rows[: len(found)], found)
        self.assertLessEqual(
            sum(map(sum, sizes[: len(found)])), page.EVENT_BYTES
        )
        if len(found) < len(rows):
            self.assertGreater(
                sum(map(sum, sizes[: len(found) + 1])), page.EVENT_BYTES
            )
        self.assertEqual(rows, page.within(rows, None))
