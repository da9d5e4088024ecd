# SPDX-License-Identifier: Apache-2.0
"""The base of tests that play a day."""

import threading

from oslo_utils import timeutils

from nova_actions import reporter
from nova_actions.db import api as db
from nova_actions.demo import clock
from nova_actions.demo import play
from nova_actions.tests import fixtures


class PlayMixin:
    REMOTE = True

    def setUp(self):
        super().setUp()
        self.conf.set_override('heartbeat_interval', 0.1, group='reporter')
        simulated = clock.simulated()
        simulated.__enter__()
        self.addCleanup(simulated.__exit__, None, None, None)
        self.useFixture(fixtures.Reporter(self.conf))
        self.stopping = threading.Event()

    def day(self, actions):
        cloud = play.Demonstration(self.stopping, self.conf.state_path)
        self.begun = timeutils.utcnow()
        cloud.day(actions)
        self.assertTrue(reporter.flush(60))
        return cloud.told

    def actions(self):
        return sorted(
            db.action_list(self.admin),
            key=lambda row: (row['start_time'], row['id']),
        )

    def events(self, action):
        return sorted(
            db.event_list(self.admin, action['id']), key=lambda row: row['id']
        )
