# SPDX-License-Identifier: Apache-2.0
"""What is open, silent, waiting and lost."""

import datetime

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from oslo_utils import timeutils
from oslotest import base as oslo_base

from nova_actions.db import engine
from nova_actions.db import reporter
from nova_actions.db import standing
from nova_actions.db.models import REPORTERS
from nova_actions.tests.unit.db import old

NOW = datetime.datetime(2026, 3, 1, 12)
ages = st.integers(0, 10**6)


def ago(seconds):
    return None if seconds is None else NOW - datetime.timedelta(0, seconds)


class TestHost(oslo_base.BaseTestCase):
    @given(
        st.lists(
            st.tuples(ages, st.none() | ages, st.none() | ages), min_size=1
        )
    )
    def test_worst_reporter_counts(self, reporters):
        host = standing.Host()
        for silent, waiting, since in reporters:
            host.add(
                {
                    'last_seen': ago(silent),
                    'waiting': waiting,
                    'waiting_since': ago(since),
                },
                NOW,
            )
        silents, waitings, sinces = zip(*reporters, strict=True)
        self.assertEqual(max(silents), host.silent)
        self.assertEqual(sum(each or 0 for each in waitings), host.waiting)
        self.assertEqual(max(each or 0 for each in sinces), host.oldest)
        self.assertEqual(
            any(each > reporter.SILENCE.total_seconds() for each in silents),
            host.is_silent,
        )


class _Tests:
    def test_actions(self):
        server = self.instance()
        age = timeutils.utcnow() - old.NOW
        for status in ('running', 'running', 'interrupted', 'failed'):
            self.action(server, 1, status=status)
        found = standing.get(self.admin)
        [(name, (number, oldest))] = found.open.items()
        self.assertEqual(('reboot', 2, 1), (name, number, found.interrupted))
        self.assertLess(abs((age + old.DAY).total_seconds() - oldest), 600)

    def test_losses_are_added_up(self):
        for epoch, host, lost in (
            ('1', 'a', {'full': 2, 'error': 1}),
            ('2', 'a', {'full': 3}),
            ('3', 'b', {}),
            ('4', None, {}),
        ):
            reporter.told(self.admin, epoch, host, 1, lost)
        # It tells nothing of losses itself, as those of the first release.
        with engine.begun() as connection:
            connection.execute(
                sa.update(REPORTERS)
                .where(REPORTERS.c.epoch == '4')
                .values(lost=None, refused=4)
            )
        found = standing.get(self.admin)
        self.assertEqual({'full': 5, 'error': 1, 'refused': 4}, found.lost)
        self.assertEqual(4, found.reporters)
        self.assertEqual(
            {'a': 2, 'b': 1, '': 1},
            {name: host.waiting for name, host in found.hosts.items()},
        )


class TestSqlite(_Tests, old.OldRowsTestCase):
    pass


class TestMysql(_Tests, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, old.OldRowsTestCase):
    BACKEND = 'postgresql'
