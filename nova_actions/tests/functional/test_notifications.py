# SPDX-License-Identifier: Apache-2.0
"""Notifications of changes, as a listener takes them from RabbitMQ."""

import json
import os
import queue
import sys
from typing import Any

import fixtures as base_fixtures
import oslo_messaging as messaging

from nova_actions.conductor import changes
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import patience
from nova_actions.tests.functional import process
from nova_actions.tests.functional import test_conductors
from nova_actions.tests.functional.faults import proxy

CONFIG = """
[notifications]
enabled = true
[oslo_messaging_notifications]
driver = messagingv2
transport_url = {url}
"""
STEP = 'compute__do_build_and_run_instance'
SECRET = 'S3cr3tS3cr3t'
#: The notifications of an action whose only step fails, in order; what goes
#: wrong has another queue than the rest.
BEGINS = ['instance_action.start', 'instance_action_event.start']
FAILS = ['instance_action_event.error', 'instance_action.error']


class Listener(base_fixtures.Fixture):
    """Takes notifications from a bus: :meth:`take` returns the next one of
    a priority."""

    def __init__(self, url: str) -> None:
        self._url = url

    def _setUp(self) -> None:
        self._taken: dict[str, queue.Queue[dict[str, Any]]] = {
            'INFO': queue.Queue(),
            'ERROR': queue.Queue(),
        }
        conf = self.useFixture(fixtures.Conf()).conf
        transport = messaging.get_notification_transport(conf, self._url)
        self.addCleanup(transport.cleanup)
        listener = messaging.get_notification_listener(
            transport,
            [messaging.Target(topic='notifications')],
            [self],
            executor='threading',
        )
        listener.start()
        self.addCleanup(listener.wait)
        self.addCleanup(listener.stop)

    def info(
        self,
        context: Any,
        publisher: str,
        event_type: str,
        payload: Any,
        metadata: Any,
    ) -> None:
        self._take('INFO', context, publisher, event_type, payload)

    def error(
        self,
        context: Any,
        publisher: str,
        event_type: str,
        payload: Any,
        metadata: Any,
    ) -> None:
        self._take('ERROR', context, publisher, event_type, payload)

    def _take(
        self,
        priority: str,
        context: Any,
        publisher: str,
        event_type: str,
        payload: Any,
    ) -> None:
        self._taken[priority].put(
            {
                'context': context,
                'publisher': publisher,
                'type': event_type,
                'name': payload['nova_object.name'],
                'data': payload['nova_object.data'],
            }
        )

    def take(self, priority: str) -> dict[str, Any]:
        return self._taken[priority].get(timeout=patience.PATIENCE)


class _Tests:
    def listen(self, url: str) -> None:
        self.listener = self.useFixture(Listener(url))

    def act(self) -> None:
        """Record an action that fails."""
        self.context = self.new_context()
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        InstanceActionEvent.event_start(
            self.context, self.instance_uuid, STEP, host='compute-1'
        )
        InstanceActionEvent.event_finish_with_failure(
            self.context,
            self.instance_uuid,
            STEP,
            host='compute-1',
            exc_val=f'token={SECRET}',
            exc_tb=f'Traceback: token={SECRET}',
        )

    def check(self, host: str) -> None:
        """Expect the notification of the action next."""
        told = [
            self.listener.take(priority)
            for priority in ('INFO', 'INFO', 'ERROR', 'ERROR')
        ]
        self.assertEqual(BEGINS + FAILS, [each['type'] for each in told])
        for each in told:
            data = each['data']
            # Nothing but a name of oslo.messaging's own, without a value.
            self.assertFalse(any(each['context'].values()))
            self.assertEqual(
                f'nova-actions-conductor:{host}', each['publisher']
            )
            self.assertEqual(
                (
                    self.instance_uuid,
                    'owner',
                    'user',
                    'create',
                    self.context.request_id,
                ),
                tuple(
                    data[name]
                    for name in (
                        'instance_uuid',
                        'project_id',
                        'user_id',
                        'action',
                        'request_id',
                    )
                ),
            )
            self.assertNotIn(SECRET, json.dumps(each))
            self.assertNotIn('token', json.dumps(each))
            self.assertNotIn('Traceback', json.dumps(each))
        self.assertEqual(
            [None, None, 'Error', 'failed'],
            [each['data']['outcome'] for each in told],
        )
        for each in told[1:3]:
            self.assertEqual('InstanceActionEventPayload', each['name'])
            self.assertEqual(
                (STEP, 'compute-1'),
                (each['data']['event'], each['data']['host']),
            )
        for each in told[::3]:
            self.assertEqual('InstanceActionPayload', each['name'])


