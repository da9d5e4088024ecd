# SPDX-License-Identifier: Apache-2.0
import datetime
import functools
import uuid
from unittest import mock

from nova_actions import exception
from nova_actions.objects import gate
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import base


class _Tests:
    def start(self, context=None, action='create', **kwargs):
        return InstanceAction.action_start(
            context or self.context, self.instance_uuid, action, **kwargs
        )

    def test_create_registers_and_returns_the_row(self):
        action = self.start()
        self.assertEqual('create', action.action)
        self.assertEqual(self.instance_uuid, action.instance_uuid)
        self.assertEqual(self.context.request_id, action.request_id)
        self.assertEqual(
            ('user', 'owner'), (action.user_id, action.project_id)
        )
        self.assertEqual('running', action.status)
        self.assertIsNone(action.finish_time)
        self.assertEqual(
            self.context.timestamp.replace(tzinfo=datetime.UTC),
            action.start_time,
        )
        self.assertEqual(action.start_time, action.updated_at)
        self.assertEqual(set(), action.obj_what_changed())

    def test_without_result_nothing_comes_back(self):
        self.assertIsNone(self.start(want_result=False))

    def test_other_actions_need_a_known_instance(self):
        self.assertRaises(
            exception.InstanceNotFound, self.start, self.admin, 'reboot'
        )
        self.assertRaises(
            exception.Forbidden, self.start, self.context, 'reboot'
        )

    def test_create_needs_a_project(self):
        self.assertRaises(exception.InstanceNotFound, self.start, self.admin)

    def test_owner_is_the_instances_not_the_actors(self):
        self.start()
        admin = self.new_context(
            user_id='root', project_id='admins', roles=['admin']
        )
        self.start(admin, 'reboot')
        actions = InstanceActionList.get_by_instance_uuid(
            self.context, self.instance_uuid
        )
        self.assertEqual(
            ['admins', 'owner'], [action.project_id for action in actions]
        )
        self.assertRaises(
            exception.Forbidden,
            self.start,
            self.new_context(project_id='admins'),
            'stop',
        )

    def test_second_create_of_a_foreign_instance_is_refused(self):
        self.start()
        self.assertRaises(exception.Forbidden, self.start, self.stranger())

    def test_same_uuid_is_a_resend(self):
        handle = str(uuid.uuid4())
        first = self.start(uuid=handle)
        self.assertEqual(first.id, self.start(uuid=handle).id)
        other = str(uuid.uuid4())
        self.assertRaises(
            exception.ActionsException,
            InstanceAction.action_start,
            self.context,
            other,
            'create',
            uuid=handle,
        )

    def test_get_by_request_id(self):
        action = self.start()
        found = InstanceAction.get_by_request_id(
            self.context, self.instance_uuid, self.context.request_id
        )
        self.assertEqual(action.id, found.id)
        found = InstanceAction.get_by_request_id(
            self.context, self.instance_uuid, action.uuid
        )
        self.assertEqual(action.id, found.id)
        self.assertIsNone(
            InstanceAction.get_by_request_id(
                self.context, self.instance_uuid, 'req-unknown'
            )
        )

    def test_read_deleted_only_finds_nothing(self):
        self.start()
        context = self.new_context(read_deleted='only')
        self.assertIsNone(
            InstanceAction.get_by_request_id(
                context, self.instance_uuid, self.context.request_id
            )
        )
        self.assertEqual(
            0,
            len(
                InstanceActionList.get_by_instance_uuid(
                    context, self.instance_uuid
                )
            ),
        )

    def test_finish(self):
        action = self.start()
        action.finish()
        self.assertEqual('succeeded', action.status)
        self.assertIsNotNone(action.finish_time)
        self.assertGreaterEqual(action.updated_at, action.finish_time)
        found = InstanceAction.action_finish(self.context, self.instance_uuid)
        self.assertEqual(action.id, found.id)

    def test_finish_ends_the_objects_own_request(self):
        action = self.start()
        self.start(self.new_context(), 'reboot')
        action._context = self.new_context()
        action.finish()
        self.assertEqual(self.context.request_id, action.request_id)

    def test_finish_of_what_names_the_server_only(self):
        """As Nova's client does."""
        self.start()
        action = InstanceAction(
            self.context, instance_uuid=self.instance_uuid.upper()
        )
        action.finish()
        self.assertEqual(
            (self.context.request_id, 'succeeded'),
            (action.request_id, action.status),
        )

    def test_finish_ends_that_very_action(self):
        older, newer = self.start(), self.start(action='delete')
        older.finish()
        self.assertEqual(('create', 'succeeded'), (older.action, older.status))
        found = InstanceAction.get_by_request_id(
            self.admin, self.instance_uuid, newer.uuid
        )
        self.assertEqual('running', found.status)

    def test_finish_of_an_unknown_request(self):
        self.start()
        self.assertRaises(
            exception.InstanceActionNotFound,
            InstanceAction.action_finish,
            self.new_context(),
            self.instance_uuid,
        )

    def test_create_stores_every_field_that_is_set(self):
        self.start()
        then = datetime.datetime(
            2026, 1, 5, 13, 38, 20, 5, tzinfo=datetime.UTC
        )
        action = InstanceAction(
            self.context,
            action='reboot',
            request_id='req-1',
            instance_uuid=self.instance_uuid,
            created_at=then,
            updated_at=then,
            finish_time=then,
            message='Error',
        )
        action.create()
        self.assertIn('id', action)
        self.assertEqual(
            (then, then, then),
            (action.created_at, action.updated_at, action.finish_time),
        )
        self.assertEqual(('Error', 'failed'), (action.message, action.status))
        error = self.assertRaises(exception.Invalid, action.create)
        self.assertIn('already created', str(error))

    def test_a_deleted_record_is_copied_as_such(self):
        self.start()
        action = InstanceAction(
            self.context,
            action='reboot',
            request_id='req-1',
            instance_uuid=self.instance_uuid,
            deleted=True,
            deleted_at=datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC),
        )
        action.create()
        self.assertTrue(action.deleted)
        # Nova's column has that default.
        self.assertIsNotNone(action.start_time)
        seen = {
            read_deleted: InstanceAction.get_by_request_id(
                self.new_context(read_deleted=read_deleted),
                self.instance_uuid,
                'req-1',
            )
            for read_deleted in ('no', 'yes', 'only')
        }
        self.assertIsNone(seen['no'])
        self.assertEqual([action.id] * 2, [seen['yes'].id, seen['only'].id])
        self.assertRaises(
            exception.MarkerNotFound,
            InstanceActionList.get_by_instance_uuid,
            self.new_context(),
            self.instance_uuid,
            marker='req-1',
        )
        self.assertEqual(
            1,
            len(
                InstanceActionList.get_by_instance_uuid(
                    self.new_context(read_deleted='yes'),
                    self.instance_uuid,
                    marker='req-1',
                )
            ),
        )

    def test_a_status_of_ones_own_is_refused(self):
        self.start()
        error = self.assertRaises(
            exception.Invalid,
            InstanceAction(
                self.context,
                action='reboot',
                status='splendid',
                instance_uuid=self.instance_uuid,
            ).create,
        )
        self.assertIn('status', str(error))
        self.assertIn('succeeded_after_retry', str(error))

    def test_list_is_newest_first_and_pages(self):
        made = [self.start(self.new_context()) for _ in range(5)]
        expected = [action.request_id for action in reversed(made)]
        seen, marker = [], None
        while page := InstanceActionList.get_by_instance_uuid(
            self.context, self.instance_uuid, limit=2, marker=marker
        ):
            seen += [action.request_id for action in page]
            marker = page[-1].request_id
        self.assertEqual(expected, seen)

    def test_limit_zero_is_an_empty_list(self):
        self.start()
        self.assertEqual(
            0,
            len(
                InstanceActionList.get_by_instance_uuid(
                    self.context, self.instance_uuid, limit=0, marker='unknown'
                )
            ),
        )

    def test_unknown_marker(self):
        self.start()
        error = self.assertRaises(
            exception.MarkerNotFound,
            InstanceActionList.get_by_instance_uuid,
            self.context,
            self.instance_uuid,
            marker='req-unknown',
        )
        self.assertIn('req-unknown', str(error))

    def test_window_is_inclusive(self):
        action = self.start()
        at = action.updated_at
        second = datetime.timedelta(seconds=1)
        for since, before, found in (
            (at, at, 1),
            (at + second, None, 0),
            (None, at - second, 0),
            (at - second, at + second, 1),
        ):
            filters = {'changes-since': since, 'changes-before': before}
            actions = InstanceActionList.get_by_instance_uuid(
                self.context,
                self.instance_uuid,
                filters={
                    name: value.isoformat()
                    for name, value in filters.items()
                    if value
                },
            )
            self.assertEqual(found, len(actions), filters)

    def test_inverted_window(self):
        self.start()
        error = self.assertRaises(
            exception.Invalid,
            InstanceActionList.get_by_instance_uuid,
            self.context,
            self.instance_uuid,
            marker='unknown',
            filters={'changes-since': '2026-02', 'changes-before': '2026'},
        )
        self.assertIn('changes-since', str(error))

    def test_get_by_project(self):
        self.start()
        other = self.new_context(project_id='other')
        InstanceAction.action_start(other, str(uuid.uuid4()), 'create')
        for project, found in (
            ('owner', 1),
            ('other', 1),
            ('none', 0),
            (None, 2),
        ):
            self.assertEqual(
                found,
                len(InstanceActionList.get_by_project(self.admin, project)),
            )
        self.assertRaises(
            exception.Forbidden,
            InstanceActionList.get_by_project,
            self.context,
        )

    def test_a_list_is_never_longer_than_it_may_be(self):
        self.start()
        with mock.patch.object(gate, 'LIST_LIMIT', 3):
            for _ in range(4):
                self.start(self.new_context(), 'reboot')
            for limit in (None, 3, 4, 2**31 - 1):
                for found in (
                    InstanceActionList.get_by_project(self.admin, limit=limit),
                    InstanceActionList.get_by_instance_uuid(
                        self.context, self.instance_uuid, limit
                    ),
                ):
                    self.assertEqual(3, len(found))
            for limit in (0, 2, 3, 4, 5, 100):
                whole = InstanceActionList.in_pages(
                    functools.partial(
                        InstanceActionList.get_by_project, self.admin
                    ),
                    limit,
                )
                self.assertEqual(
                    min(limit, 5), len({action.uuid for action in whole})
                )

    def test_lazy_events(self):
        action = self.start()
        InstanceActionEvent.event_start(
            self.context, self.instance_uuid, 'compute_create', host='host1'
        )
        self.assertEqual(
            ['compute_create'], [event.event for event in action.events]
        )

    def test_marker_names_a_superseded_row(self):
        first = self.start()
        second = self.start(action='reboot')
        listed = InstanceActionList.get_by_instance_uuid(
            self.context, self.instance_uuid
        )
        self.assertEqual(
            [second.id, first.id], [action.id for action in listed]
        )
        found = InstanceAction.get_by_request_id(
            self.context, self.instance_uuid, first.uuid
        )
        self.assertEqual(first.id, found.id)
        after = InstanceActionList.get_by_instance_uuid(
            self.context, self.instance_uuid, marker=second.uuid
        )
        self.assertEqual([first.id], [action.id for action in after])


class TestLocal(_Tests, base.ObjectTestCase):
    def test_marker(self):
        """What a next link says; it does not travel."""
        first = self.start()
        second = self.start(action='reboot')
        newest, oldest = InstanceActionList.get_by_instance_uuid(
            self.context, self.instance_uuid
        )
        self.assertEqual(self.context.request_id, newest.marker)
        self.assertEqual(first.uuid, oldest.marker)
        (behind,) = InstanceActionList.get_by_instance_uuid(
            self.context, self.instance_uuid, marker=second.uuid
        )
        self.assertEqual(first.uuid, behind.marker)


class TestRemote(_Tests, base.ObjectTestCase):
    REMOTE = True
