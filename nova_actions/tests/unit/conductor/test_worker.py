# SPDX-License-Identifier: Apache-2.0
"""Threads against connections."""

from oslotest import base

from nova_actions.conductor import worker
from nova_actions.tests import fixtures


class TestThreadCount(base.BaseTestCase):
    def count(self, **overrides):
        return worker.thread_count(
            self.useFixture(fixtures.Conf(**overrides)).conf
        )

    def test_by_default_each_thread_has_a_connection(self):
        conf = self.useFixture(fixtures.Conf()).conf
        self.assertLessEqual(
            conf.executor_thread_pool_size,
            conf.database.max_pool_size + conf.database.max_overflow,
        )
        self.assertEqual(conf.executor_thread_pool_size, self.count())

    def test_more_is_cut(self):
        self.assertEqual(
            9,
            self.count(
                executor_thread_pool_size=64,
                database__max_pool_size=4,
                database__max_overflow=5,
            ),
        )

    def test_no_limit(self):
        for pool, overflow in ((0, 5), (5, -1)):
            self.assertEqual(
                64,
                self.count(
                    executor_thread_pool_size=64,
                    database__max_pool_size=pool,
                    database__max_overflow=overflow,
                ),
            )
