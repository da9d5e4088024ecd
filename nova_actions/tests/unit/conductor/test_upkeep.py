# SPDX-License-Identifier: Apache-2.0
"""The conductor's upkeep, turn by turn."""

from unittest import mock

import fixtures
from oslotest import base

from nova_actions import exception
from nova_actions.conductor import upkeep
from nova_actions.db import reporter
from nova_actions.tests import fixtures as own_fixtures
from nova_actions.upkeep import orphans
from nova_actions.upkeep import ownership


class TestUpkeep(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger())
        self.interrupt = self.patch(orphans, 'interrupt', 0)
        self.forget = self.patch(reporter, 'forget', 0)
        self.fill = self.patch(ownership, 'fill', None)

    def patch(self, owner, name, answer):
        return self.enterContext(
            mock.patch.object(owner, name, autospec=True, return_value=answer)
        )

    def make(self, timeout=60):
        conf = self.useFixture(
            own_fixtures.Conf(conductor__orphan_timeout=timeout)
        ).conf
        return upkeep.Upkeep(conf)

    def test_what_was_done_is_logged(self):
        self.interrupt.return_value, self.forget.return_value = 3, 2
        self.assertEqual((3, 2), self.make().run())
        self.assertIn('3 actions', self.log.output)
        self.assertIn('2 reporters', self.log.output)

    def test_nothing_was_done(self):
        self.assertEqual((0, 0), self.make().run())
        self.assertEqual('', self.log.output)
        self.fill.assert_called_once()

    def test_no_timeout(self):
        self.forget.return_value = 2
        self.assertEqual((0, 2), self.make(timeout=0).run())
        self.interrupt.assert_not_called()

    def test_database_goes_away_in_between(self):
        self.interrupt.return_value = 3
        self.forget.side_effect = exception.DatabaseUnavailable
        self.assertEqual((3, 0), self.make().run())
        self.assertIn('3 actions', self.log.output)
        self.fill.assert_not_called()

    def test_looks_often_enough_for_a_short_timeout(self):
        for timeout in (6, 60, 3600, 86400):
            interval = self.make(timeout)._periodic._interval
            self.assertLess(interval, timeout)
            self.assertLessEqual(interval, upkeep.INTERVAL)
        self.assertEqual(upkeep.INTERVAL, self.make(0)._periodic._interval)
