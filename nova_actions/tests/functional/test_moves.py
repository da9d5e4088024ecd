# SPDX-License-Identifier: Apache-2.0
"""The way of a call is short enough to be read."""

from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.instance_action_event import InstanceActionEventList
from nova_actions.tests import fixtures
from nova_actions.tests import moves
from nova_actions.tests.unit.api import base

EVENTS = (
    'conductor_migrate_server',
    'compute_reboot_instance',
    'compute__do_finish',
)


class TestShow(base.ApiTestCase):
    def setUp(self):
        super().setUp()
        writer = fixtures.make_context(project_id=base.PROJECT)
        InstanceAction.action_start(writer, self.server, 'create')
        for name in EVENTS:
            InstanceActionEvent.event_start(writer, self.server, name)
            InstanceActionEvent.event_finish(writer, self.server, name)
        self.request_id = writer.request_id

    def assert_short(self, function, files, changes):
        # What happens once only has happened after this.
        function()
        found, changed = moves.count(function)
        self.assertLessEqual(len(found), files, sorted(found))
        self.assertLessEqual(changed, changes)

    def test_of_objects(self):
        def show():
            context = fixtures.make_context(project_id=base.PROJECT)
            action = InstanceAction.get_by_request_id(
                context, self.server, self.request_id
            )
            events = InstanceActionEventList.get_by_action(context, action.id)
            self.assertEqual(3, len(events))

        self.assert_short(show, files=20, changes=60)

    def test_over_http(self):
        def show():
            answer = self.get(f'{self.path}/{self.request_id}', version='2.84')
            self.assertEqual(3, len(answer.json['instanceAction']['events']))

        self.assert_short(show, files=37, changes=115)
