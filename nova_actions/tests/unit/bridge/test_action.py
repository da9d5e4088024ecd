# SPDX-License-Identifier: Apache-2.0
"""Actions that Nova's own methods begin and end."""

import datetime

from oslotest import base

from nova_actions.reporter import testing
from nova_actions.tests import fixtures
from nova_actions_bridge import action
from nova_actions_bridge import deletion
from nova_actions_bridge import mark
from nova_actions_bridge import step

SERVER = 'a9f1c3b0-2f55-4d0e-9c73-1b0f1b7a0d11'


class InstanceAction:
    """As Nova's, but for what it stores."""

    error = None
    instance_uuid = SERVER

    def __init__(self, context, name):
        self._context = context
        self.action = name
        self.was_marked = mark.is_recorded()

    @classmethod
    def action_start(cls, context, _server, name, want_result=True):
        if cls.error is not None:
            raise cls.error
        made = cls(context, name)
        return made if want_result else None

    def finish(self):
        return mark.is_recorded()

    action_start = action.begun(action_start)
    finish = action.ended(finish)


class Failing(InstanceAction):
    error = ValueError('no database')


class TestAction(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.recorded = testing.Recorded()
        self.enterContext(self.recorded)
        self.context = fixtures.make_context()

    def begin(self, name='reboot', **kwargs):
        return InstanceAction.action_start(
            self.context, SERVER, name, **kwargs
        )

    def transitions(self):
        return [
            (each['kind'], each['name']) for each in self.recorded._transitions
        ]

    def test_begin_and_end_are_of_one_action(self):
        nova = self.begin()
        was_marked = nova.finish()

        begin, end = self.recorded._transitions
        self.assertEqual(
            [('action', 'reboot'), ('end', 'reboot')], self.transitions()
        )
        self.assertEqual(begin['uuid'], end['action_uuid'])
        # So that what Nova does inside is not recorded twice.
        self.assertTrue(nova.was_marked and was_marked)

    def test_start_time_is_that_of_the_request(self):
        at = datetime.datetime(2026, 3, 1, 12)
        self.context.timestamp = at
        self.begin()

        [begin] = self.recorded._transitions
        self.assertIn('2026-03-01', str(begin['start_time']))

    def test_no_result_wanted(self):
        self.assertIsNone(self.begin(want_result=False))
        self.assertEqual([('action', 'reboot')], self.transitions())

    def test_recorded_elsewhere(self):
        with mark.recorded():
            self.begin().finish()

        self.assertEqual([], self.transitions())

    def test_nova_fails(self):
        self.assertRaises(
            ValueError, Failing.action_start, self.context, SERVER, 'reboot'
        )
        self.assertEqual([('action', 'reboot')], self.transitions())
        self.assertFalse(mark.is_recorded())

    def test_we_fail(self):
        self.recorded.record = None

        nova = self.begin()

        self.assertEqual('reboot', nova.action)
        self.assertTrue(nova.finish())

    def test_conductors_copy_for_another_cell(self):
        conductors = step._begin(
            self.context, 'conductor_migrate_server', 'here', SERVER
        )
        self.addCleanup(step._leave, conductors)
        self.begin()

        self.assertEqual([], self.recorded.actions)

    def test_deletion_that_is_known(self):
        deletion.begin(self.context, SERVER)
        self.begin('delete')
        self.begin('reboot')

        self.assertEqual(['delete', 'reboot'], self.recorded.actions)
