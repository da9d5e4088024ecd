# SPDX-License-Identifier: Apache-2.0
"""Errors on the wire, both ways, and what a client of the bus does."""

import inspect
import json
import threading
from typing import Any

import oslo_messaging as messaging
from oslo_messaging._drivers import common
from oslo_versionedobjects import exception as ovo_exc
from oslotest import base

from nova_actions import exception
from nova_actions.objects import base as objects_base
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.rpc import error as rpc_error
from nova_actions.rpc import serializer
from nova_actions.tests import base as tests_base

NOVAS = {
    exception.InstanceActionNotFound: {
        'instance_uuid': 'i',
        'request_id': 'r',
    },
    exception.InstanceActionEventNotFound: {'action_id': 1, 'event': 'e'},
    exception.InstanceNotFound: {'instance_id': 'i'},
    exception.MarkerNotFound: {'marker': 'm'},
    exception.ObjectActionError: {'action': 'create', 'reason': 'r'},
    exception.Forbidden: {},
    exception.PolicyNotAuthorized: {'action': 'rule'},
    exception.Invalid: {},
}


def send(error: Exception) -> dict[str, Any]:
    """Return what is on the wire for an error."""
    try:
        raise rpc_error.to_wire(error)
    except Exception as raised:  # noqa: BLE001
        sent: dict[str, Any] = json.loads(
            common.serialize_remote_exception(
                (type(raised), raised, raised.__traceback__)
            )
        )
        return sent


def receive(sent: dict[str, Any]) -> Exception:
    return rpc_error.from_wire(
        common.deserialize_remote_exception(
            json.dumps(sent), rpc_error.ALLOWED_EXMODS
        )
    )


class TestErrors(base.BaseTestCase):
    def test_novas_own(self):
        for error, kwargs in NOVAS.items():
            raised = error(**kwargs)
            sent = send(raised)
            self.assertEqual(
                (
                    'nova.exception',
                    error.__name__,
                    [raised.format_message()],
                    kwargs,
                ),
                (sent['module'], sent['class'], sent['args'], sent['kwargs']),
            )
            back = receive(sent)
            self.assertIs(error, type(back))
            self.assertEqual(raised.format_message(), str(back))

    def test_every_other_of_ours(self):
        """It leaves as the nearest that Nova has, else as itself."""
        for _name, error in inspect.getmembers(exception, inspect.isclass):
            if not issubclass(error, exception.ActionsException):
                continue
            sent = send(error('told', reason='r'))
            back = receive(sent)
            self.assertEqual('told', str(back))
            self.assertTrue(issubclass(error, type(back)), error)
            if sent['module'] == 'nova.exception':
                self.assertIn(getattr(exception, sent['class']), NOVAS)
            else:
                self.assertIs(error, type(back))

    def test_invalid_input_is_novas_invalid(self):
        sent = send(exception.InvalidInput(argument='a', reason='r'))
        self.assertEqual('Invalid', sent['class'])
        self.assertEqual('Invalid input for a: r', sent['message'])

    def test_objects_errors(self):
        raised = ovo_exc.IncompatibleObjectVersion(
            objname='X', objver='1.1', supported='1.0'
        )
        back = receive(send(raised))
        self.assertIs(type(raised), type(back))
        self.assertEqual(str(raised), str(back))

    def test_long_texts_are_cut(self):
        sent = send(exception.MarkerNotFound(marker='x' * 10**6))
        self.assertLess(len(json.dumps(sent)), 10_000)

    def test_strangers(self):
        error = ValueError('x')
        self.assertIs(error, rpc_error.to_wire(error))
        self.assertIs(error, rpc_error.from_wire(error))
        remote = messaging.RemoteError('SomethingElse', 'x', [])
        self.assertIs(remote, rpc_error.from_wire(remote))

    def test_over_fake(self):
        """There the error arrives as it was raised."""
        wire = rpc_error.to_wire(exception.MarkerNotFound(marker='m'))
        back = rpc_error.from_wire(wire)
        self.assertIs(exception.MarkerNotFound, type(back))
        self.assertEqual({'marker': 'm'}, getattr(back, 'kwargs', None))


class TestBus(tests_base.ObjectTestCase):
    REMOTE = True

    def test_round_trip(self):
        action = InstanceAction.action_start(
            self.context, self.instance_uuid, 'create'
        )
        self.assertEqual('1.3', action.VERSION)
        found = InstanceAction.get_by_request_id(
            self.context, self.instance_uuid, self.context.request_id
        )
        self.assertEqual(action.start_time, found.start_time)
        InstanceActionEvent.event_start(
            self.context, self.instance_uuid, 'e', host='h'
        )
        found._context = self.admin
        self.assertEqual(['h'], [event.host for event in found.events])

    def test_kwargs_of_errors(self):
        error = self.assertRaises(
            exception.InstanceNotFound,
            InstanceAction.action_start,
            self.admin,
            self.instance_uuid,
            'reboot',
        )
        self.assertEqual({'instance_id': self.instance_uuid}, error.kwargs)

    def test_several_at_once(self):
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        errors: list[Exception] = []

        def work(number: int) -> None:
            try:
                InstanceActionEvent.event_start(
                    self.context, self.instance_uuid, f'e{number}'
                )
            except Exception as error:  # noqa: BLE001
                errors.append(error)

        threads = [
            threading.Thread(target=work, args=(number,))
            for number in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([], errors)
        found = InstanceAction.get_by_request_id(
            self.context, self.instance_uuid, self.context.request_id
        )
        self.assertEqual(8, len(found.events))

    def test_the_context_travels(self):
        context = self.new_context(
            user_name='Ann',
            project_name='P',
            auth_token='secret-token',
            timestamp='2026-01-02T03:04:05.678901',
            global_request_id='req-11111111-1111-4111-8111-111111111111',
        )
        found = InstanceAction.action_start(
            context, self.instance_uuid, 'create'
        )
        self.assertEqual(
            (
                'Ann',
                'P',
                context.global_request_id,
                '2026-01-02T03:04:05.678901+00:00',
            ),
            (
                found.user_name,
                found.project_name,
                found.global_request_id,
                found.start_time.isoformat(),
            ),
        )

    def test_the_token_does_not(self):
        values = serializer.Serializer().serialize_context(
            self.new_context(auth_token='secret-token')
        )
        self.assertNotIn('secret', str(values))

    def test_values_of_any_type_are_sent_as_text(self):
        serialize = serializer.Serializer().serialize_entity
        self.assertIsInstance(
            serialize(self.context, {'a': [object()]})['a'][0], str
        )
        with objects_base.local():
            self.assertEqual(1, serialize(self.context, 1))
