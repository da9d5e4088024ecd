# SPDX-License-Identifier: Apache-2.0
"""When the bridge begins in a server that forks."""

import sys
import types
from unittest import mock

from oslotest import base

from nova_actions_bridge import forking


class TestForking(base.BaseTestCase):
    def begin(self, **uwsgi):
        """Return uWSGI's module after a begin in it, and what was called."""
        self.called = []
        module = types.SimpleNamespace(**uwsgi) if uwsgi else None
        with mock.patch.dict(sys.modules, {'uwsgi': module}):
            forking.begin(lambda: self.called.append('start'))
        return module

    def test_no_uwsgi(self):
        self.begin()
        self.assertEqual(['start'], self.called)

    def test_a_worker(self):
        """As with lazy-apps, which loads after the fork."""
        self.begin(worker_id=lambda: 1)
        self.assertEqual(['start'], self.called)

    def test_a_master(self):
        module = self.begin(
            worker_id=lambda: 0,
            post_fork_hook=lambda: self.called.append('another'),
        )
        self.assertEqual([], self.called)
        module.post_fork_hook()
        self.assertEqual(['another', 'start'], self.called)
