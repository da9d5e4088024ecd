# SPDX-License-Identifier: Apache-2.0
"""Which hours and which rows answer a question."""

import datetime

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.db.search.query import Query
from nova_actions.db.stat import count
from nova_actions.db.stat import mark

DAY = datetime.datetime(2026, 3, 1)
times = st.datetimes(DAY, DAY + datetime.timedelta(days=2))
hours = times.map(mark.hour_of)


@st.composite
def ranges(draw):
    first, end = sorted((draw(times), draw(times)))
    return first, draw(st.sampled_from((end, None)))


class TestHours(base.BaseTestCase):
    def ask(self, whole, **query):
        return count.Question(Query(started=whole, **query), ())

    @given(ranges(), hours, hours, times)
    def test_each_moment_is_counted_once(self, whole, one, other, moment):
        first, behind = sorted((one, other))
        state = {'rolled_from': first, 'rolled_to': behind}
        counted = count._counted(state, count._hours(self.ask(whole)))
        parts = count._rest(whole, counted)

        def is_in(part):
            return part[0] <= moment and (part[1] is None or moment < part[1])

        places = [*parts, *([counted] if counted else [])]
        self.assertEqual(int(is_in(whole)), sum(map(is_in, places)))
        if counted:
            self.assertTrue(first <= counted[0] < counted[1] <= behind)

    @given(ranges())
    def test_hours_are_whole_and_within(self, whole):
        found = count._hours(self.ask(whole))
        if found is not None:
            first, behind = found
            self.assertEqual(found, tuple(map(mark.hour_of, found)))
            self.assertTrue(whole[0] <= first < behind)
            self.assertLess(first - whole[0], mark.HOUR)
            if whole[1] is not None:
                self.assertLessEqual(behind, whole[1])
        elif whole[1] is not None:
            self.assertLess(whole[1] - whole[0], 2 * mark.HOUR)

    @given(ranges())
    def test_what_hours_are_not_counted_by(self, whole):
        for more in (
            {'equal': {'user_id': 'u'}},
            {'equal': {'event': 'e'}, 'statuses': ('failed',)},
            {'min_duration': 1},
            {'opened_before': DAY},
            {'updated': (DAY, None)},
        ):
            self.assertIsNone(count._hours(self.ask(whole, **more)))

    def test_range_needs_a_beginning(self):
        question = self.ask((None, DAY))
        self.assertRaises(ValueError, lambda: question.range)


outcomes = st.sampled_from(
    ('running', 'succeeded', 'succeeded_after_retry', 'failed', 'interrupted')
)
cells = st.lists(
    st.fixed_dictionaries(
        {
            'action': st.sampled_from(('create', 'reboot')),
            'outcome': outcomes,
            'count': st.integers(0, 9),
            'retried': st.integers(0, 9),
            'bucket': st.none() | st.just(64),
            'longest': st.just(64),
        }
    )
)


class TestGrouped(base.BaseTestCase):
    @given(cells)
    def test_outcomes_add_up(self, some):
        question = count.Question(Query(), ('action',))
        groups = count._grouped(question, some)
        self.assertEqual(
            sum(cell['count'] for cell in some),
            sum(group['count'] for group in groups),
        )
        for group in groups:
            ended = sum(
                group[name] for name in ('succeeded', 'failed', 'interrupted')
            )
            self.assertEqual(group['count'], ended + group['open'])
            self.assertEqual(
                group['failed'] / ended if ended else None,
                group['failure_rate'],
            )

    @given(cells)
    def test_what_is_taken_off_has_never_been(self, some):
        question = count.Question(Query(), ('action',))
        taken = [
            {**cell, 'count': -cell['count'], 'retried': -cell['retried']}
            for cell in some
        ]
        self.assertEqual([], count._grouped(question, some + taken))
