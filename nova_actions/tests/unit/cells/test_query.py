# SPDX-License-Identifier: Apache-2.0
"""What a cell is asked for is what its rows tell, read as a whole."""

import dataclasses
import datetime
import uuid

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.cells import query
from nova_actions.cells import schema
from nova_actions.db import page
from nova_actions.db import status
from nova_actions.tests import fixtures_cells

START, SECOND = fixtures_cells.START, fixtures_cells.SECOND
SERVER = str(uuid.uuid4())

_times = st.none() | st.integers(0, 3).map(lambda at: START + at * SECOND)
_EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            'action_id': st.integers(1, 2),
            'event': st.sampled_from(['one', 'two']),
            # Few are open: one hides how the others have ended.
            'finish_time': st.integers(0, 9).map(
                lambda at: START + at * SECOND if at else None
            ),
            'result': st.sampled_from(['Success', 'Error', None]),
            'deleted': st.sampled_from([0, 0, 1]),
        }
    ),
    max_size=9,
)
_ACTIONS = st.lists(
    st.fixed_dictionaries(
        {
            'created_at': _times,
            'request_id': st.sampled_from(['req-a', 'req-b', None]),
            'deleted': st.sampled_from([0, None, 1]),
        }
    ),
    max_size=9,
)


class QueryTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        engine = sa.create_engine('sqlite://')
        fixtures_cells.METADATA.create_all(engine)
        self.connection = engine.connect()
        self.addCleanup(engine.dispose)
        self.addCleanup(self.connection.close)
        self.schema = schema.read(self.connection, None)

    def fill(self, table, rows):
        """Have a table hold those rows alone, with ids from 1."""
        rows = [{**each, 'id': at} for at, each in enumerate(rows, 1)]
        self.connection.execute(sa.delete(table))
        for each in rows:
            self.connection.execute(sa.insert(table).values(each))
        return rows

    @given(_EVENTS, st.sampled_from(['no', 'yes', 'only']))
    def test_ends_tell_the_status(self, events, read_deleted):
        """A row or two for each name do, however many events there are."""
        rows = self.fill(fixtures_cells.EVENTS, events)
        ends = query.action_ends(
            self.connection, self.schema, [1, 2], read_deleted
        )
        for action_id in (1, 2):
            seen = [
                each
                for each in rows
                if each['action_id'] == action_id
                and read_deleted
                in ('yes', 'only' if each['deleted'] else 'no')
            ]
            self.assertEqual(
                status.derive({}, seen), status.derive({}, ends[action_id])
            )
            self.assertLessEqual(len(ends[action_id]), 4)

    def pages(self, limit, **values):
        """Return all actions, read page by page."""
        found, behind = [], None
        while True:
            rows = query.action_page(
                self.connection,
                self.schema,
                SERVER,
                limit,
                behind=behind,
                **values,
            )
            found += rows
            if len(rows) < limit:
                return found
            last = rows[-1]
            behind = page.Place(
                last['created_at'] or datetime.datetime.min, last['id']
            )

    @given(_ACTIONS, st.integers(1, 4))
    def test_pages(self, actions, limit):
        """Each action once, newest first, those without a time last."""
        rows = self.fill(
            fixtures_cells.ACTIONS,
            [{**each, 'instance_uuid': SERVER} for each in actions],
        )
        found = self.pages(limit)
        self.assertEqual(
            sorted(
                (
                    (each['created_at'] or datetime.datetime.min, each['id'])
                    for each in rows
                    if not each['deleted']
                ),
                reverse=True,
            ),
            [
                (each['created_at'] or datetime.datetime.min, each['id'])
                for each in found
            ],
        )
        self.assertEqual(len(rows), len(self.pages(limit, read_deleted='yes')))
        self.assertEqual(
            len(rows) - len(found),
            len(self.pages(limit, read_deleted='only')),
        )

    @given(_ACTIONS)
    def test_one_of_each_request_is_not_superseded(self, actions):
        """The newest one; those without a request stand by themselves."""
        rows = self.fill(
            fixtures_cells.ACTIONS,
            [{**each, 'instance_uuid': SERVER} for each in actions],
        )
        found = self.pages(9, read_deleted='yes')
        newest = [each for each in found if not each['superseded']]
        requests = [
            each['request_id'] for each in newest if each['request_id']
        ]
        self.assertEqual(len(requests), len({*requests}))
        self.assertEqual(
            {each['request_id'] for each in rows},
            {each['request_id'] for each in newest},
        )
        seen = set()
        for each in found:
            if each['request_id'] is not None:
                self.assertEqual(
                    each['request_id'] in seen, bool(each['superseded'])
                )
                seen.add(each['request_id'])

    def test_an_event_belongs_to_its_action(self):
        self.fill(
            fixtures_cells.EVENTS,
            [{'action_id': 1, 'event': 'e', 'deleted': 0}],
        )
        for action_id, is_found in ((1, True), (2, False)):
            found = query.event_get(
                self.connection, self.schema, action_id, 1, 'no'
            )
            self.assertEqual(is_found, found is not None)

    def test_events_that_no_index_finds_are_not_counted(self):
        self.assertIsNone(
            query.action_ends(
                self.connection,
                dataclasses.replace(self.schema, finds_events=False),
                [1],
                'no',
            )
        )
