# SPDX-License-Identifier: Apache-2.0
import uuid

from nova_actions import exception
from nova_actions.objects.instance import InstanceRecord
from nova_actions.objects.instance import InstanceRecordList
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.tests import base


class _Tests:
    def setUp(self):
        super().setUp()
        InstanceAction.action_start(
            self.context, self.instance_uuid, 'create', want_result=False
        )

    def test_get_by_uuid(self):
        record = InstanceRecord.get_by_uuid(self.context, self.instance_uuid)
        self.assertEqual(
            (self.instance_uuid, 'owner', 'user', False),
            (record.uuid, record.project_id, record.user_id, record.deleted),
        )

    def test_unknown_and_foreign_look_alike(self):
        texts = {
            str(
                self.assertRaises(
                    exception.Forbidden,
                    InstanceRecord.get_by_uuid,
                    self.stranger(),
                    instance_uuid,
                )
            )
            for instance_uuid in (self.instance_uuid, str(uuid.uuid4()))
        }
        self.assertEqual(1, len(texts))
        self.assertRaises(
            exception.InstanceNotFound,
            InstanceRecord.get_by_uuid,
            self.admin,
            str(uuid.uuid4()),
        )

    def test_get_by_project(self):
        for context, project_id in (
            (self.context, 'owner'),
            (self.admin, None),
        ):

            def ids(context=context, project_id=project_id, **arguments):
                return [
                    each.uuid
                    for each in (
                        InstanceRecordList.get_by_project(
                            context, project_id, **arguments
                        )
                    )
                ]

            self.assertEqual([self.instance_uuid], ids())
            self.assertEqual([], ids(name='web'))
            self.assertEqual([], ids(limit=0))
            self.assertEqual([], ids(marker=self.instance_uuid))
            for marker in (str(uuid.uuid4()), 'x'):
                self.assertRaises(exception.MarkerNotFound, ids, marker=marker)
        self.assertRaises(
            exception.Forbidden,
            InstanceRecordList.get_by_project,
            self.context,
        )


class TestLocal(_Tests, base.ObjectTestCase):
    def test_lookup(self):
        for context in (
            self.context,
            self.admin,
            self.new_context(
                project_id='other', roles=['ADMIN'], is_admin=None
            ),
        ):
            record = InstanceRecord.lookup(context, self.instance_uuid)
            self.assertEqual('owner', record.project_id)

    def test_lookup_of_what_is_not_there_for_the_caller(self):
        for context, instance_uuid in (
            (self.stranger(), self.instance_uuid),
            (self.context, str(uuid.uuid4())),
            (self.context, 'a\0b'),
            (self.context, 'x' * 300),
            (self.context, self.instance_uuid + ' '),
            (self.context, self.instance_uuid.upper() + 'x'),
        ):
            self.assertRaises(
                exception.InstanceNotFound,
                InstanceRecord.lookup,
                context,
                instance_uuid,
                'yes',
            )


class TestRemote(_Tests, base.ObjectTestCase):
    REMOTE = True
