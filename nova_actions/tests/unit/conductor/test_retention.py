# SPDX-License-Identifier: Apache-2.0
import threading
from unittest import mock

from oslo_utils import fixture as utils_fixture

from nova_actions import exception
from nova_actions.conductor import retention
from nova_actions.conductor import service
from nova_actions.conductor import timer
from nova_actions.tests import patience
from nova_actions.tests.unit.db import old
from nova_actions.upkeep import retention as db_retention


class TestPurge(old.OldRowsTestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(utils_fixture.TimeFixture(old.NOW))
        patch = mock.patch.object(retention, 'PAUSE', 0)
        patch.start()
        self.addCleanup(patch.stop)
        self.server = self.instance()
        for age in (9, 8, 1):
            self.action(self.server, age)
        self.timer = retention.Purge(self.conf)

    def configure(self, **values):
        for name, value in values.items():
            self.conf.set_override(name, value, group='retention')

    def test_off(self):
        self.assertEqual(db_retention.Done(), self.timer.run())
        self.assertEqual(3, len(self.left(self.server)))

    def test_by_days(self):
        self.configure(days=5)
        self.assertEqual(db_retention.Done(2, 2), self.timer.run())
        self.assertEqual(db_retention.Done(), self.timer.run())

    def test_but_for_the_last(self):
        self.configure(days=5, keep_last=2)
        self.assertEqual(1, self.timer.run().actions)

    def test_the_database_is_gone(self):
        self.configure(days=5)
        with mock.patch.object(
            db_retention,
            '_page',
            autospec=True,
            side_effect=exception.DatabaseUnavailable,
        ):
            self.assertEqual(db_retention.Done(), self.timer.run())
        self.assertEqual(2, self.timer.run().actions)

    def test_the_end_does_not_wait_for_the_rest(self):
        self.configure(days=5)
        self.timer.stop()
        with mock.patch.object(db_retention, 'BATCH', 1):
            self.assertEqual(1, self.timer.run().actions)

    def test_old_statistics(self):
        with mock.patch.object(
            retention.stat_expiry,
            'expire',
            autospec=True,
            side_effect=[retention.stat_expiry.BATCH, 1] * 2,
        ) as expire:
            self.timer.run()
            self.configure(stats_days=7)
            self.timer.run()
            self.configure(stats_days=0)
            self.timer.run()
        self.assertEqual(
            [400, 400, 7, 7],
            [(old.NOW - call.args[1]).days for call in expire.call_args_list],
        )

    def test_old_statistics_stay_where_the_database_is_gone(self):
        self.configure(days=5)
        with mock.patch.object(
            retention.stat_expiry,
            'expire',
            autospec=True,
            side_effect=exception.DatabaseUnavailable,
        ):
            self.assertEqual(2, self.timer.run().actions)

    def test_the_conductor_purges(self):
        self.configure(days=5, interval=1)
        purged = threading.Event()
        run = retention.Purge.run

        def note(periodic):
            run(periodic)
            purged.set()

        with (
            mock.patch.object(retention.Purge, 'run', note),
            mock.patch.object(
                timer.random, 'uniform', autospec=True, return_value=0
            ),
        ):
            conductor = service.ConductorService(self.conf)
            conductor.start()
            self.addCleanup(conductor.stop)
            self.assertTrue(purged.wait(patience.PATIENCE))
        self.assertEqual(1, len(self.left(self.server)))
