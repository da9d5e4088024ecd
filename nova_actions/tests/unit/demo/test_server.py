# SPDX-License-Identifier: Apache-2.0
"""What actions on a server leave in the record."""

from unittest import mock

from nova_actions import reporter
from nova_actions.demo import host
from nova_actions.demo import people
from nova_actions.demo import server
from nova_actions.tests import base
from nova_actions.tests.unit.demo import base as demo_base


class ServerTest(demo_base.PlayMixin, base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        # It makes the servers known.
        self.day(0)
        self.server = server.Server(0)

    def play(self, *stories):
        """Play stories, one after the other; return the last action and its
        steps, each with its host and result."""
        for story in stories:
            for seconds in story():
                self.assertLessEqual(0, seconds)
            # Each report is in the database before the next request.
            self.assertTrue(reporter.flush(60))
        action = next(
            row
            for row in self.actions()
            if row['request_id'] == self.server.request
        )
        return action, [
            (each['event'], each['host'], each['result'])
            for each in self.events(action)
        ]

    def fail_on(self, *names):
        """Have each step fail on those hosts."""

        def trouble(tested, _day, _chance):
            return host.failure(0) if tested.name in names else None

        patch = mock.patch.object(host.Host, 'trouble', trouble)
        patch.start()
        self.addCleanup(patch.stop)

    def test_built_where_it_succeeds(self):
        first, second, _third = (
            each.name for each in host.HOSTS if each.zone == 'east'
        )
        self.fail_on(first)
        action, steps = self.play(self.server.create)
        build = 'compute__do_build_and_run_instance'
        self.assertEqual(
            [(build, first, 'Error'), (build, second, 'Success')], steps
        )
        self.assertEqual('succeeded_after_retry', action['status'])
        self.assertEqual(second, self.server.host.name)

    def test_built_nowhere(self):
        east = [each.name for each in host.HOSTS if each.zone == 'east']
        self.fail_on(*east)
        action, steps = self.play(self.server.create)
        self.assertEqual(east, [name for _event, name, _result in steps])
        self.assertEqual('failed', action['status'])

    def test_resized(self):
        source, target, other = (
            each for each in host.HOSTS if each.zone == 'east'
        )
        self.fail_on()
        _action, steps = self.play(
            self.server.create, self.server.resize_at_second_attempt
        )
        self.assertEqual(
            [
                ('compute_prep_resize', target.name, 'Error'),
                ('compute_prep_resize', other.name, 'Success'),
                ('compute_resize_instance', source.name, 'Success'),
                ('compute_finish_resize', other.name, 'Success'),
            ],
            steps,
        )
        self.assertEqual(other, self.server.host)

    def test_not_migrated(self):
        """It stays where it is."""
        source, target, _other = (
            each for each in host.HOSTS if each.zone == 'east'
        )
        self.fail_on(target.name)
        action, steps = self.play(self.server.create, self.server.live_migrate)
        self.assertEqual(
            ('compute_pre_live_migration', target.name, 'Error'), steps[-1]
        )
        self.assertEqual('failed', action['status'])
        self.assertEqual(source, self.server.host)
        self.assertEqual(people.CAROL.user_id, action['user_id'])
