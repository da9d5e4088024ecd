# SPDX-License-Identifier: Apache-2.0
"""Answers of statistics, and the trends that they make."""

import datetime

from oslotest import base

from nova_actions_client import stat

NOW = datetime.datetime(2026, 11, 27, 14, 30, tzinfo=datetime.UTC)
GROUP = {
    'count': 41,
    'succeeded': 23,
    'failed': 17,
    'retried': 2,
    'interrupted': 0,
    'open': 1,
    'failure_rate': 0.425,
    'duration_p50': 38.0,
    'duration_p95': 160.0,
    'duration_p99': 300.0,
    'duration_max': 542.0,
}


def answer(*groups, by=('host',), since=None, complete=True):
    return stat.of_view(
        {
            'stats': [{**GROUP, **group} for group in groups],
            'more': False,
            'counted': 'steps',
            'source': 'rollups',
            'complete': complete,
            'window': {'started_after': since, 'started_before': None},
        },
        by,
        [],
    )


class TestStat(base.BaseTestCase):
    def test_a_group(self):
        (found,) = answer(
            {'host': 'cmp-12', 'action': None}, by=('host', 'action')
        ).stats
        self.assertEqual(('cmp-12', None), found.group)
        self.assertEqual(
            (41, 17, 0.425), (found.count, found.failed, found.failure_rate)
        )
        self.assertEqual(
            {'p50': 38.0, 'p95': 160.0, 'p99': 300.0, 'max': 542.0},
            found.durations,
        )

    def test_what_is_not_complete_says_so(self):
        self.assertEqual([], answer().incomplete)
        self.assertIn('purged', answer(complete=False).incomplete[0])

    def test_a_short_time_goes_by_the_hour(self):
        for since, unit in (
            ('2026-11-26T15:00:00Z', 'hour'),
            ('2026-11-20T15:00:00Z', 'day'),
            (None, 'day'),
        ):
            self.assertEqual(unit, stat.unit(answer(since=since), NOW))


class TestTrend(base.BaseTestCase):
    def test_each_day_has_its_place(self):
        found = stat.trends(
            answer(
                {'host': 'a', 'day': '2026-11-25', 'failure_rate': 0.5},
                {'host': 'b', 'day': '2026-11-27', 'failure_rate': None},
                {'host': 'a', 'day': '2026-11-27', 'failure_rate': 0.0},
                by=('host', 'day'),
                since='2026-11-24T23:00:00Z',
            ),
            'day',
            NOW,
        )
        self.assertEqual({'a': [None, 0.5, None, 0.0], 'b': [None] * 4}, found)

    def test_hours(self):
        found = stat.trends(
            answer(
                {'action': 'resize', 'hour': '2026-11-27T13:00:00Z'},
                by=('action', 'hour'),
                since='2026-11-27T12:59:00Z',
            ),
            'hour',
            NOW,
        )
        self.assertEqual({'resize': [None, 0.425, None]}, found)

    def test_without_a_beginning_the_first_day_begins_it(self):
        found = stat.trends(
            answer({'host': 'a', 'day': '2026-11-26'}, by=('host', 'day')),
            'day',
            NOW,
        )
        self.assertEqual({'a': [0.425, None]}, found)
