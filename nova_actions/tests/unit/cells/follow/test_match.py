# SPDX-License-Identifier: Apache-2.0
"""Which steps of a cell are steps of ours."""

import datetime

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.cells.follow import known
from nova_actions.cells.follow import match
from nova_actions.cells.follow import source_row

START = datetime.datetime(2026, 1, 5, 13, 38, 20)
#: Two actions of one request, and one of another.
REQUESTS = {1: 1, 2: 1, 3: 3}


def _steps(first):
    return st.lists(
        st.fixed_dictionaries(
            {
                'action_id': st.sampled_from(list(REQUESTS)),
                'event': st.sampled_from(['attach', 'detach']),
                'host': st.sampled_from(['cmp-1', 'cmp-2']),
                'start_time': st.integers(0, 300).map(
                    lambda at: START + datetime.timedelta(seconds=at)
                ),
            }
        ),
        max_size=8,
    ).map(
        lambda rows: [
            {**each, 'id': number} for number, each in enumerate(rows, first)
        ]
    )


def kind(step):
    return REQUESTS[step['action_id']], step['event'], step['host']


class SameTest(base.BaseTestCase):
    @given(_steps(1), _steps(100))
    def test_pairs(self, own, others):
        """One to one, of one request, name and host, and about the same
        time."""
        found = match.same(REQUESTS, own, others)
        by_id = {each['id']: each for each in others}
        ids = [each['id'] for each in found.values()]
        self.assertEqual(len(ids), len({*ids}))
        for row_id, mine in found.items():
            other = by_id[row_id]
            self.assertEqual(kind(other), kind(mine))
            self.assertLessEqual(
                abs(mine['start_time'] - other['start_time']), match.APART
            )

    @given(_steps(1))
    def test_what_is_there_twice_is_found(self, steps):
        """Whichever action of the request Nova has added it to."""
        others = [{**each, 'id': each['id'] + 100} for each in steps]
        for each in others:
            if each['action_id'] == 2:
                each['action_id'] = 1
        found = match.same(REQUESTS, steps, others)
        self.assertEqual({each['id'] for each in others}, found.keys())

    @given(_steps(1), _steps(100))
    def test_none_is_left_that_agrees(self, own, others):
        found = match.same(REQUESTS, own, others)
        taken = {each['id'] for each in found.values()}
        left = {
            (*kind(each), each['start_time'])
            for each in own
            if each['id'] not in taken
        }
        for each in others:
            if each['id'] not in found:
                self.assertNotIn((*kind(each), each['start_time']), left)


class SeenTest(base.BaseTestCase):
    def test_an_end_is_waited_for_where_no_reporter_tells_it(self):
        for epoch, finish_time, expected in (
            (None, None, known.OPEN),
            (None, START, None),
            ('e', None, None),
            ('e', START, None),
        ):
            self.assertEqual(
                expected,
                match.seen({'epoch': epoch, 'finish_time': finish_time}),
            )

    @given(st.integers(1, 2**40), st.integers(0, 4))
    def test_uuids(self, source_id, attempts):
        """Those under which the attempts were stored."""
        self.assertEqual(
            [
                source_row.event_uuid('east', source_id, each + 1)
                for each in range(attempts)
            ],
            match.uuids_of('east', source_id, attempts),
        )
