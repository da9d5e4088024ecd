# SPDX-License-Identifier: Apache-2.0
"""One action in full, however it is named."""

import uuid

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.objects import base as objects_base
from nova_actions.objects.action_detail import ActionDetail
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import base


class ActionDetailMixin:
    def act(self, *steps, context=None, server=None, error=None):
        """Record an action with steps; return its uuid."""
        context = context or self.new_context()
        server = server or self.instance_uuid
        InstanceAction.action_start(context, server, 'create')
        for name in steps:
            InstanceActionEvent.event_start(
                context, server, name, host='cmp-1'
            )
            InstanceActionEvent.event_finish_with_failure(
                context,
                server,
                name,
                exc_val=error,
                exc_tb=error and '  File "x", line 1\n',
                host='cmp-1',
            )
        (row,) = (
            row
            for row in db.action_list(self.admin)
            if row['request_id'] == context.request_id
        )
        return row['uuid']

    def lookup(self, context, identifier):
        # It is not offered over RPC.
        with objects_base.local():
            return ActionDetail.lookup(context, identifier)

    def test_names(self):
        context = self.new_context(global_request_id=f'req-{uuid.uuid4()}')
        own = self.act(context=context)
        self.act()
        for identifier in (
            own,
            own[:8],
            own[:20],
            context.request_id,
            context.global_request_id,
        ):
            self.assertEqual(own, self.lookup(context, identifier))
            self.assertEqual(own, self.lookup(self.admin, identifier))
            # Not even that it exists.
            self.assertRaises(
                exception.ActionNotFound,
                self.lookup,
                self.stranger(),
                identifier,
            )
        for unknown in (own[:7], '', str(uuid.uuid4()), 'x' * 300):
            self.assertRaises(
                exception.ActionNotFound, self.lookup, context, unknown
            )

    def test_a_name_of_several(self):
        """Each sees those of the own project only."""
        request = f'req-{uuid.uuid4()}'
        uuids = [
            self.act(
                context=self.new_context(
                    global_request_id=request, project_id=project
                ),
                server=str(uuid.uuid4()),
            )
            for project in ('owner', 'owner', 'other')
        ]
        for context, count in ((self.context, 2), (self.admin, 3)):
            error = self.assertRaises(
                exception.ActionAmbiguous, self.lookup, context, request
            )
            self.assertEqual(
                set(uuids[:count]),
                {each['uuid'] for each in error.kwargs['candidates']},
            )
        self.assertEqual(
            uuids[2],
            self.lookup(self.new_context(project_id='other'), request),
        )

    def test_pages_of_steps(self):
        """Each page goes on with the counts of the one before."""
        own = self.act('one', 'two', 'one', 'one')
        found, marker, has_more = [], None, True
        while has_more:
            page = ActionDetail.get_by_uuid(self.context, own, 3, marker)
            found.append(page)
            marker = page.events[-1].uuid
            has_more = page.has_more_events
        first, second = found
        self.assertEqual(
            (['one', 'two', 'one'], ['one']),
            tuple([each.event for each in page.events] for page in found),
        )
        self.assertEqual({}, first.attempts_before)
        self.assertIsNone(first.ended_before)
        self.assertEqual({'one': 2, 'two': 1}, second.attempts_before)
        self.assertEqual(
            max(each.finish_time for each in first.events),
            second.ended_before,
        )
        self.assertRaises(
            exception.MarkerNotFound,
            ActionDetail.get_by_uuid,
            self.context,
            own,
            3,
            str(uuid.uuid4()),
        )

    def test_what_others_may_see(self):
        own = self.act('one')
        self.assertIsNone(
            ActionDetail.get_by_uuid(self.context, own).summary.hosts
        )
        self.assertEqual(
            ['cmp-1'],
            ActionDetail.get_by_uuid(self.admin, own).summary.hosts,
        )
        self.assertRaises(
            exception.PolicyNotAuthorized,
            ActionDetail.get_by_uuid,
            self.stranger(),
            own,
        )
        self.assertRaises(
            exception.ActionNotFound,
            ActionDetail.get_by_uuid,
            self.admin,
            str(uuid.uuid4()),
        )

    def test_others_that_went_wrong_alike(self):
        """Of the own project, or of all for who may list them."""
        own = self.act('one', error='disk full')
        self.act('one', error='disk full')
        self.act('one')
        self.act(
            'one',
            error='disk full',
            context=self.new_context(project_id='other'),
            server=str(uuid.uuid4()),
        )
        for context, count, hosts in (
            (self.context, 1, None),
            (self.admin, 2, {'cmp-1': 2}),
        ):
            found = ActionDetail.get_by_uuid(context, own)
            self.assertEqual(
                (count, hosts), (found.alike_count, found.alike_hosts)
            )
            self.assertIsNone(found.usual_count)


class TestActionDetailLocal(ActionDetailMixin, base.ObjectTestCase):
    pass


class TestActionDetailRemote(ActionDetailMixin, base.ObjectTestCase):
    REMOTE = True
