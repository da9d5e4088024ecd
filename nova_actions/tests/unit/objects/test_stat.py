# SPDX-License-Identifier: Apache-2.0
"""Statistics: the order of groups, and how complete they are."""

import datetime
from unittest import mock

import hypothesis
from hypothesis import given
from hypothesis import strategies as st

from nova_actions import exception
from nova_actions.db.stat import count
from nova_actions.objects import stat
from nova_actions.tests import base
from nova_actions.upkeep import horizon

HOUR = datetime.timedelta(hours=1)
START = datetime.datetime(2026, 1, 5)

_GROUPS = st.lists(
    st.fixed_dictionaries(
        {
            'action': st.sampled_from(['create', 'reboot', 'stop', None]),
            'count': st.integers(1, 3),
            'succeeded': st.just(0),
            'failed': st.just(0),
            'retried': st.just(0),
            'interrupted': st.just(0),
            'open': st.just(0),
            'failure_rate': st.none() | st.sampled_from([0.0, 0.5, 1.0]),
            'p50': st.none() | st.integers(1, 3),
        }
    ),
    unique_by=lambda group: group['action'],
)


class StatMixin:
    def ask(self, answer, limit=None, **terms):
        """Return the statistic that the database's answer leads to."""
        with mock.patch.object(
            count, 'ask', autospec=True, return_value=answer
        ):
            return stat.StatList.get_by_terms(
                self.context, 'owner', terms, limit
            )

    @hypothesis.settings(max_examples=30)
    @given(
        _GROUPS,
        st.sampled_from(['count', 'failure_rate', 'p50', 'action']),
        st.sampled_from(['asc', 'desc']),
        st.integers(1, 3),
    )
    def test_order(self, groups, order, direction, limit):
        answer = count.Answer(groups, None, START, None)
        sort = [f'{order}:{direction}']
        found = self.ask(answer, sort=sort)
        self.assertEqual(len(groups), len(found))
        # What has no such number comes last.
        values = [getattr(each, order) for each in found]
        there = [value for value in values if value is not None]
        self.assertEqual(
            sorted(there, reverse=direction == 'desc'),
            values[: len(there)],
        )
        # A page is the beginning of it.
        page = self.ask(answer, limit, sort=sort)
        self.assertEqual(
            [each.action for each in found][:limit],
            [each.action for each in page],
        )
        self.assertEqual(len(groups) > limit, page.has_more)

    def test_groups_of_one_number_are_in_the_order_of_their_names(self):
        groups = [
            {**dict.fromkeys(stat.Stat.fields, 1), 'action': name}
            for name in ('stop', 'create', 'reboot')
        ]
        for each in groups:
            each.update(dict.fromkeys(('event', 'host', 'project_id')))
            each.update(day=None, hour=None)
        found = self.ask(count.Answer(groups, None, START, None))
        self.assertEqual(
            ['create', 'reboot', 'stop'], [each.action for each in found]
        )

    def test_source(self):
        for rows_from, hours_from, expected in (
            (START, None, stat.ROWS),
            (None, START, stat.ROLLUPS),
            (START, START, stat.BOTH),
        ):
            found = self.ask(count.Answer([], rows_from, hours_from, None))
            self.assertEqual(expected, found.source)

    def test_complete(self):
        """Rows are lost when they are purged, hours when that was before
        they were counted."""
        horizon.raise_to(self.admin, START)
        for rows_from, hours_from, lost_before, expected in (
            (None, START - HOUR, None, True),
            (None, START - HOUR, START, False),
            (None, START, START, True),
            (START, START - HOUR, None, True),
            (START - HOUR, None, None, False),
        ):
            found = self.ask(
                count.Answer([], rows_from, hours_from, lost_before)
            )
            self.assertIs(expected, found.is_complete)

    def test_by_host_is_for_who_may_see_hosts(self):
        self.assertRaises(
            exception.PolicyNotAuthorized,
            self.ask,
            count.Answer([], None, START, None),
            by=['host'],
        )

    def test_a_question_that_takes_too_long(self):
        with mock.patch.object(
            count,
            'ask',
            autospec=True,
            side_effect=exception.DatabaseTimeout,
        ):
            self.assertRaises(
                exception.StatTooLarge,
                stat.StatList.get_by_terms,
                self.context,
                'owner',
                {},
            )


class TestStatLocal(StatMixin, base.ObjectTestCase):
    pass


class TestStatRemote(StatMixin, base.ObjectTestCase):
    REMOTE = True
