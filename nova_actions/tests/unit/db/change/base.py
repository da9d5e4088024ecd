# SPDX-License-Identifier: Apache-2.0
"""Actions whose changes are numbered and read."""

from nova_actions.db.change import feed
from nova_actions.db.change import numbering
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.report import Report


class Changes:
    """Has an action, and what tests do with it."""

    def setUp(self):
        super().setUp()
        self.begin('create')

    def begin(self, name, context=None):
        return InstanceAction.action_start(
            context or self.context, self.instance_uuid, name
        )

    def step(self, name, **kwargs):
        return InstanceActionEvent.event_start(
            self.context, self.instance_uuid, name, host='h', **kwargs
        )

    def end_step(self, name, **kwargs):
        return InstanceActionEvent.event_finish(
            self.context, self.instance_uuid, name, host='h', **kwargs
        )

    def number(self, holder='one'):
        done = 0
        while count := numbering.number(self.admin, holder):
            done += count
        return done

    def told(self, after=0, limit=1000, **kwargs):
        self.number()
        return feed.page(self.admin, after, limit, **kwargs).rows

    def kinds(self, after=0):
        return [(row['kind'], row['outcome']) for row in self.told(after)]

    def report(self, **values):
        return Report(
            **{
                'instance_uuid': self.instance_uuid,
                'request_id': self.context.request_id,
                **values,
            }
        )
