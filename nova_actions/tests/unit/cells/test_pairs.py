# SPDX-License-Identifier: Apache-2.0
"""Which actions of two databases are the same."""

import datetime

import hypothesis
from hypothesis import strategies as st
from oslotest import base

from nova_actions.cells import pairs

START = datetime.datetime(2026, 1, 5, 13, 38, 20)


def at(seconds):
    return START + datetime.timedelta(seconds=seconds)


def rows(*starts, name='extend_volume'):
    return [
        {
            'id': number,
            'action': name,
            'start_time': start if start is None else at(start),
        }
        for number, start in enumerate(starts, 1)
    ]


class PairsTest(base.BaseTestCase):
    def paired(self, own, others):
        """Return the ids of ours by those of the others."""
        return {
            number: row['id']
            for number, row in pairs.find(own, others).items()
        }

    def test_the_same(self):
        for own, others, expected in (
            ([0], [0], {1: 1}),
            ([None], [None], {1: 1}),
            ([0], [None], {}),
            ([None], [0], {}),
            # As MariaDB, MySQL and PostgreSQL store it.
            ([0.6], [0], {1: 1}),
            ([0.6], [1], {1: 1}),
            ([0.6], [0.6], {1: 1}),
            # The request came in before its action began.
            ([1.001], [-0.5], {1: 1}),
            ([0], [2], {}),
            ([2], [0], {}),
            # One of two stays, and it is the right one.
            ([1.4], [0, 1], {2: 1}),
            ([0.4], [0, 1], {1: 1}),
            ([0, 1], [1], {1: 2}),
            ([0, 30], [30], {1: 2}),
            ([0, 0], [0], {1: 1}),
            ([0], [0, 0], {1: 1}),
            ([0.2, 1.4], [1, 0], {2: 1, 1: 2}),
        ):
            self.assertEqual(
                expected, self.paired(rows(*own), rows(*others)), (own, others)
            )

    def test_another_name(self):
        self.assertEqual({}, self.paired(rows(0), rows(0, name='reboot')))

    @hypothesis.settings(deadline=None)
    @hypothesis.given(
        *(st.lists(st.none() | st.floats(0, 10), max_size=8) for _ in range(2))
    )
    def test_one_to_one(self, own, others):
        found = self.paired(rows(*own), rows(*others))
        self.assertEqual(len(found), len(set(found.values())))
        for other, mine in found.items():
            starts = own[mine - 1], others[other - 1]
            if None in starts:
                self.assertEqual((None, None), starts)
            else:
                self.assertLess(abs(starts[0] - starts[1]), 2.001)
        # Whole lists that are the same are the same wholly.
        self.assertEqual(
            len(own), len(self.paired(rows(*own), rows(*reversed(own))))
        )
