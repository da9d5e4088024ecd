# SPDX-License-Identifier: Apache-2.0
"""Whose a server and a record are: also where two come at once, and where
one server is spelt in two ways."""

import contextlib
import uuid
from unittest import mock

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db import report as report_db
from nova_actions.objects import base as objects_base
from nova_actions.objects import instance_action
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.report import Report
from nova_actions.objects.report import ReportList
from nova_actions.tests import base


class _Tests:
    def setUp(self):
        super().setUp()
        self.other = self.new_context(user_id='b', project_id='other')

    def report(self, context, name='create', kind='action', **values):
        return Report(
            **{
                'kind': kind,
                'uuid': str(uuid.uuid4()),
                'name': name,
                'instance_uuid': self.instance_uuid,
                'request_id': context.request_id,
                'user_id': context.user_id,
                'project_id': context.project_id,
                **values,
            }
        )

    def apply(self, context, *reports, **kwargs):
        return [
            (answer['verdict'], answer['error'])
            for answer in ReportList.apply(
                context, ReportList(objects=list(reports)), **kwargs
            )
        ]

    @contextlib.contextmanager
    def before(self, module, name):
        """Have another project register the server just before a call, after
        the rules were asked."""
        wrapped = getattr(module, name)

        def late(*args, **kwargs):
            patch.stop()
            with objects_base.local():
                InstanceAction.action_start(
                    self.context, self.instance_uuid, 'create'
                )
            return wrapped(*args, **kwargs)

        patch = mock.patch.object(
            module, name, autospec=True, side_effect=late
        )
        patch.start()
        yield

    def check_is_the_first_ones(self):
        self.assertEqual(
            'owner',
            db.instance_get(self.admin, self.instance_uuid)['project_id'],
        )
        self.assertEqual(
            ['owner'],
            [
                row['project_id']
                for row in db.action_list(self.admin, self.instance_uuid)
            ],
        )

    def test_a_batch_that_is_too_late(self):
        with self.before(report_db, '_apply'):
            self.assertEqual(
                [('refused', 'PolicyNotAuthorized')],
                self.apply(self.other, self.report(self.other)),
            )
        self.check_is_the_first_ones()

    def test_an_action_that_is_too_late(self):
        with self.before(instance_action, '_store'):
            self.assertRaises(
                exception.PolicyNotAuthorized,
                InstanceAction.action_start,
                self.other,
                self.instance_uuid,
                'create',
            )
        self.check_is_the_first_ones()

    def test_the_second_creator_in_a_batch_is_not_the_owner(self):
        service = self.new_context(project_id='services', roles=['service'])
        self.assertEqual(
            [('applied', None)] * 2,
            self.apply(
                service, self.report(self.context), self.report(self.other)
            ),
        )
        self.assertEqual(
            'owner',
            db.instance_get(self.admin, self.instance_uuid)['project_id'],
        )

    def test_one_server_in_two_spellings(self):
        lower, upper = self.instance_uuid, self.instance_uuid.upper()
        InstanceAction.action_start(self.context, upper, 'create')
        self.assertRaises(
            exception.PolicyNotAuthorized,
            InstanceAction.action_start,
            self.other,
            upper,
            'create',
        )
        self.apply(
            self.context,
            self.report(self.context, 'stop', instance_uuid=upper),
        )
        InstanceAction(
            self.context, action='start', instance_uuid=upper
        ).create()
        for each in (lower, upper):
            found = InstanceActionList.get_by_instance_uuid(self.context, each)
            self.assertEqual(
                {'create', 'stop', 'start'},
                {action.action for action in found},
            )
            self.assertEqual(
                {lower}, {action.instance_uuid for action in found}
            )

    def test_a_new_server_in_capitals(self):
        upper = self.instance_uuid.upper()
        InstanceAction(
            self.context, action='create', instance_uuid=upper
        ).create()
        self.check_is_the_first_ones()
        self.instance_uuid = str(uuid.uuid4())
        self.apply(
            self.context,
            self.report(
                self.context, instance_uuid=self.instance_uuid.upper()
            ),
        )
        self.check_is_the_first_ones()

    def test_a_handle_in_capitals(self):
        handle = str(uuid.uuid4())
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        InstanceActionEvent.event_start(
            self.context, self.instance_uuid, 'x', uuid=handle
        )
        done = InstanceActionEvent.event_finish(
            self.context, self.instance_uuid, 'x', uuid=handle.upper()
        )
        self.assertEqual('Success', done.result)

    def test_a_member_stores_what_he_did(self):
        self.create = {'action': 'create', 'instance_uuid': self.instance_uuid}
        mine = InstanceAction(self.context, **self.create)
        mine.create()
        self.assertEqual(('owner', 'user'), (mine.project_id, mine.user_id))
        for name in ('user_id', 'user_name', 'project_id', 'project_name'):
            self.assertRaises(
                exception.PolicyNotAuthorized,
                InstanceAction(
                    self.context, **self.create, **{name: 'somebody'}
                ).create,
            )
            self.assertRaises(
                exception.PolicyNotAuthorized,
                self.apply,
                self.context,
                self.report(self.context, 'stop', **{name: 'somebody'}),
            )
        for context in (self.admin, self.new_context(roles=['service'])):
            copied = InstanceAction(
                context,
                user_id='u',
                project_id='p',
                user_name='n',
                **self.create,
            )
            copied.create()
            self.assertEqual(
                ('u', 'p', 'n'),
                (copied.user_id, copied.project_id, copied.user_name),
            )


class TestLocal(_Tests, base.ObjectTestCase):
    pass


class TestRemote(_Tests, base.ObjectTestCase):
    REMOTE = True
