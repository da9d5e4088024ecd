# SPDX-License-Identifier: Apache-2.0
import threading

from nova_actions import reporter
from nova_actions.cmd import demo
from nova_actions.cmd import fleet
from nova_actions.objects import base as objects_base
from nova_actions.objects import instance_action
from nova_actions.tests import base
from nova_actions.tests import fixtures


class PlanTestCase(base.base.BaseTestCase):

    def test_it_is_bounded_and_always_the_same(self):
        for actions in (1, 9, 25, 200):
            self.assertEqual(actions, len(demo.plan(actions)))
        self.assertEqual(demo.plan(200), demo.plan(200))
        self.assertEqual(demo.plan(25), demo.plan(200)[:25])

    def test_each_server_is_created_first(self):
        seen = set()
        for number, story in demo.plan(500):
            if number not in seen:
                self.assertIs(fleet.Server.create, story)
                seen.add(number)
        self.assertEqual(set(range(fleet.SERVERS)), seen)


class RunTestCase(base.ObjectTestCase):

    REMOTE = True

    def setUp(self):
        super().setUp()
        self.conf.set_override('heartbeat_interval', 0.1, group='reporter')
        self.useFixture(fixtures.Reporter(self.conf))

    def play(self, actions):
        told = demo.run(actions, threading.Event(), self.conf.state_path,
                        pace=0)
        self.assertTrue(reporter.flush(60))
        return told

    def actions(self):
        with objects_base.local():
            return list(instance_action.InstanceActionList.get_by_project(
                self.admin, limit=1000))

    def test_highlights(self):
        told = self.play(len(demo.HIGHLIGHTS))
        self.assertEqual(len(demo.HIGHLIGHTS), told.actions)
        found = self.actions()
        self.assertEqual(len(demo.HIGHLIGHTS), len(found))
        by_request = {each.request_id: each for each in found}
        resize = by_request[told.request]
        self.assertEqual('succeeded_after_retry', resize.status)
        self.assertEqual(told.server, resize.instance_uuid)
        statuses = [each.status for each in found]
        self.assertEqual(1, statuses.count('failed'))
        # Of the resize, and of the reboot whose host died and came back.
        self.assertEqual(2, statuses.count('succeeded_after_retry'))
        self.assertEqual(len(found) - 3, statuses.count('succeeded'))
        self.assertEqual(2, len({
            server.project_id for server in (fleet.ALICE, fleet.BOB)}))

    def test_a_second_run_goes_on_with_the_same_servers(self):
        for _ in range(2):
            self.play(2)
        found = self.actions()
        self.assertEqual(1, len({each.instance_uuid for each in found}))
        self.assertEqual(
            ['create', 'rebuild', 'resize', 'resize'],
            sorted(each.action for each in found))

    def test_it_ends_when_told_to(self):
        stopping = threading.Event()
        stopping.set()
        self.assertEqual(0, demo.run(
            50, stopping, self.conf.state_path).actions)


class OtherRolesTestCase(RunTestCase):
    """An operator whose administrators have a role of another name."""

    RULES = {'context_is_admin': 'role:cloud_compute_admin'}
