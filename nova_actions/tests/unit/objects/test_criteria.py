# SPDX-License-Identifier: Apache-2.0
import datetime

from hypothesis import given
from hypothesis import strategies
from oslotest import base

from nova_actions import exception
from nova_actions.db import status
from nova_actions.objects import criteria

NOW = datetime.datetime(2026, 3, 4, 5, 6, 7, 8)

TIMES = strategies.datetimes(
    min_value=datetime.datetime(1970, 1, 2),
    max_value=datetime.datetime(2100, 1, 1),
)
ANYTHING = strategies.dictionaries(
    strategies.sampled_from(criteria.WORDS) | strategies.text(max_size=5),
    strategies.lists(
        strategies.text(max_size=8)
        | strategies.sampled_from(
            ('1h', '2026-01-01', 'asc', 'updated_at', 'updated_at:asc')
        )
        | strategies.sampled_from(status.STATUSES),
        min_size=1,
        max_size=2,
    ),
    max_size=4,
)


class ReadTest(base.BaseTestCase):
    @given(ANYTHING)
    def test_it_is_read_or_refused(self, terms):
        try:
            found = criteria.read(terms, NOW, 'owner')
        except exception.InvalidInput as error:
            self.assertLessEqual(len(error.kwargs['argument']), 255)
            return
        self.assertEqual('owner', found.owner_id)
        self.assertIn(found.sort, criteria.SORTS.values())
        self.assertEqual(
            set(terms) - set(found.equal),
            set(terms) - {word for word in terms if word in criteria._EQUAL},
        )
        for first, end in (found.started, found.updated):
            self.assertTrue(first is None or end is None or first < end)

    @given(TIMES, TIMES)
    def test_a_window(self, one, other):
        for what in ('started', 'updated'):
            terms = {
                f'{what}_after': [one.isoformat()],
                f'{what}_before': [other.isoformat()],
            }
            if one < other:
                self.assertEqual(
                    (one, other),
                    getattr(criteria.read(terms, NOW, None), what),
                )
            else:
                self.assertRaises(
                    exception.InvalidInput, criteria.read, terms, NOW, None
                )

    def test_a_date_is_whole_or_refused(self):
        """What could be read as another day is none."""
        for value, first in (
            ('2026', (2026, 1, 1)),
            ('2026-03', (2026, 3, 1)),
            ('2026-03-02', (2026, 3, 2)),
            ('20260302', (2026, 3, 2)),
            ('2026-03-02T04:05', (2026, 3, 2, 4, 5)),
            ('2026-03-02 04:05+01:00', (2026, 3, 2, 3, 5)),
            ('20260302T040500Z', (2026, 3, 2, 4, 5)),
            ('2026-061', None),
            ('2026061', None),
            ('2026-3', None),
            ('2026-3-2', None),
            ('2026-W10', None),
            ('2026-03-02\n', None),
            ('', None),
        ):
            terms = {'started_after': [value]}
            if first is None:
                self.assertRaises(
                    exception.InvalidInput, criteria.read, terms, NOW, None
                )
            else:
                self.assertEqual(
                    datetime.datetime(*first),
                    criteria.read(terms, NOW, None).started[0],
                )

    @given(strategies.integers(0, 10**6))
    def test_times_count_from_now(self, minutes):
        found = criteria.read(
            {
                'started_after': [f'{minutes}m'],
                'open_longer_than': [f'{minutes}m'],
            },
            NOW,
            None,
        )
        expected = NOW - datetime.timedelta(minutes=minutes)
        self.assertEqual((expected, None), found.started)
        self.assertEqual(expected, found.opened_before)

    @given(strategies.sets(strategies.sampled_from(status.STATUSES)))
    def test_several_statuses_in_any_order(self, statuses):
        orders = [sorted(statuses), sorted(statuses, reverse=True)]
        found = {
            criteria.read(
                {'status': order} if order else {}, NOW, None
            ).statuses
            for order in orders
        }
        self.assertEqual({tuple(orders[0])}, found)

    def test_of_others_there_is_one(self):
        for word in set(criteria.WORDS) - {'status'}:
            error = self.assertRaises(
                exception.InvalidInput,
                criteria.read,
                {word: ['1h', '1h']},
                NOW,
                None,
            )
            self.assertEqual(word, error.kwargs['argument'])

    def test_what_changes_meanwhile_does_not_come_twice(self):
        found = criteria.read({'sort': ['updated_at:asc']}, NOW, None)
        self.assertEqual((None, NOW), found.updated)


class RangedTest(base.BaseTestCase):
    @given(
        strategies.none() | TIMES,
        strategies.none() | TIMES,
        strategies.timedeltas(
            min_value=datetime.timedelta(seconds=1),
            max_value=datetime.timedelta(days=40000),
        ),
    )
    def test_its_start_is_known(self, first, end, span):
        query = criteria.read({}, NOW, None)
        query = criteria.dataclasses.replace(query, started=(first, end))
        found, same = criteria.ranged(query, NOW, span).started
        self.assertEqual(end, same)
        if first is not None:
            self.assertEqual(first, found)
        else:
            self.assertLessEqual((end or NOW) - found, span)
