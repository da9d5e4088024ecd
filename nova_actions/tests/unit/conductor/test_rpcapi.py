# SPDX-License-Identifier: Apache-2.0
"""The client: what it sends, pinned or not, and which errors come out."""

from typing import Any
from unittest import mock

import oslo_messaging as messaging
from oslo_versionedobjects import exception as ovo_exc

from nova_actions import exception
from nova_actions.conductor import rpcapi
from nova_actions.objects import base as objects_base
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import base


class ClientTestCase(base.ObjectTestCase):
    """A conductor's client whose messages go nowhere but to ``sent``."""

    PINS: str | None = None

    def setUp(self):
        super().setUp()
        self.conf.set_override('conductor', self.PINS, group='upgrade_levels')
        self.api = rpcapi.ConductorAPI(self.conf)
        objects_base.set_remote(self.api)
        self.addCleanup(objects_base.set_remote, None)
        self.answer: Any = None
        send = mock.patch.object(
            self.api._client.transport,
            '_send',
            autospec=True,
            side_effect=self._send,
        )
        send.start()
        self.addCleanup(send.stop)

    def _send(
        self, _target: Any, _ctxt: Any, message: Any, **_kwargs: Any
    ) -> Any:
        self.sent = message
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def args(self) -> dict[str, Any]:
        args: dict[str, Any] = self.sent['args']
        return args


class TestUnpinned(ClientTestCase):
    def test_class_action(self):
        InstanceActionEvent.event_start(
            self.context, self.instance_uuid, 'e', host='h', uuid=None
        )
        self.assertEqual('3.0', self.sent['version'])
        self.assertNotIn('namespace', self.sent)
        self.assertEqual(
            {
                'objname': 'InstanceActionEvent',
                'objmethod': 'event_start',
                'object_versions': {'InstanceActionEvent': '1.6'},
                'args': [self.instance_uuid, 'e'],
                'kwargs': {'host': 'h', 'uuid': None},
            },
            self.args(),
        )

    def test_objects_go_at_our_version(self):
        self.answer = [{'obj_what_changed': []}, None]
        InstanceAction(self.context, action='a').create()
        self.assertEqual('1.3', self.args()['objinst']['nova_object.version'])
        self.assertEqual(
            'InstanceAction', self.args()['objinst']['nova_object.name']
        )

    def test_an_object_goes_back_as_it_came(self):
        """Of an older conductor's object the newer fields and the time's
        microseconds are not sent."""
        self.answer = {
            'nova_object.name': 'InstanceAction',
            'nova_object.namespace': 'nova',
            'nova_object.version': '1.2',
            'nova_object.data': {
                'id': 1,
                'start_time': '2026-01-02T03:04:05Z',
            },
        }
        found = InstanceAction.get_by_request_id(
            self.context, self.instance_uuid, 'req-1'
        )
        self.assertEqual('1.2', found.VERSION)
        found.status = 'running'
        self.answer = [{'obj_what_changed': []}, None]
        found.finish()
        sent = self.args()['objinst']
        self.assertEqual('1.2', sent['nova_object.version'])
        self.assertEqual(
            {'id': 1, 'start_time': '2026-01-02T03:04:05Z'},
            sent['nova_object.data'],
        )

    def test_no_answer(self):
        for error in (
            messaging.MessagingTimeout('late'),
            messaging.MessageDeliveryFailure('gone'),
        ):
            self.answer = error
            raised = self.assertRaises(
                exception.ConductorUnavailable,
                InstanceAction.action_finish,
                self.context,
                self.instance_uuid,
            )
            self.assertIn(type(error).__name__, str(raised))

    def test_errors_are_ours_again(self):
        self.answer = messaging.RemoteError(
            'InstanceActionNotFound', 'told', ['tb']
        )
        error = self.assertRaises(
            exception.InstanceActionNotFound,
            InstanceAction.action_finish,
            self.context,
            self.instance_uuid,
        )
        self.assertEqual('told', str(error))
        self.answer = messaging.RemoteError('KeyError', 'x', [])
        self.assertRaises(
            messaging.RemoteError,
            InstanceAction.action_finish,
            self.context,
            self.instance_uuid,
        )

    def test_newer_answer(self):
        self.answer = {
            'nova_object.name': 'InstanceAction',
            'nova_object.namespace': 'nova',
            'nova_object.version': '9.0',
            'nova_object.data': {},
        }
        self.assertRaises(
            ovo_exc.IncompatibleObjectVersion,
            self.api.object_class_action_versions,
            self.context,
            InstanceAction.obj_name(),
            'action_finish',
            {InstanceAction.obj_name(): '1.3'},
            [],
            {},
        )


class TestPinned(ClientTestCase):
    PINS = 'nova-34'

    def test_manifest_and_arguments(self):
        InstanceActionEvent.event_start(
            self.context,
            self.instance_uuid,
            'e',
            host='h',
            uuid=self.instance_uuid,
        )
        self.assertEqual(
            {'InstanceActionEvent': '1.4'}, self.args()['object_versions']
        )
        self.assertEqual({'host': 'h'}, self.args()['kwargs'])
        InstanceActionList.get_by_instance_uuid(
            self.context, self.instance_uuid, limit=1
        )
        self.assertEqual(
            {'InstanceActionList': '1.1', 'InstanceAction': '1.2'},
            {
                name: version
                for name, version in self.args()['object_versions'].items()
                if name.startswith('InstanceAction')
                and not name.startswith('InstanceActionEvent')
            },
        )
        self.assertEqual({'limit': 1}, self.args()['kwargs'])

    def test_objects(self):
        self.answer = [{'obj_what_changed': []}, None]
        InstanceAction(
            self.context,
            action='a',
            status='running',
            start_time='2026-01-02T03:04:05.678901',
        ).create()
        self.assertEqual(
            {
                'nova_object.name': 'InstanceAction',
                'nova_object.namespace': 'nova',
                'nova_object.version': '1.2',
                'nova_object.data': {
                    'action': 'a',
                    'start_time': '2026-01-02T03:04:05Z',
                },
            },
            {
                name: value
                for name, value in self.args()['objinst'].items()
                if name != 'nova_object.changes'
            },
        )
        self.assertEqual(
            {'action', 'start_time'},
            set(self.args()['objinst']['nova_object.changes']),
        )


class TestPinAbove(ClientTestCase):
    PINS = 'InstanceAction=9.9'

    def test_ours_is_the_most(self):
        InstanceAction.action_finish(self.context, self.instance_uuid)
        self.assertEqual(
            '1.3', self.args()['object_versions']['InstanceAction']
        )


class TestBadPin(base.ObjectTestCase):
    def test_refused_at_start(self):
        self.conf.set_override('conductor', 'newest', group='upgrade_levels')
        self.assertRaises(
            exception.InvalidInput, rpcapi.ConductorAPI, self.conf
        )