class LocalTest(_Tests, base.ObjectTestCase):
    def test_they_arrive(self) -> None:
        url = self.useFixture(fixtures.Rabbit()).url
        for group, name, value in (
            (None, 'host', 'here'),
            (None, 'transport_url', url),
            ('notifications', 'enabled', True),
            ('oslo_messaging_notifications', 'driver', ['messagingv2']),
        ):
            self.conf.set_override(name, value, group)
        self.listen(url)
        numbers = changes.Changes(self.conf)
        numbers.start()
        self.addCleanup(numbers.stop)
        for _each in range(2):
            self.act()
            self.check('here')


class ProcessTest(_Tests, test_conductors.ProcessTestCase):
    def conductor(self, host: str, url: str = '', **kwargs: Any) -> Any:
        self.patch(
            test_conductors,
            'CONFIG',
            test_conductors.CONFIG + CONFIG.format(url=url),
        )
        return super().conductor(host, **kwargs)

    def test_one_of_several_workers_sends(self) -> None:
        self.listen(self.conf.transport_url)
        self.conductor('one', self.conf.transport_url, workers=2)
        for _each in range(3):
            self.act()
            self.check('one')

    def test_a_bus_that_is_away(self) -> None:
        """Changes get their numbers without it, and the conductor ends
        without it; what waits is sent once it is back."""
        away = self.useFixture(proxy.Proxy(5672))
        away.cut()
        bus = self.useFixture(fixtures.Rabbit())
        conductor = self.conductor(
            'one', f'rabbit://guest:guest@127.0.0.1:{away.port}/{bus.name}'
        )
        self.act()
        self.await_numbers(4)
        patience.wait_until(
            'a conductor that misses it',
            lambda: 'Connection failed' in conductor.text(),
        )
        away.mend()
        self.listen(bus.url)
        self.check('one')
        away.cut()
        self.act()
        self.await_numbers(8)
        self.assertEqual(0, conductor.stop())
        self.assertRegex(
            conductor.text(),
            'the notification bus does not take what waits: [34] notific',
        )

    def await_numbers(self, number: int) -> None:
        patience.wait_until(
            f'{number} changes',
            lambda: self.rows('SELECT count(*) FROM changes') == [(number,)],
        )


class NoUrlTest(base.ObjectTestCase):
    def test_conductor(self) -> None:
        self.check('conductor')

    def test_all(self) -> None:
        self.check('all')

    def check(self, command: str) -> None:
        """See that a command says so, and ends."""
        path = os.path.join(
            self.useFixture(base_fixtures.TempDir()).path, 'nova-actions.conf'
        )
        with open(path, 'w', encoding='utf-8') as file:
            file.write(
                f'[DEFAULT]\nstate_path = {os.path.dirname(path)}\n'
                'transport_url = fake://\n[database]\n'
                f'connection = {self.conf.database.connection}\n'
                + CONFIG.format(url=f'rabbitt://guest:{SECRET}@127.0.0.1/')
            )
        conductor = self.useFixture(
            process.Process(
                [
                    sys.executable,
                    '-m',
                    f'nova_actions.cmd.{command}',
                    '--config-file',
                    path,
                ]
            )
        )
        self.assertEqual(2, conductor.process.wait(patience.PATIENCE))
        self.assertIn(
            '[oslo_messaging_notifications] transport_url', conductor.log
        )
        self.assertNotIn(SECRET, conductor.log)
        self.assertNotIn('Traceback', conductor.log)
