# SPDX-License-Identifier: Apache-2.0
"""The words of a question for statistics."""

import datetime

import hypothesis
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions import exception
from nova_actions.objects import stat_criteria

NOW = datetime.datetime(2026, 1, 8)
_UNITS = {'day', 'hour'}


def read(**terms):
    return stat_criteria.read(terms, NOW, 'owner')


class StatCriteriaTest(base.BaseTestCase):
    def refused(self, **terms):
        error = self.assertRaises(exception.InvalidInput, read, **terms)
        return error.kwargs['argument']

    @hypothesis.example(['day', 'hour'])
    @hypothesis.example(['hour', 'host'])
    @given(
        st.lists(
            st.sampled_from([*stat_criteria.BY, 'user_id', '']), max_size=3
        )
    )
    def test_by(self, by):
        """One or two different words, but not two units of time."""
        if (
            len(by) not in (1, 2)
            or len({*by}) < len(by)
            or not {*by} <= {*stat_criteria.BY}
            or {*by} == _UNITS
        ):
            self.assertEqual('by', self.refused(by=by))
            return
        question, _order, _is_descending = read(by=by)
        self.assertEqual(by, stat_criteria.words_of(question))
        self.assertEqual(bool({'event', 'host'} & {*by}), question.of_steps)

    @given(
        st.sampled_from(stat_criteria.SORTS),
        st.sampled_from(['', ':asc', ':desc', ':up', ':']),
        st.sampled_from(list(stat_criteria.BY)),
    )
    def test_sort(self, word, direction, by):
        """By a number, or by what is counted by."""
        is_number = word in stat_criteria.NUMBERS
        if direction == ':up' or not (is_number or word == by):
            self.assertEqual(
                'sort', self.refused(by=[by], sort=[word + direction])
            )
            return
        _question, name, is_descending = read(by=[by], sort=[word + direction])
        self.assertEqual(
            {'max': 'longest', 'project': 'project_id'}.get(word, word), name
        )
        self.assertEqual(
            {':asc': False, ':desc': True}.get(direction, is_number),
            is_descending,
        )

    def test_order_by_default(self):
        """The most first; of days and hours the first."""
        for by, expected in (
            (['action'], ('count', True)),
            (['host', 'project'], ('count', True)),
            (['host', 'hour'], ('hour', False)),
            (['day'], ('day', False)),
        ):
            self.assertEqual(expected, read(by=by)[1:])

    def test_one_order(self):
        self.assertEqual('sort', self.refused(sort=['count', 'failed']))

    def test_range_by_default(self):
        """The week before the end of what is asked for."""
        week = datetime.timedelta(days=7)
        for terms, expected in (
            ({}, (NOW - week, None)),
            (
                {'started_before': ['2026-01-05']},
                (NOW - 3 * week / 7 - week, NOW - 3 * week / 7),
            ),
            ({'started_after': ['1d']}, (NOW - week / 7, None)),
        ):
            self.assertEqual(expected, read(**terms)[0].range)

    def test_words_of_a_search(self):
        """They are understood, but for its order."""
        question = read(status=['failed'], host=['cmp-1'])[0]
        self.assertEqual(('failed',), question.query.statuses)
        self.assertTrue(question.of_steps)
        self.assertEqual('sort', self.refused(sort=['started_at']))
        self.assertEqual('cursor', self.refused(cursor=['x']))
