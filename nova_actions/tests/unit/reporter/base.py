# SPDX-License-Identifier: Apache-2.0
"""The base of tests of the reporter: one with short times, over objects that
run here or on a conductor over ``fake://``."""

import os

import fixtures

from nova_actions import reporter
from nova_actions.db import api as db
from nova_actions.objects import base as objects_base
from nova_actions.reporter import active
from nova_actions.reporter import recorder
from nova_actions.tests import base
from nova_actions.tests import patience


class Recording(fixtures.Fixture):
    """A recorder of this process whose reports go where remotables go.

    :param about: what the program reports about itself
    :param settings: those that differ
    """

    def __init__(self, folder=None, about=None, **settings):
        self._folder = folder
        self._about = about
        self._settings = {
            'host': 'here',
            'delivery_interval': 0.01,
            'heartbeat_interval': 0.2,
            'parent_timeout': 0.0,
            'fsync_interval': 0.05,
            'timeout': patience.PATIENCE,
            **settings,
        }

    def _setUp(self):
        self.folder = self._folder or os.path.join(
            self.useFixture(fixtures.TempDir()).path, 'spool'
        )
        self.recorder = recorder.Recorder(
            recorder.Settings(folder=self.folder, **self._settings),
            about=self._about,
        )
        reporter.begin(self.recorder)
        self.addCleanup(reporter.stop)


class ReporterTestCase(base.ObjectTestCase):
    """:attr:`SETTINGS` are the recorder's."""

    SETTINGS = {}

    def setUp(self):
        super().setUp()
        self.addCleanup(reporter.stop)
        self.recording = self.record(**self.SETTINGS)

    def record(self, **settings):
        return self.useFixture(Recording(**settings))

    def flush(self):
        """Wait until all is delivered that was not lost."""
        self.assertTrue(active.current().flush(patience.PATIENCE))

    def create(self, context=None):
        """Have an action of a request of a new server."""
        context = context or self.context
        with reporter.ActionReporter(
            context, self.instance_uuid, 'create', 'here'
        ):
            pass
        self.flush()

    def rows(self, instance_uuid=None):
        """Return the actions, newest first, each with its events, oldest
        first."""
        with objects_base.local():
            actions = db.action_list(
                self.admin, instance_uuid or self.instance_uuid
            )
            for action in actions:
                action['events'] = db.event_list(self.admin, action['id'])[
                    ::-1
                ]
            return actions

    def events(self):
        return [
            event
            for action in reversed(self.rows())
            for event in action['events']
        ]


def losses():
    """Return what was lost in this process, by reason."""
    return dict(active.current().losses.counts)
