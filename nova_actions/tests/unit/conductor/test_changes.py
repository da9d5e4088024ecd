# SPDX-License-Identifier: Apache-2.0
"""Changes are numbered, counted and sent."""

import sqlalchemy as sa

from nova_actions.conductor import changes
from nova_actions.db import engine
from nova_actions.db.change import feed
from nova_actions.db.models import CHANGE_FEED
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.tests import base
from nova_actions.tests import fixtures


class TestChanges(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')

    def begin(self, count):
        for _ in range(count):
            InstanceAction.action_start(
                self.new_context(), self.instance_uuid, 'reboot'
            )

    def test_numbered_and_counted_once(self):
        metrics = self.useFixture(fixtures.Metrics())
        self.begin(3)
        work = changes.Changes(self.conf)
        self.assertEqual(4, work.run())
        self.assertEqual(0, work.run())
        self.assertEqual(4, feed.last(self.admin))
        self.assertEqual(3, metrics('actions_started_total', action='reboot'))

    def test_another_goes_on_at_once_after_a_stop(self):
        first, second = (changes.Changes(self.conf) for _ in range(2))
        for work, holder in ((first, 'one'), (second, 'two')):
            work._holder = holder
        self.assertEqual(1, first.run())
        self.begin(1)
        self.assertEqual(0, second.run())
        first.stop()
        with engine.engine().connect() as connection:
            end = connection.execute(
                sa.select(CHANGE_FEED.c.lease_end)
            ).scalar()
        self.assertIsNone(end)
        self.assertEqual(1, second.run())
