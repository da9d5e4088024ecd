# SPDX-License-Identifier: Apache-2.0
"""Reporters, and when they are forgotten."""

import datetime
import uuid

from oslo_utils import fixture as utils_fixture

from nova_actions.db import models
from nova_actions.db import report
from nova_actions.db import reporter
from nova_actions.tests.unit.db import old
from nova_actions.tests.unit.db.test_report import make
from nova_actions.upkeep import retention
from nova_actions.upkeep import stale_reporter

SECOND = datetime.timedelta(seconds=1)


class _Tests:
    def setUp(self):
        super().setUp()
        self.clock = self.useFixture(utils_fixture.TimeFixture(old.NOW))
        self.epoch = str(uuid.uuid4())

    def tell(self, waiting=0, lost=None, epoch=None, **kwargs):
        reporter.told(
            self.admin, epoch or self.epoch, 'h', waiting, lost or {}, **kwargs
        )

    def close(self):
        stale_reporter.close(self.admin, self.epoch, 'it is dead')

    def forget(self):
        return reporter.forget(self.admin)

    def row(self):
        [row] = reporter.page(self.admin)
        return row

    def test_last_heartbeat_counts(self):
        self.tell(3, {'full': 1}, about={'nova': '34'}, oldest_age=60)
        self.clock.advance_time_seconds(30)
        self.tell(5, {'full': 2}, oldest_age=10**30)
        row = self.row()
        self.assertEqual(
            (2, 5, {'full': 2}, {}, old.NOW + 30 * SECOND),
            tuple(
                row[name]
                for name in ('beats', 'waiting', 'lost', 'about', 'last_seen')
            ),
        )
        # A clock that is far off is believed up to a hundred years.
        self.assertEqual(1926, row['waiting_since'].year)

    def test_heartbeat_reopens_a_closed_one(self):
        self.tell()
        self.close()
        self.assertIsNotNone(self.row()['closed_at'])
        self.tell()
        self.assertIsNone(self.row()['closed_at'])
        self.assertEqual(0, self.forget())

    def test_refused_reports_are_the_losses_of_one_that_tells_none(self):
        old.add(
            self.admin,
            [
                models.Reporter(
                    epoch=self.epoch, created_at=old.NOW, last_seen=old.NOW
                )
            ],
        )
        self.assertEqual({}, self.row()['lost'])
        for _ in range(2):
            reporter.count(self.admin, self.epoch, 3, 1)
        self.assertEqual({'refused': 6}, self.row()['lost'])
        self.assertEqual(2, self.row()['times_cut'])

    def test_forgotten_when_its_events_are_gone(self):
        events = [
            make('action', self.instance_uuid, 'create', start_time=old.NOW),
            make(
                'start',
                self.instance_uuid,
                'step',
                start_time=old.NOW,
                epoch=self.epoch,
            ),
        ]
        report.apply(self.admin, events, self.epoch, 'h')
        self.tell(epoch=str(uuid.uuid4()))
        self.assertEqual(0, self.forget())
        self.close()
        self.assertEqual(0, self.forget())
        list(
            retention.purge(
                self.admin,
                retention.Selection(old.NOW + old.DAY),
                pause=old.no_pause,
            )
        )
        self.assertEqual(1, self.forget())
        # The other one is not closed.
        self.assertNotEqual(self.epoch, self.row()['epoch'])

    def test_losses_are_kept_for_a_while(self):
        self.tell(lost={'full': 3})
        self.close()
        self.assertEqual(0, self.forget())
        self.clock.advance_time_delta(reporter.LOSSES_KEPT + SECOND)
        self.assertEqual(1, self.forget())

    def test_many(self):
        old.add(
            self.admin,
            [
                models.Reporter(
                    epoch=str(uuid.uuid4()),
                    created_at=old.NOW,
                    last_seen=old.NOW,
                    closed_at=old.NOW,
                )
                for _ in range(reporter.PAGE + 5)
            ],
        )
        self.assertEqual(reporter.PAGE + 5, self.forget())


class TestSqlite(_Tests, old.OldRowsTestCase):
    pass


class TestMysql(_Tests, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, old.OldRowsTestCase):
    BACKEND = 'postgresql'
