# SPDX-License-Identifier: Apache-2.0
from nova_actions import exception
from nova_actions.cmd import action
from nova_actions.objects import instance_action
from nova_actions.objects import instance_action_event
from nova_actions.tests import base


class ActionTestCase(base.ObjectTestCase):
    def report(self, name, *results, context=None):
        """Record an action with a step for each result."""
        context = context or self.new_context(user_name='jane')
        events = instance_action_event.InstanceActionEvent
        instance_action.InstanceAction.action_start(
            context, self.instance_uuid, name
        )
        for number, failed in enumerate(results):
            host = f'host-{number}'
            events.event_start(context, self.instance_uuid, 'step', host=host)
            events.event_finish_with_failure(
                context,
                self.instance_uuid,
                'step',
                host=host,
                exc_val='no room' if failed else None,
                exc_tb='  File "x.py", line 1, in f\n' if failed else None,
                duration=1500,
            )
        return context

    def test_nothing(self):
        self.assertEqual([], action.listed(self.admin, None, None, 10))
        self.assertEqual('No actions.', action.list_text([]))

    def test_list(self):
        self.report('create', False)
        self.report('reboot', True)
        rows = action.listed(self.admin, self.instance_uuid, None, 10)
        self.assertEqual(['reboot', 'create'], [row['action'] for row in rows])
        self.assertEqual(
            ['failed', 'succeeded'], [row['status'] for row in rows]
        )
        text = action.list_text(rows)
        self.assertIn('jane', text)
        self.assertIn(self.instance_uuid, text)
        self.assertEqual(1, len(action.listed(self.admin, None, None, 1)))

    def test_list_of_a_project(self):
        self.report('create')
        for server in (None, self.instance_uuid):
            self.assertEqual(
                1,
                len(
                    action.listed(
                        self.admin, server, self.context.project_id, 10
                    )
                ),
            )
            self.assertEqual(
                [], action.listed(self.admin, server, 'nobody', 10)
            )

    def test_show(self):
        context = self.report('create', True, False)
        row = action.shown(self.admin, self.instance_uuid, context.request_id)
        self.assertEqual('succeeded_after_retry', row['status'])
        self.assertEqual('internal', row['events'][0]['reason'])
        self.assertEqual(
            [(1, 'host-0', 'Error'), (2, 'host-1', 'Success')],
            [
                (event['attempt'], event['host'], event['result'])
                for event in row['events']
            ],
        )
        text = action.show_text(row)
        for part in (
            'succeeded_after_retry',
            '1.5 ms',
            'no room',
            'step, attempt 1 on host-0',
            'File "x.py"',
        ):
            self.assertIn(part, text)

    def test_show_of_what_runs(self):
        context = self.report('create')
        instance_action_event.InstanceActionEvent.event_start(
            context, self.instance_uuid, 'step'
        )
        text = action.show_text(
            action.shown(self.admin, self.instance_uuid, context.request_id)
        )
        self.assertIn('running', text.splitlines()[-1])

    def test_show_of_nothing(self):
        self.report('create')
        self.assertRaises(
            exception.InstanceActionNotFound,
            action.shown,
            self.admin,
            self.instance_uuid,
            'req-none',
        )
