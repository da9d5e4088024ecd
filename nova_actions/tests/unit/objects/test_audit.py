# SPDX-License-Identifier: Apache-2.0
import logging

import fixtures

from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.instance_action_event import InstanceActionEventList
from nova_actions.tests import base


class _Audit:
    def setUp(self):
        super().setUp()
        self.action = InstanceAction.action_start(
            self.context, self.instance_uuid, 'create'
        )
        for name in ('compute_a', 'compute_b'):
            self.event = InstanceActionEvent.event_start(
                self.context, self.instance_uuid, name
            )
            InstanceActionEvent.event_finish_with_failure(
                self.context, self.instance_uuid, name, 'broken', '  trace'
            )
        self.log = self.useFixture(
            fixtures.FakeLogger(
                'nova_actions.audit', level=logging.INFO, format='%(message)s'
            )
        )

    def line(self, context):
        return (
            f'Tracebacks read: action {self.action.id} of server '
            f'{self.instance_uuid}, by user root of project cloud, in '
            f'request {context.request_id}\n'
        )

    def root(self):
        return self.new_context(
            user_id='root', project_id='cloud', roles=['admin']
        )

    def test_one_line_for_a_list(self):
        context = self.root()
        InstanceActionEventList.get_by_action(context, self.action.id)
        self.assertEqual(self.line(context), self.log.output)

    def test_one_line_for_an_event(self):
        context = self.root()
        InstanceActionEvent.get_by_id(context, self.action.id, self.event.id)
        self.assertEqual(self.line(context), self.log.output)

    def test_one_line_for_events_of_an_action(self):
        context = self.root()
        action = InstanceAction.get_by_request_id(
            context, self.instance_uuid, self.context.request_id
        )
        self.assertEqual('', self.log.output)
        self.assertEqual(2, len(action.events))
        self.assertEqual(self.line(context), self.log.output)

    def test_no_line_where_they_are_withheld(self):
        InstanceActionEventList.get_by_action(self.context, self.action.id)
        InstanceActionEvent.get_by_id(
            self.context, self.action.id, self.event.id
        )
        self.assertEqual('', self.log.output)


class TestLocal(_Audit, base.ObjectTestCase):
    pass


class TestRemote(_Audit, base.ObjectTestCase):
    REMOTE = True
