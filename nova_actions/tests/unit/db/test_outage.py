# SPDX-License-Identifier: Apache-2.0
"""An outage of the database is logged once, and so is its end."""

import logging

import fixtures
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.db import outage


class TestOutage(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger(level=logging.INFO))
        outage.setup()
        self.addCleanup(outage.setup)

    @given(st.lists(st.booleans()))
    def test_each_change_is_logged_once(self, uses):
        outage.setup()
        self.log.reset_output()
        was_down, changes = False, 0
        for is_down in uses:
            if is_down:
                outage.went('OperationalError')
            else:
                outage.came_back()
            changes += is_down is not was_down
            was_down = is_down
            self.assertIs(is_down, outage.is_known())
            self.assertIs(is_down, outage.wait(0))
        self.assertEqual(changes, len(self.log.output.splitlines()))

    def test_libraries_log_no_traceback(self):
        for name in ('oslo_db.api', 'sqlalchemy.pool.impl.QueuePool'):
            log = logging.getLogger(name)
            try:
                raise ValueError
            except ValueError:
                log.exception('Lost')
            log.error('Found')
        self.assertEqual(['Found', 'Found'], self.log.output.split())
