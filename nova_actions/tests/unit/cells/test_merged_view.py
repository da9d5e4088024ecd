# SPDX-License-Identifier: Apache-2.0
"""The servers of our own database and of a cell as one list."""

import datetime
import uuid

import hypothesis
import sqlalchemy as sa
from hypothesis import strategies as st

from nova_actions.cells import merged_view
from nova_actions.db import api as db
from nova_actions.db import page
from nova_actions.db.models import INSTANCES
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells

#: Where a server is known, and whether it is deleted there; when it was made
#: in each; two of them maybe at once.
servers = st.lists(
    st.fixed_dictionaries(
        {
            'own': st.sampled_from((None, 0)),
            'cell': st.sampled_from((None, 0, 1)),
            'own_at': st.integers(0, 6),
            'cell_at': st.integers(0, 6),
        }
    ),
    max_size=12,
)


class ServersTest(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf))

    def _fill(self, wanted):
        with db.engine().begin() as connection:
            connection.execute(sa.delete(INSTANCES))
        with self.cell.engine.begin() as connection:
            connection.execute(sa.delete(fixtures_cells.INSTANCES))
        expected = set()
        for server in wanted:
            row = {'uuid': str(uuid.uuid4()), 'project_id': 'owner'}
            for place, table, engine in (
                ('own', INSTANCES, db.engine()),
                ('cell', fixtures_cells.INSTANCES, self.cell.engine),
            ):
                if server[place] is not None:
                    at = fixtures_cells.START + datetime.timedelta(
                        seconds=server[f'{place}_at']
                    )
                    with engine.begin() as connection:
                        connection.execute(
                            sa.insert(table).values(
                                **row, created_at=at, deleted=server[place]
                            )
                        )
            known = (
                server['cell']
                if server['cell'] is not None
                else (server['own'])
            )
            if known == 0:
                expected.add(row['uuid'])
        return expected

    def _page(self, limit, marker):
        return merged_view.instance_list(
            self.context, limit, None, 'owner', marker
        )

    @hypothesis.settings(deadline=None, max_examples=50)
    @hypothesis.given(servers, st.integers(1, 5))
    def test_pages(self, wanted, limit):
        """They have each server once, in one order; only the last is not
        full."""
        expected = self._fill(wanted)
        seen, marker = [], None
        while True:
            page = self._page(limit, marker)
            seen += page
            if len(page) < limit:
                break
            marker = page[-1]['uuid']
        self.assertEqual(sorted(expected), sorted(row['uuid'] for row in seen))
        by_uuid = sorted(seen, key=lambda row: row['uuid'])
        self.assertEqual(
            seen,
            sorted(by_uuid, key=lambda row: row['created_at'], reverse=True),
        )

    def test_what_is_in_no_list(self):
        for values in (
            {'hidden': True},
            {'deleted': 5},
            {'vm_state': 'soft-delete'},
            {'project_id': 'other'},
        ):
            self.cell.server(**values)
        shown = {
            self.cell.server(hidden=False),
            self.cell.server(hidden=None, vm_state='active'),
        }
        self.assertEqual(shown, {row['uuid'] for row in self._page(9, None)})


class EventsTest(base.ObjectTestCase):
    """An action of a cell's with any number of events."""

    def test_the_newest(self):
        cell = self.useFixture(fixtures_cells.Cell(self.conf))
        server = cell.server()
        action = cell.action(server, request_id='req-1')
        # The oldest step failed, and was not tried again.
        cell.event(action, 'first', 'Error', traceback='x')
        with cell.engine.begin() as connection:
            connection.execute(
                sa.insert(fixtures_cells.EVENTS),
                [
                    {
                        'action_id': action,
                        'event': f'step{number}',
                        'deleted': 0,
                        'result': 'Success',
                        'traceback': 'x' * 10,
                        'start_time': fixtures_cells.START,
                        'finish_time': fixtures_cells.START,
                        'created_at': fixtures_cells.START
                        + datetime.timedelta(days=1, seconds=number % 7),
                    }
                    for number in range(1100)
                ],
            )
        found = merged_view.action_get(self.admin, server, 'req-1')
        times = [event['created_at'] for event in found['events']]
        self.assertEqual(sorted(times, reverse=True), times)
        self.assertEqual(page.EVENTS, len(times))
        self.assertEqual('failed', found['status'])
        self.assertNotIn(
            'first', [event['event'] for event in found['events']]
        )
        for limit, count in ((None, 1101), (7, 7), (page.EVENTS, page.EVENTS)):
            events = merged_view.event_list(
                self.admin, found['id'], limit=limit
            )
            self.assertEqual(count, len(events))
            self.assertEqual(found['events'][:7], events[:7])
