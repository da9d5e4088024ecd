# SPDX-License-Identifier: Apache-2.0
import datetime
import hashlib
import uuid

from nova_actions import exception
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.instance_action_event import InstanceActionEventList
from nova_actions.tests import base

EVENT = 'compute_reboot_instance'
HANDLE = str(uuid.uuid4())
MICROSECOND = datetime.timedelta(microseconds=1)


class _Tests:
    def setUp(self):
        super().setUp()
        InstanceAction.action_start(
            self.context, self.instance_uuid, 'create', want_result=False
        )

    def start(self, context=None, name=EVENT, **kwargs):
        return InstanceActionEvent.event_start(
            context or self.context, self.instance_uuid, name, **kwargs
        )

    def finish(self, context=None, name=EVENT, **kwargs):
        kwargs.setdefault('want_result', True)
        return InstanceActionEvent.event_finish_with_failure(
            context or self.context, self.instance_uuid, name, **kwargs
        )

    def action(self, context=None):
        return InstanceAction.get_by_request_id(
            self.admin,
            self.instance_uuid,
            (context or self.context).request_id,
        )

    def events(self):
        """Return (host, result) of the action's events, oldest first."""
        found = InstanceActionEventList.get_by_action(
            self.admin, self.action().id
        )
        return [(event.host, event.result) for event in reversed(found)]

    def test_start_and_finish(self):
        event = self.start(host='host1')
        self.assertEqual('running', self.action().status)
        done = InstanceActionEvent.event_finish(
            self.context, self.instance_uuid, EVENT
        )
        self.assertEqual((event.id, 'Success'), (done.id, done.result))
        self.assertGreaterEqual(done.duration, 0)
        action = self.action()
        self.assertEqual(('succeeded', None), (action.status, action.message))
        self.assertEqual(done.finish_time, action.finish_time)
        self.assertEqual(done.finish_time, action.updated_at)

    def test_failure(self):
        self.start()
        self.finish(exc_val='disk full', exc_tb='the frames')
        event = self.action().events[0]
        self.assertEqual(
            ('Error', 'disk full', 'the frames'),
            (event.result, event.details, event.traceback),
        )
        action = self.action()
        self.assertEqual(('failed', 'Error'), (action.status, action.message))

    def test_exceptions_and_tracebacks_become_text(self):
        for positional in (True, False):
            self.start()
            try:
                raise ValueError('no such disk')
            except ValueError as error:
                if positional:
                    InstanceActionEvent.event_finish_with_failure(
                        self.context,
                        self.instance_uuid,
                        EVENT,
                        error,
                        error.__traceback__,
                    )
                else:
                    self.finish(exc_val=error, exc_tb=error.__traceback__)
            event = self.action().events[0]
            self.assertIn('no such disk', event.details)
            self.assertIn('test_exceptions_and_tracebacks', event.traceback)

    def test_bytes_become_text(self):
        self.start()
        self.finish(exc_val=b'no \xff disk', exc_tb=b'the frames\0')
        event = self.action().events[0]
        self.assertEqual(
            ('Error', 'no \ufffd disk', 'the frames'),
            (event.result, event.details, event.traceback),
        )
        self.start()
        InstanceActionEvent.event_finish_with_failure(
            self.context, self.instance_uuid, EVENT, b'no \xff disk', b'tb'
        )
        self.assertEqual('no \ufffd disk', self.action().events[0].details)

    def test_without_a_traceback_it_succeeded(self):
        self.start()
        event = self.finish(exc_val='whatever')
        self.assertEqual(('Success', None), (event.result, event.details))

    def test_a_retry_leaves_the_failed_attempt_alone(self):
        self.start(host='host1')
        self.finish(host='host1', exc_val='boom', exc_tb='frames')
        self.start(host='host2')
        self.assertEqual('running', self.action().status)
        self.finish(host='host2')
        self.assertEqual(
            [('host1', 'Error'), ('host2', 'Success')], self.events()
        )
        action = self.action()
        self.assertEqual(
            ('succeeded_after_retry', None), (action.status, action.message)
        )

    def test_a_host_finishes_only_its_own(self):
        handle = self.start(host='host1').uuid
        self.assertRaises(
            exception.InstanceActionEventNotFound, self.finish, host='host2'
        )
        self.assertRaises(
            exception.Forbidden, self.finish, host='host2', uuid=handle
        )
        self.assertEqual([('host1', None)], self.events())

    def test_finish_by_handle(self):
        first = self.start(host='host1').uuid
        self.start(host='host1')
        self.finish(uuid=first, exc_val='x', exc_tb='y')
        self.assertEqual([('host1', 'Error'), ('host1', None)], self.events())
        self.assertEqual('running', self.action().status)

    def test_a_handle_of_another_instance(self):
        handle = self.start().uuid
        other = str(uuid.uuid4())
        InstanceAction.action_start(self.context, other, 'create')
        self.assertRaises(
            exception.InstanceActionEventNotFound,
            InstanceActionEvent.event_finish,
            self.context,
            other,
            EVENT,
            uuid=handle,
        )

    def test_a_finished_event_never_changes(self):
        handle = self.start().uuid
        first = self.finish(uuid=handle)
        again = self.finish(uuid=handle)
        self.assertEqual(
            (first.id, first.finish_time), (again.id, again.finish_time)
        )
        self.assertRaises(
            exception.InstanceActionEventNotFound,
            self.finish,
            uuid=handle,
            exc_val='x',
            exc_tb='y',
        )
        self.assertEqual(first.id, self.finish().id)
        self.assertRaises(
            exception.InstanceActionEventNotFound,
            self.finish,
            exc_val='x',
            exc_tb='y',
        )

    def test_resent_start(self):
        handle = str(uuid.uuid4())
        first = self.start(uuid=handle)
        self.assertEqual(first.id, self.start(uuid=handle).id)
        self.assertEqual(1, len(self.events()))

    def test_nothing_to_finish(self):
        error = self.assertRaises(
            exception.InstanceActionEventNotFound, self.finish
        )
        self.assertIn(EVENT, str(error))

    def test_no_action_of_that_request(self):
        context = self.new_context()
        for call in (self.start, self.finish):
            error = self.assertRaises(
                exception.InstanceActionNotFound, call, context
            )
            self.assertIn(context.request_id, str(error))

    def test_work_without_a_project_joins_an_open_action(self):
        self.start(host='host1')
        before = self.action().updated_at
        self.start(self.admin, 'compute_stop', host='host1')
        action = self.action()
        self.assertEqual(2, len(action.events))
        self.assertEqual(before + MICROSECOND, action.updated_at)
        self.finish(self.admin, 'compute_stop')
        self.finish()
        self.assertEqual('succeeded', self.action().status)

    def test_work_without_a_project_gets_an_action_of_its_own(self):
        self.start()
        self.finish()
        self.start(self.admin, 'compute_stop')
        self.finish(self.admin, 'compute_stop')
        action = self.action(self.admin)
        self.assertEqual(
            ('system', None, None, 'succeeded'),
            (action.action, action.user_id, action.project_id, action.status),
        )
        self.assertEqual(1, len(self.action().events))

    def test_an_older_action_of_the_request_has_the_step(self):
        """Deleting a resized server is two actions of one request."""
        self.start(name='compute_confirm_resize', host='host1')
        older = self.action().uuid
        InstanceAction.action_start(self.context, self.instance_uuid, 'delete')
        for name in ('compute_terminate', EVENT):
            self.start(name=name, host='host1')
        self.start(name=EVENT, host='host2')
        for host in (None, 'host1'):
            done = self.finish(name='compute_confirm_resize', host=host)
            self.assertEqual('Success', done.result)
        found = InstanceAction.get_by_request_id(
            self.admin, self.instance_uuid, older
        )
        self.assertEqual(('create', 'succeeded'), (found.action, found.status))
        self.assertRaises(
            exception.InstanceActionEventNotFound,
            self.finish,
            name='never begun',
        )

    def test_an_open_step_of_an_older_action_comes_first(self):
        first = self.start(uuid=HANDLE)
        InstanceAction.action_start(self.context, self.instance_uuid, 'delete')
        second = self.start()
        ended = [self.finish().id for _ in range(3)]
        self.assertEqual([second.id, first.id, second.id], ended)

    def test_details_of_a_start(self):
        event = self.start(
            self.admin_of_project(),
            details="it said {'password': 'QwErTy12345'}",
        )
        self.assertIn('it said', event.details)
        self.assertNotIn('QwErTy', event.details)
        self.finish(exc_val='boom', exc_tb='frames')

    def admin_of_project(self):
        return self.new_context(
            roles=['admin'], is_admin=True, request_id=self.context.request_id
        )

    def test_a_copied_step_has_a_start(self):
        for values in ({}, {'start_time': None}):
            event = InstanceActionEvent(self.context, event='x', **values)
            event.create(self.instance_uuid, self.context.request_id)
            self.assertIsNotNone(event.start_time)
        past = datetime.datetime(2026, 1, 5, 13, tzinfo=datetime.UTC)
        event = InstanceActionEvent(
            self.context,
            event='x',
            finish_time=past,
            result='Success',
            duration=60_000_000,
        )
        event.create(self.instance_uuid, self.context.request_id)
        self.assertEqual(
            (past - datetime.timedelta(minutes=1), past),
            (event.start_time, event.finish_time),
        )

    def test_work_without_a_project_finds_its_event(self):
        self.start(self.admin, 'compute_stop')
        other = base.context.get_admin_context()
        self.finish(other, 'compute_stop')
        self.assertEqual([(None, 'Success')], self.events())

    def test_updated_at_never_goes_back(self):
        self.start()
        before = self.action().updated_at
        past = datetime.datetime(2020, 1, 1)
        self.finish(finish_time=past)
        self.assertEqual(before + MICROSECOND, self.action().updated_at)

    def test_get_by_id(self):
        event = self.start()
        found = InstanceActionEvent.get_by_id(
            self.context, event.action_id, event.id
        )
        self.assertEqual(event.uuid, found.uuid)
        self.assertRaises(
            exception.InstanceActionEventNotFound,
            InstanceActionEvent.get_by_id,
            self.context,
            event.action_id,
            event.id + 1,
        )

    def test_get_by_action_of_an_unknown_one(self):
        self.assertEqual(
            0, len(InstanceActionEventList.get_by_action(self.admin, 999999))
        )

    def test_fields_are_withheld(self):
        self.start(host='host1')
        event = self.finish(exc_val='secretive', exc_tb='frames')
        for seen in (
            event,
            InstanceActionEvent.get_by_id(
                self.context, event.action_id, event.id
            ),
        ):
            self.assertEqual(
                (None, None, None), (seen.host, seen.traceback, seen.details)
            )
        seen = InstanceActionEvent.get_by_id(
            self.admin, event.action_id, event.id
        )
        self.assertEqual(
            ('host1', 'frames', 'secretive'),
            (seen.host, seen.traceback, seen.details),
        )

    def test_the_reason_is_one_of_a_list_and_the_owners_to_see(self):
        for number, (error, reason) in enumerate(
            (
                ({'exc_val': 'No valid host was found.'}, 'no_valid_host'),
                (
                    {
                        'exc_val': 'x',
                        'error_type': 'nova.exception.VolumeError',
                    },
                    'volume',
                ),
                ({'exc_val': 'ImageNotFound'}, 'image'),
                ({'exc_val': None}, 'internal'),
            )
        ):
            name = f'step{number}'
            self.start(name=name)
            event = self.finish(name=name, exc_tb='frames', **error)
            self.assertEqual((None, reason), (event.details, event.reason))
        self.start(name='another')
        self.assertIsNone(self.finish(name='another').reason)

    def test_a_reason_of_ones_own_is_not_taken(self):
        for given, reason in (
            ('quota', 'quota'),
            ('x' * 200, 'timeout'),
            ('hunter22', 'timeout'),
        ):
            event = InstanceActionEvent(
                self.admin,
                event=EVENT,
                result='Error',
                reason=given,
                details='It timed out.',
            )
            event.create(self.instance_uuid, self.context.request_id)
            self.assertEqual(reason, event.reason)

    def test_a_result_of_ones_own_is_refused(self):
        error = self.assertRaises(
            exception.Invalid,
            InstanceActionEvent(
                self.admin, event=EVENT, result='splendid'
            ).create,
            self.instance_uuid,
            self.context.request_id,
        )
        self.assertIn('result', str(error))

    def test_durations_that_cannot_be(self):
        self.start()
        for duration in (-1, 2**63):
            for call in (
                lambda duration: self.finish(duration=duration),
                lambda duration: InstanceActionEvent(
                    self.admin, event=EVENT, duration=duration
                ).create(self.instance_uuid, self.context.request_id),
            ):
                error = self.assertRaises(exception.Invalid, call, duration)
                self.assertIn('duration', str(error))

    def test_finish_of_an_object(self):
        event = self.start()
        event.finish()
        self.assertEqual('Success', event.result)
        event = self.start()
        event.finish_with_failure('x', 'y')
        self.assertEqual('Error', event.result)
        self.assertRaises(
            exception.Invalid, InstanceActionEvent(self.context).finish
        )
        nobodys = InstanceActionEvent(
            self.context, id=0, action_id=event.action_id
        )
        self.assertRaises(
            exception.InstanceActionEventNotFound, nobodys.finish
        )

    def test_create(self):
        then = datetime.datetime(
            2026, 1, 5, 13, 38, 20, 5, tzinfo=datetime.UTC
        )
        event = InstanceActionEvent(
            self.admin,
            event=EVENT,
            host='host1',
            start_time=then,
            finish_time=then,
            result='Error',
            created_at=then,
            details='password=hunter22',
            traceback='frames',
            duration=7,
        )
        event.create(self.instance_uuid, self.context.request_id)
        self.assertEqual(
            (then, 7, 'host1', 'frames'),
            (event.created_at, event.duration, event.host, event.traceback),
        )
        self.assertNotIn('hunter22', event.details)
        self.assertEqual('failed', self.action().status)
        error = self.assertRaises(
            exception.Invalid, event.create, self.instance_uuid, 'req-1'
        )
        self.assertIn('already created', str(error))


class TestLocal(_Tests, base.ObjectTestCase):
    def test_host_id_where_the_host_is_withheld(self):
        self.start(host='host1')
        event = InstanceActionEventList.get_by_action(
            self.context, self.action().id
        )[0]
        self.assertIsNone(event.host)
        self.assertEqual(
            hashlib.sha224(b'ownerhost1').hexdigest(), event.host_id('owner')
        )
        self.assertEqual('', InstanceActionEvent().host_id('owner'))


class TestRemote(_Tests, base.ObjectTestCase):
    REMOTE = True
