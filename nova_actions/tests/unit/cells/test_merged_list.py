# SPDX-License-Identifier: Apache-2.0
"""The actions of our own database and a cell as one list: what is shown is
what a merge of all rows gives, and a page of it is read."""

import datetime
import itertools
import uuid

import fixtures as base_fixtures
import hypothesis
import sqlalchemy as sa
from hypothesis import strategies as st

from nova_actions import exception
from nova_actions.cells import ids
from nova_actions.cells import merged_list
from nova_actions.cells import merged_view
from nova_actions.cells import owner
from nova_actions.cells import query
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import fixtures_cells
from nova_actions.tests.unit.cells.follow import base as follow_base

START = fixtures_cells.START

#: Few values each, so that most of them come up twice.
ACTIONS = st.lists(
    st.fixed_dictionaries(
        {
            'is_own': st.booleans(),
            'request_id': st.sampled_from(
                ['req-a', 'req-b', None, 'cell:east:1']
            ),
            'action': st.sampled_from(['extend_volume', 'reboot']),
            'start_time': st.sampled_from([0, 0.5, 1, 9]),
            'created_at': st.sampled_from([0, 0.5, 1]),
            'has_no_time': st.integers(0, 7).map(lambda number: not number),
            'updated_at': st.sampled_from([None, 0, 1]),
            'deleted': st.sampled_from([0, 0, 0, 1]),
        }
    ),
    max_size=14,
)


def at(seconds):
    return (
        seconds
        if seconds is None
        else START + datetime.timedelta(seconds=seconds)
    )


