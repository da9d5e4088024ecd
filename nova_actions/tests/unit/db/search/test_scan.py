# SPDX-License-Identifier: Apache-2.0
"""Pages of any search, one after the other, are all that it finds."""

import datetime
import uuid

import fixtures
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.db.search import scan
from nova_actions.db.search.query import Query
from nova_actions.tests import base
from nova_actions.tests.functional import fuzz

NOW = datetime.datetime(2026, 1, 5, 13, 38, 20)
HOUR = datetime.timedelta(hours=1)

hours = st.one_of(st.none(), st.integers(0, 3))
actions = st.lists(
    st.tuples(st.sampled_from('ab'), hours, hours, st.sampled_from('pq')),
    max_size=12,
)
queries = st.builds(
    Query,
    owner_id=st.sampled_from((None, 'p')),
    equal=st.sampled_from(({}, {'action': 'a'})),
    started=st.sampled_from(((None, None), (NOW, NOW + 2 * HOUR))),
    sort=st.sampled_from(('start_time', 'updated_at')),
    is_descending=st.booleans(),
)


def at(hour):
    return None if hour is None else NOW + hour * HOUR


class TestScan(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        with db.engine().begin() as connection:
            connection.execute(
                sa.insert(models.INSTANCES).values(
                    uuid=self.instance_uuid, created_at=NOW, project_id='p'
                )
            )

    def fill(self, drawn):
        """Store actions; return them by id."""
        rows = {}
        with db.engine().begin() as connection:
            connection.execute(sa.delete(models.ACTIONS))
            for number, (name, started, updated, owner) in enumerate(drawn):
                row = {
                    'id': number + 1,
                    'uuid': str(uuid.UUID(int=7 * number % 13)),
                    'instance_uuid': self.instance_uuid,
                    'owner_id': owner,
                    'created_at': NOW,
                    'start_time': at(started),
                    'updated_at': at(updated),
                    'action': name,
                    'status': 'running',
                }
                connection.execute(sa.insert(models.ACTIONS).values(row))
                rows[row['id']] = row
        return rows

    def expected(self, rows, query):
        """Return the ids that a search finds, in their order."""
        after, before = query.started
        found = [
            row
            for row in rows.values()
            if query.owner_id in (None, row['owner_id'])
            and query.equal.get('action', row['action']) == row['action']
            and (
                after is None
                or (
                    row['start_time'] is not None
                    and after <= row['start_time'] < before
                )
            )
        ]
        found.sort(key=lambda row: row['uuid'], reverse=query.is_descending)
        timed = [row for row in found if row[query.sort] is not None]
        timed.sort(
            key=lambda row: row[query.sort], reverse=query.is_descending
        )
        return [
            row['id']
            for row in timed
            + [row for row in found if row[query.sort] is None]
        ]

    @fuzz.examples(60)
    @given(
        actions,
        queries,
        st.integers(1, 4),
        st.sampled_from((0, scan.FEW)),
        st.integers(1, 6),
    )
    def test_pages(self, drawn, query, limit, few, visits):
        rows = self.fill(drawn)
        found, after = [], None
        with (
            fixtures.MonkeyPatch('nova_actions.db.search.scan.FEW', few),
            fixtures.MonkeyPatch('nova_actions.db.search.scan.VISITS', visits),
            db.engine().connect() as connection,
        ):
            while True:
                page = scan.find(connection, query, limit, after)
                self.assertLessEqual(len(page.ids), limit)
                found += page.ids
                if page.end is None:
                    break
                self.assertNotEqual(after, page.end)
                after = page.end
        self.assertEqual(self.expected(rows, query), found)
