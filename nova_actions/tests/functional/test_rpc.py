# SPDX-License-Identifier: Apache-2.0
"""Addresses on RabbitMQ, and what anybody may put into the queue."""

import json
from typing import Any

import kombu
import oslo_messaging as messaging

from nova_actions import exception
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.rpc import transport as rpc_transport
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import patience


class TestRabbit(base.ObjectTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = self.useFixture(fixtures.Rabbit()).url
        self.conf.set_override('transport_url', self.url)
        self.useFixture(fixtures.Conductor(self.conf))
        self.topic = self.conf.conductor.topic

    def client(self, **target: Any) -> Any:
        transport = rpc_transport.get_transport(self.conf)
        self.addCleanup(transport.cleanup)
        return messaging.get_rpc_client(
            transport,
            messaging.Target(topic=self.topic, **target),
            timeout=patience.PATIENCE,
        )

    def ping(self, **target: Any) -> Any:
        return self.client(namespace='baseapi', version='1.0', **target).call(
            {}, 'ping', arg='1.21 GigaWatts'
        )

    def publish(self, body: bytes, **properties: Any) -> None:
        with kombu.Connection(
            self.url.replace('rabbit:', 'amqp:')
        ) as connection:
            producer = connection.Producer()
            producer.publish(
                body,
                exchange='nova',
                routing_key=self.topic,
                content_type='application/json',
                content_encoding='utf-8',
                **properties,
            )

    def test_addresses(self):
        """Exchange ``nova``, our topic, the host's own queue."""
        answer = {'service': 'conductor', 'arg': '1.21 GigaWatts'}
        self.assertEqual(answer, self.ping())
        self.assertEqual(answer, self.ping(server=self.conf.host))
        with kombu.Connection(
            self.url.replace('rabbit:', 'amqp:')
        ) as connection:
            channel = connection.channel()
            kombu.Exchange(
                'nova', 'topic', durable=False, passive=True, channel=channel
            ).declare()
            for name in (self.topic, f'{self.topic}.{self.conf.host}'):
                channel.queue_declare(name, passive=True)

    def test_by_default_not_on_novas_topic(self):
        conf = self.useFixture(fixtures.Conf()).conf
        conf.clear_override('topic', group='conductor')
        self.assertEqual('nova-actions-conductor', conf.conductor.topic)
        self.assertEqual('nova', conf.control_exchange)

    def test_versions(self):
        with self.assertRaisesRegex(messaging.RemoteError, 'objinst'):
            self.client(version='3.0').call({}, 'object_action')
        for target in (
            {'version': '4.0'},
            {'version': '3.99'},
            {'version': '3.0', 'namespace': 'compute_task'},
        ):
            with self.assertRaisesRegex(
                messaging.RemoteError, 'UnsupportedVersion'
            ):
                self.client(**target).call({}, 'object_action')

    def test_remote_error_names_novas_class(self):
        with self.assertRaises(messaging.RemoteError) as caught:
            self.client(version='3.0').call(
                {'is_admin': True},
                'object_class_action_versions',
                objname='InstanceAction',
                objmethod='action_start',
                object_versions={'InstanceAction': '1.2'},
                args=[self.instance_uuid, 'reboot'],
                kwargs={},
            )
        self.assertEqual('InstanceNotFound', caught.exception.exc_type)
        self.assertIn(self.instance_uuid, caught.exception.value)

    def test_our_client_gets_our_class(self):
        self.assertRaises(
            exception.InstanceNotFound,
            InstanceAction.action_start,
            self.admin,
            self.instance_uuid,
            'reboot',
        )

    def test_a_deep_context_is_answered(self):
        """oslo.messaging cannot copy it, though it can read it."""
        deep: Any = []
        for _level in range(700):
            deep = [deep]
        client = self.client(namespace='baseapi', version='1.0')
        self.assertEqual(
            'conductor',
            client.call({'unknown': deep}, 'ping', arg=1)['service'],
        )
        for name in (
            'roles',
            'user_id',
            'timestamp',
            'read_deleted',
            'request_id',
        ):
            with self.assertRaisesRegex(messaging.RemoteError, name):
                client.call({name: deep}, 'ping', arg=1)

    def test_no_message_harms_the_conductor(self):
        """What is no call at all has nobody to answer to."""

        def enveloped(text: str) -> bytes:
            return json.dumps(
                {'oslo.version': '2.0', 'oslo.message': text}
            ).encode()

        for body in (
            b'',
            b'\xff\xfe',
            b'{',
            b'[]',
            b'1',
            b'"x"',
            b'null',
            b'{}',
            b'{"method": 1}',
            enveloped('[]'),
            enveloped('{}'),
            enveloped('['),
            enveloped('null'),
            enveloped('[' * 100_000),
            b'[' * 100_000,
            enveloped('{"method": "ping", "args": 1}'),
            enveloped('{"_unique_id": [], "method": "x"}'),
            enveloped('{"_msg_id": {}, "_reply_q": 7}'),
            json.dumps({'oslo.version': '9', 'oslo.message': '{}'}).encode(),
        ):
            self.publish(body)
        self.assertEqual('conductor', self.ping()['service'])
        self.assertEqual(
            'create',
            InstanceAction.action_start(
                self.context, self.instance_uuid, 'create'
            ).action,
        )
