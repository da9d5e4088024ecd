# SPDX-License-Identifier: Apache-2.0
"""A stranger learns nothing and changes nothing, whatever he names."""

import uuid

from nova_actions import exception
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.instance_action_event import InstanceActionEventList
from nova_actions.tests import base
from nova_actions.tests.functional import fuzz


class TestStranger(base.ObjectTestCase):
    REMOTE = True

    def setUp(self):
        super().setUp()
        self.action = InstanceAction.action_start(
            self.context, self.instance_uuid, 'create'
        )
        self.event = InstanceActionEvent.event_start(
            self.context, self.instance_uuid, 'compute_create', host='h'
        )

    def calls(self, instance_uuid, request_id, action_id, handle):
        """Yield every call that names something, with those names."""
        context = self.new_context(
            project_id='other', roles=['reader'], request_id=request_id
        )
        action, event = InstanceAction, InstanceActionEvent
        yield action.get_by_request_id, context, instance_uuid, request_id
        yield action.action_start, context, instance_uuid, 'reboot'
        yield action.action_finish, context, instance_uuid
        yield (
            action(
                context, instance_uuid=instance_uuid, request_id=request_id
            ).finish,
        )
        yield (
            action(
                context, instance_uuid=instance_uuid, action='reboot'
            ).create,
        )
        yield InstanceActionList.get_by_instance_uuid, context, instance_uuid
        yield event.get_by_id, context, action_id, 1
        yield event.event_start, context, instance_uuid, 'compute_x'
        yield event.event_finish, context, instance_uuid, 'compute_create'
        yield (
            event.event_finish_with_failure,
            context,
            instance_uuid,
            'compute_create',
            'x',
            'y',
            True,
            None,
            handle,
        )
        yield (event(context, action_id=action_id, id=1).finish,)
        yield (event(context, event='x').create, instance_uuid, request_id)
        yield InstanceActionEventList.get_by_action, context, action_id

    def test_existing_and_unknown_alike(self):
        before = fuzz.everything()
        known = self.calls(
            self.instance_uuid,
            self.context.request_id,
            self.action.id,
            self.event.uuid,
        )
        unknown = self.calls(
            str(uuid.uuid4()), 'req-unknown', 999, str(uuid.uuid4())
        )
        for (call, *args), (other, *other_args) in zip(
            known, unknown, strict=True
        ):
            errors = {
                (type(error), str(error))
                for error in (
                    self.assertRaises(exception.Forbidden, call, *args),
                    self.assertRaises(exception.Forbidden, other, *other_args),
                )
            }
            self.assertEqual(1, len(errors), call.__name__)
        self.assertEqual(before, fuzz.everything())
