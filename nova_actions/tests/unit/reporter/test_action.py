# SPDX-License-Identifier: Apache-2.0
import uuid
from unittest import mock

from nova_actions import exception
from nova_actions import reporter
from nova_actions.reporter import active
from nova_actions.tests.unit.reporter import base


class ActionMixin:
    def setUp(self):
        super().setUp()
        self.create()

    def begin(self, action='lock', context=None):
        return reporter.begin_action(
            context or self.request, self.instance_uuid, action
        )

    def end(self, action='lock', begun=None):
        reporter.finish_action(self.request, self.instance_uuid, action, begun)

    @property
    def request(self):
        if not hasattr(self, '_request'):
            self._request = self.new_context(
                user_id=self.context.user_id,
                project_id=self.context.project_id,
            )
        return self._request

    def actions(self):
        self.flush()
        return self.rows()[:-1]

    def test_an_action_without_a_step(self):
        begun = self.begin()
        self.assertEqual('running', self.actions()[0]['status'])
        self.end(begun=begun)
        (row,) = self.actions()
        self.assertEqual(
            (begun, 'lock', 'succeeded', None, []),
            (
                row['uuid'],
                row['action'],
                row['status'],
                row['message'],
                row['events'],
            ),
        )
        self.assertGreaterEqual(row['finish_time'], row['start_time'])
        self.assertEqual({}, base.losses())

    def test_an_end_that_is_sent_again_changes_nothing(self):
        ends = []
        current = active.current()
        with mock.patch.object(
            current,
            'record',
            autospec=True,
            side_effect=lambda each, *_args: ends.extend(each),
        ):
            self.end()
        self.begin()
        current.record(ends)
        before = self.actions()
        self.assertEqual('succeeded', before[0]['status'])
        current.record(ends)
        self.assertEqual(before, self.actions())

    def test_the_newest_of_that_name_in_the_request(self):
        for action in ('confirmResize', 'lock', 'lock', 'delete'):
            self.begin(action)
        self.end()
        self.assertEqual(
            ['running', 'succeeded', 'running', 'running'],
            [row['status'] for row in self.actions()],
        )

    def test_its_steps_say_how_it_ended(self):
        begun = self.begin('rebuild')
        with reporter.EventReporter(
            self.request, 'compute_rebuild', 'here', self.instance_uuid
        ) as step:
            step.fail('no room')
        self.end('rebuild', begun)
        (row,) = self.actions()
        self.assertEqual(('failed', 'Error'), (row['status'], row['message']))

    def test_a_step_may_come_after_the_end(self):
        begun = self.begin('rebuild')
        self.end('rebuild', begun)
        with reporter.EventReporter(
            self.request, 'compute_rebuild', 'here', self.instance_uuid
        ):
            self.assertEqual('running', self.actions()[0]['status'])
        self.assertEqual('succeeded', self.actions()[0]['status'])

    def test_an_end_that_has_no_action_is_counted(self):
        self.end(begun=str(uuid.uuid4()))
        self.flush()
        self.assertEqual({'refused': 1}, base.losses())

    def test_it_never_raises(self):
        with mock.patch.object(
            active.current(),
            'record',
            autospec=True,
            side_effect=RuntimeError('a bug'),
        ):
            self.assertIsNone(self.begin())
            self.end()
        self.assertEqual({'error': 2}, base.losses())

    def test_a_required_one_is_refused_where_it_cannot_be_stored(self):
        self.record(required_actions=frozenset({'lock'}))
        with mock.patch.object(
            active.current(), 'record', autospec=True, return_value=False
        ):
            self.assertRaises(exception.RecordingRequired, self.begin)
            self.assertIsNone(self.begin('unlock'))


class LocalActionTestCase(ActionMixin, base.ReporterTestCase):
    pass


class RemoteActionTestCase(ActionMixin, base.ReporterTestCase):
    REMOTE = True


class PostgresqlActionTestCase(ActionMixin, base.ReporterTestCase):
    BACKEND = 'postgresql'
