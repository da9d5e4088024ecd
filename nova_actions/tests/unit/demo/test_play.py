# SPDX-License-Identifier: Apache-2.0
import collections
import datetime
from unittest import mock

from oslo_utils import timeutils

from nova_actions import reporter
from nova_actions.db import api as db
from nova_actions.demo import people
from nova_actions.demo import play
from nova_actions.objects import base as objects_base
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests.unit.demo import base as demo_base


class DayTestCase(demo_base.PlayMixin, base.ObjectTestCase):
    def test_the_highlights(self):
        told = self.day(9)
        self.assertEqual(9, told.actions)
        found = self.actions()
        self.assertEqual(9, len(found))
        resize = next(
            row for row in found if row['request_id'] == told.request
        )
        self.assertEqual(
            ('succeeded_after_retry', told.server),
            (resize['status'], resize['instance_uuid']),
        )
        self.assertEqual(
            {'succeeded': 7, 'succeeded_after_retry': 1, 'failed': 1},
            collections.Counter(row['status'] for row in found),
        )
        self.assertEqual(
            {'shop', 'lab', 'operations'},
            {row['project_name'] for row in found},
        )

    def test_it_is_a_day_that_has_passed(self):
        self.day(20)
        now = timeutils.utcnow()
        for action in self.actions():
            self.assertGreater(now, action['finish_time'])
            self.assertLess(self.begun - play.DAY, action['start_time'])
            for event in self.events(action):
                self.assertLess(action['start_time'], event['start_time'])
                self.assertEqual(
                    event['finish_time'] - event['start_time'],
                    datetime.timedelta(microseconds=event['duration_us']),
                )

    def test_servers_have_names(self):
        self.day(9)
        with objects_base.local():
            rows = {
                db.instance_get(self.admin, row['instance_uuid'])[
                    'display_name'
                ]
                for row in self.actions()
            }
        self.assertLessEqual(rows, set(people.NAMES))

    def test_a_second_run_goes_on_with_the_same_servers(self):
        for _ in range(2):
            self.day(2)
        found = db.action_list(self.admin)
        self.assertEqual(1, len({row['instance_uuid'] for row in found}))
        self.assertEqual(
            ['create', 'rebuild', 'resize', 'resize'],
            sorted(row['action'] for row in found),
        )

    def test_it_ends_when_told_to(self):
        self.stopping.set()
        self.assertEqual(0, self.day(50).actions)

    def test_it_goes_on(self):
        self.day(20)
        cloud = play.Demonstration(self.stopping, self.conf.state_path)
        with (
            mock.patch.object(play, 'PAUSE', 0.01),
            mock.patch.object(
                cloud, '_show', autospec=True, side_effect=self.stop_after(3)
            ),
        ):
            cloud.live()
        self.assertTrue(reporter.flush(60))
        self.assertEqual(23, len(self.actions()))

    def stop_after(self, count):
        def show(done):
            if done == count:
                self.stopping.set()

        return show


class OtherRolesTestCase(demo_base.PlayMixin, base.ObjectTestCase):
    """An operator whose administrators have a role of another name."""

    RULES = {'context_is_admin': 'role:cloud_compute_admin'}

    def test_the_highlights(self):
        self.assertEqual(9, self.day(9).actions)
        self.assertEqual(9, len(self.actions()))


class SameTestCase(demo_base.PlayMixin, base.ObjectTestCase):
    def test_each_day_is_the_same(self):
        days = []
        for _ in range(2):
            self.objects.useFixture(fixtures.Database(self.conf))
            self.day(20)
            days.append(
                [
                    (
                        row['instance_uuid'],
                        row['action'],
                        row['status'],
                        [
                            (
                                event['event'],
                                event['host'],
                                event['duration_us'],
                                event['reason'],
                            )
                            for event in self.events(row)
                        ],
                    )
                    for row in self.actions()
                ]
            )
        self.assertEqual(*days)