class MergedTest(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf))
        self.read = []
        original = query._all

        def counted(connection, text):
            rows = original(connection, text)
            self.read += rows
            return rows

        self.useFixture(
            base_fixtures.MonkeyPatch('nova_actions.cells.query._all', counted)
        )

    def fill(self, actions):
        """Store actions of a new server; return them as a naive reader has
        them, the newest first."""
        server = str(uuid.uuid4())
        values = {'uuid': server, 'project_id': 'owner', 'created_at': START}
        with self.cell.engine.begin() as theirs, db.engine().begin() as ours:
            ours.execute(sa.insert(models.INSTANCES).values(values))
            theirs.execute(
                sa.insert(fixtures_cells.INSTANCES).values(**values, deleted=0)
            )
            rows = [
                self.insert(ours if each['is_own'] else theirs, server, each)
                for each in actions
            ]
        return server, sorted(
            rows,
            reverse=True,
            key=lambda row: (
                row['created_at'] or datetime.datetime.min,
                row['id'],
                row['is_own'],
            ),
        )

    def insert(self, connection, server, each):
        row = {
            **each,
            'instance_uuid': server,
            **{
                name: at(each[name])
                for name in ('start_time', 'created_at', 'updated_at')
            },
        }
        has_no_time, is_own = row.pop('has_no_time'), row.pop('is_own')
        table = fixtures_cells.ACTIONS
        if is_own:
            table = models.ACTIONS
            row.update(uuid=str(uuid.uuid4()), status='succeeded')
        elif has_no_time:
            row['created_at'] = None
        row['id'] = connection.execute(
            sa.insert(table).values(row)
        ).inserted_primary_key[0]
        return {
            **row,
            'is_own': is_own,
            'marker': row.get('uuid') or ids.marker('east', row['id']),
        }

    @staticmethod
    def shown(rows):
        """Return what is left when each action is there once."""
        gone = set()
        key = lambda row: (str(row['request_id']), row['action'])  # noqa: E731
        for _, some in itertools.groupby(sorted(rows, key=key), key):
            some = list(some)
            found = merged_list.pairs.find(
                [row for row in some if row['is_own']],
                [row for row in some if not row['is_own']],
            )
            gone |= {ids.marker('east', number) for number in found}
        return [row for row in rows if row['marker'] not in gone]

    @staticmethod
    def names(rows):
        """Return what names each row, and whether its request id does."""
        seen, found = set(), {}
        for row in rows:
            found[row['marker']] = not (
                row['request_id'] in seen
                or ids.is_marker(row['request_id'] or '')
            )
            seen.add(row['request_id'])
        return found

    @hypothesis.settings(max_examples=50, deadline=None)
    @hypothesis.given(
        ACTIONS,
        st.sampled_from(['no', 'yes', 'only']),
        st.sampled_from([None, 0, 1]),
        st.integers(1, 6),
    )
    def test_as_a_merge_of_all(self, actions, read_deleted, since, size):
        server, rows = self.fill(actions)
        rows = self.shown(rows)
        names = self.names(rows)
        seen = [
            row
            for row in rows
            if read_deleted == 'yes'
            or bool(row['deleted']) is (read_deleted == 'only')
        ]
        filters = {} if since is None else {'changes-since': at(since)}
        expected = [
            row['marker']
            for row in seen
            if not filters
            or (row['updated_at'] and row['updated_at'] >= at(since))
        ]

        def read(limit=None, marker=None):
            return merged_view.action_list(
                self.admin,
                server,
                limit=limit,
                marker=marker,
                filters=filters,
                read_deleted=read_deleted,
            )

        whole = read()
        self.assertEqual(expected, [row['marker'] for row in whole])
        for row in whole:
            if row['request_id'] is not None:
                self.assertEqual(names[row['marker']], not row['superseded'])
        paged, marker = [], None
        while some := read(size, marker):
            paged += some
            marker = some[-1]['marker']
        self.assertEqual(whole, paged)
        for row in seen:
            found = merged_view.action_get(
                self.admin, server, row['marker'], read_deleted
            )
            self.assertEqual(row['marker'], found['marker'])
        for request_id in ('req-a', 'req-b'):
            newest = next(
                (
                    row['marker']
                    for row in seen
                    if row['request_id'] == request_id
                ),
                None,
            )
            found = merged_view.action_get(
                self.admin, server, request_id, read_deleted
            )
            self.assertEqual(newest, found and found['marker'])

    def many(self, number, **values):
        return self.fill(
            [
                {
                    'is_own': is_own,
                    'request_id': f'req-{each}',
                    'action': 'reboot',
                    'start_time': each,
                    'created_at': each,
                    'updated_at': each,
                    'deleted': 0,
                    'has_no_time': False,
                    **values,
                }
                for each in range(number)
                for is_own in self.where
            ]
        )

    def test_a_page_is_read(self):
        for where in ((False,), (True, False)):
            self.where = where
            server, rows = self.many(2000)
            owner.find(self.admin, server)
            statements = self.useFixture(fixtures.Statements()).seen
            for marker in (None, rows[500]['marker'], 'req-1000'):
                self.read.clear()
                statements.clear()
                found = merged_view.action_list(
                    self.admin, server, limit=5, marker=marker
                )
                self.assertEqual(5, len({row['request_id'] for row in found}))
                # A few pages' worth, and what their requests name.
                self.assertLessEqual(len(self.read), 7 * 5)
                self.assertLessEqual(len(statements), 6, statements)
                self.read.clear()
                merged_view.action_get(self.admin, server, rows[700]['marker'])
                self.assertLessEqual(len(self.read), 6)

    def test_many_of_one_request(self):
        self.where = (False,)
        for request_id in ('req-a', None):
            server, _rows = self.many(2000, request_id=request_id)
            owner.find(self.admin, server)
            self.read.clear()
            merged_view.action_list(self.admin, server, limit=5)
            self.assertLessEqual(len(self.read), 6)

    def test_many_events_of_one_action(self):
        self.where = (False,)
        server, rows = self.many(1)
        with self.cell.engine.begin() as connection:
            connection.execute(
                sa.insert(fixtures_cells.EVENTS),
                [
                    {
                        'action_id': rows[0]['id'],
                        'created_at': START,
                        'event': f'step{number % 3}',
                        'finish_time': START,
                        'result': 'Error' if number == 7 else 'Success',
                        'deleted': 0,
                    }
                    for number in range(5000)
                ],
            )
        owner.find(self.admin, server)
        self.read.clear()
        (row,) = merged_view.action_list(self.admin, server, limit=5)
        self.assertEqual('succeeded_after_retry', row['status'])
        self.assertLessEqual(len(self.read), 6)
        self.read.clear()
        found = merged_view.action_get(self.admin, server, row['request_id'])
        self.assertEqual(
            ('succeeded_after_retry', 1000),
            (found['status'], len(found['events'])),
        )
        self.assertLessEqual(len(self.read), 1006)

    def test_a_marker_of_what_ours_has_now(self):
        """It was handed out before the action was copied."""
        self.where = (True, False)
        server, rows = self.many(3)
        theirs = [row['marker'] for row in rows if not row['is_own']]
        ours = [row['marker'] for row in rows if row['is_own']]
        for old, new in zip(theirs, ours, strict=True):
            found = merged_view.action_get(self.admin, server, old)
            self.assertEqual(new, found['marker'])
        self.assertEqual(
            ours[1:],
            [
                row['marker']
                for row in merged_view.action_list(
                    self.admin, server, marker=theirs[0]
                )
            ],
        )

    def test_markers_that_name_nothing(self):
        self.where = (True, False)
        server, _rows = self.many(1)
        for marker in (
            'cell:east:999',
            f'cell:east:{10**19}',
            'cell:west:1',
            'req-unknown',
            str(uuid.uuid4()),
        ):
            self.assertIsNone(
                merged_view.action_get(self.admin, server, marker)
            )
            self.assertRaises(
                exception.MarkerNotFound,
                merged_view.action_list,
                self.admin,
                server,
                marker=marker,
            )


class TestFollowed(follow_base.FollowTestCase):
    def test_once_each(self):
        """Also after the cell has changed a row that was copied."""
        server = self.cell.server()
        same = [
            self.cell.action(server, 'extend_volume', request_id='req-1')
            for _number in range(2)
        ]
        self.round()
        self.cell.update(
            fixtures_cells.ACTIONS,
            same[1],
            start_time=START + 60 * fixtures_cells.SECOND,
        )
        self.cell.action(server, 'extend_volume', request_id='req-1')
        listed = InstanceActionList.get_by_instance_uuid(self.context, server)
        self.assertEqual(
            [False, True, True], [action.id > 0 for action in listed]
        )
