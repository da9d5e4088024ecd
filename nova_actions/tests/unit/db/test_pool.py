# SPDX-License-Identifier: Apache-2.0
"""How many connections the pool has."""

from unittest import mock

from oslotest import base

from nova_actions.db import engine
from nova_actions.db import pool
from nova_actions.tests import fixtures


class TestMeasure(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.conf = self.useFixture(fixtures.Conf()).conf
        self.metrics = self.useFixture(fixtures.Metrics())

    def measure(self):
        pool.measure()
        return tuple(
            self.metrics('database_connections', state=state)
            for state in ('in_use', 'idle', 'limit')
        )

    def test_in_use_and_idle(self):
        self.conf.set_override('max_pool_size', 3, group='database')
        self.conf.set_override('max_overflow', 4, group='database')
        self.useFixture(fixtures.Database(self.conf, 'postgresql'))
        with engine.engine().connect(), engine.engine().connect():
            self.assertEqual((2, 0, 7), self.measure())
        self.assertEqual((0, 2, 7), self.measure())

    def test_no_limit(self):
        self.conf.set_override('max_overflow', -1, group='database')
        self.useFixture(fixtures.Database(self.conf, 'postgresql'))
        with engine.engine().connect():
            self.assertEqual((1, 0, None), self.measure())

    def test_before_the_first_use(self):
        # Another test may have left an engine in this process.
        with mock.patch.object(
            engine, 'pool', autospec=True, return_value=None
        ):
            self.assertEqual((None, None, None), self.measure())
