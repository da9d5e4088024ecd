# SPDX-License-Identifier: Apache-2.0
"""A table of a cell and its shadow are read as one."""

import hypothesis
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.cells.follow import source
from nova_actions.cells.follow import source_row
from nova_actions.tests import fixtures_cells

TABLE = fixtures_cells.ACTIONS
SHADOW = fixtures_cells.SHADOW[TABLE]
_IDS = st.integers(1, 40)
#: Where a row is; one that moves meanwhile may be seen in both.
_PLACES = st.dictionaries(
    _IDS, st.sampled_from([(TABLE,), (SHADOW,), (TABLE, SHADOW)]), max_size=20
)
_LIMITS = st.integers(1, 5)


class SourceTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        engine = sa.create_engine('sqlite://')
        TABLE.create(engine)
        SHADOW.create(engine)
        self.connection = engine.connect()
        self.addCleanup(engine.dispose)
        self.addCleanup(self.connection.close)
        self.tables = source.Tables({TABLE.name: TABLE, SHADOW.name: SHADOW})

    def fill(self, places):
        for table in (TABLE, SHADOW):
            self.connection.execute(sa.delete(table))
            rows = [
                {'id': each, 'action': f'of {each}'}
                for each, tables in places.items()
                if table in tables
            ]
            if rows:
                self.connection.execute(sa.insert(table), rows)

    def ask(self, question, *args):
        return question(
            self.connection, self.tables, source_row.ACTIONS, *args
        )

    # No table has a full page, and yet there are more rows than one.
    @hypothesis.example(
        {1: (TABLE,), 2: (SHADOW,), 3: (TABLE,), 4: (SHADOW,)}, 3
    )
    @given(_PLACES, _LIMITS)
    def test_following(self, places, limit):
        """Page after page, each row once, in the order of the ids."""
        self.fill(places)
        found, after, has_more = [], 0, True
        while has_more:
            rows, has_more = self.ask(source.following, after, limit)
            self.assertLessEqual(len(rows), limit)
            self.assertTrue(rows or not has_more)
            found += rows
            after = rows[-1]['id'] if rows else after
        self.assertEqual(sorted(places), [each['id'] for each in found])
        self.assertEqual(
            [f'of {each}' for each in sorted(places)],
            [each['action'] for each in found],
        )

    @given(_PLACES, _IDS, _IDS)
    def test_between(self, places, low, high):
        self.fill(places)
        self.assertEqual(
            [each for each in sorted(places) if low < each <= high],
            [each['id'] for each in self.ask(source.between, low, high)],
        )

    @given(_PLACES, st.sets(_IDS))
    def test_of_ids(self, places, ids):
        self.fill(places)
        expected = sorted(ids & places.keys())
        for question in (source.of_ids, source.ends_of):
            self.assertEqual(
                expected, [each['id'] for each in self.ask(question, ids)]
            )

    @given(_PLACES)
    def test_edges(self, places):
        self.fill(places)
        found = self.ask(source.edges)
        self.assertEqual(2, len(found))
        self.assertEqual(
            max(places, default=0), max(high for _low, high in found)
        )
        self.assertEqual(
            min(places, default=0),
            min((low for low, _high in found if low), default=0),
        )

    @given(_PLACES, _LIMITS)
    def test_newest(self, places, limit):
        """As many of each table; so the newest of both are among them."""
        self.fill(places)
        found = [each['id'] for each in self.ask(source.newest, limit)]
        self.assertLessEqual(len(found), 2 * limit)
        self.assertEqual(set(), set(sorted(places)[-limit:]) - {*found})

    def test_a_cell_without_shadows(self):
        self.tables = source.Tables({TABLE.name: TABLE})
        self.fill({1: (TABLE,), 2: (SHADOW,)})
        rows, has_more = self.ask(source.following, 0, 5)
        self.assertEqual(([1], False), ([each['id'] for each in rows], False))
        self.assertFalse(has_more)
