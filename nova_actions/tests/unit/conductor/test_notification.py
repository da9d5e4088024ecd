# SPDX-License-Identifier: Apache-2.0
"""What notifications tell of changes, and who waits for them: nobody."""

import datetime
import json
import pathlib
import re
import threading
import uuid

import fixtures as base_fixtures
from oslo_messaging.notify import _impl_test
from oslotest import base

from nova_actions import exception
from nova_actions import vocabulary
from nova_actions.conductor import notification
from nova_actions.db import status
from nova_actions.db.change import kind
from nova_actions.objects import notification as objects_notification
from nova_actions.tests import fixtures
from nova_actions.tests import patience

BEGAN = datetime.datetime(2026, 11, 27, 12)
LIMIT = 4
PAGE = (
    pathlib.Path(__file__).parents[4]
    / 'doc'
    / 'source'
    / 'admin'
    / 'notifications.rst'
)
PUBLISHER = 'nova-actions-conductor:controller1'


def change(kind_of, outcome=None, step=None, **values):
    """Return a row of the feed."""
    return {
        'id': 1,
        'kind': kind_of,
        'outcome': outcome,
        'reason': None,
        'start_time': BEGAN,
        'happened_at': BEGAN + datetime.timedelta(seconds=1.5),
        'project_id': 'owner',
        'instance_uuid': str(uuid.uuid4()),
        'display_name': 'web',
        'action_uuid': str(uuid.uuid4()),
        'action': 'reboot',
        'request_id': 'req-1',
        'global_request_id': None,
        'user_id': 'user',
        'event_uuid': str(uuid.uuid4()) if step else None,
        'event': step,
        'host': 'compute-1' if step else None,
        **values,
    }


class _TestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.counted = self.useFixture(fixtures.Metrics())
        self.conf = self.useFixture(
            fixtures.Conf(
                host='controller1',
                notifications__enabled=True,
                oslo_messaging_notifications__driver=['test'],
            )
        ).conf
        self.log = self.useFixture(base_fixtures.FakeLogger())
        _impl_test.reset()

    def begin(self, **kwargs):
        found = notification.Notifications(self.conf, **kwargs)
        found.start()
        return found

    def sent(self):
        """Return what was sent, each as (priority, message)."""
        return [
            (priority, message)
            for _context, message, priority, _retry in _impl_test.NOTIFICATIONS
        ]

    def count(self, outcome):
        return self.counted('notifications_total', outcome=outcome) or 0


class MappingTest(_TestCase):
    def tell(self, *args, **kwargs):
        """Return priority, type and payload of a change's notification."""
        sending = self.begin()
        told = change(*args, **kwargs)
        sending.take([told])
        sending.stop(patience.PATIENCE)
        ((priority, message),) = self.sent()
        self.assertEqual(priority, message['priority'])
        self.assertEqual(PUBLISHER, message['publisher_id'])
        self.assertEqual('nova', message['payload']['nova_object.namespace'])
        self.assertEqual('1.0', message['payload']['nova_object.version'])
        self.assertEqual([{}], [each[0] for each in _impl_test.NOTIFICATIONS])
        _impl_test.reset()
        return (
            priority,
            message['event_type'],
            message['payload']['nova_object.name'],
        )

    def test_actions(self):
        for expected, *told in (
            (('INFO', 'start'), kind.ACTION_BEGUN),
            (('INFO', 'end'), kind.ACTION_ENDED, status.SUCCEEDED),
            (('INFO', 'end'), kind.ACTION_ENDED, status.SUCCEEDED_AFTER_RETRY),
            (('ERROR', 'error'), kind.ACTION_ENDED, status.FAILED),
            (('ERROR', 'error'), kind.CLOSED, status.INTERRUPTED),
        ):
            priority, phase = expected
            self.assertEqual(
                (
                    priority,
                    f'instance_action.{phase}',
                    'InstanceActionPayload',
                ),
                self.tell(*told),
            )

    def test_steps(self):
        for expected, *told in (
            (('INFO', 'start'), kind.STEP_BEGUN),
            (('INFO', 'end'), kind.STEP_ENDED, vocabulary.RESULT_SUCCESS),
            # Finished by a Nova that did not say how.
            (('INFO', 'end'), kind.STEP_ENDED, None),
            (('ERROR', 'error'), kind.STEP_ENDED, vocabulary.RESULT_ERROR),
            (('ERROR', 'error'), kind.CLOSED, vocabulary.RESULT_INTERRUPTED),
        ):
            priority, phase = expected
            self.assertEqual(
                (
                    priority,
                    f'instance_action_event.{phase}',
                    'InstanceActionEventPayload',
                ),
                self.tell(*told, step='compute_reboot_instance'),
            )

    def test_payload(self):
        told = change(
            kind.STEP_ENDED,
            'Error',
            'compute_reboot_instance',
            reason='timeout',
            details='S3cr3t',
            traceback='S3cr3t',
        )
        sending = self.begin()
        sending.take([told])
        sending.stop(patience.PATIENCE)
        ((_priority, message),) = self.sent()
        expected = {
            name: value
            for name, value in told.items()
            if name not in ('id', 'kind', 'details', 'traceback')
        }
        self.assertEqual(
            {
                **expected,
                'start_time': '2026-11-27T12:00:00.000000Z',
                'happened_at': '2026-11-27T12:00:01.500000Z',
            },
            message['payload']['nova_object.data'],
        )

    def test_the_documented_one(self):
        text = PAGE.read_text(encoding='utf-8')
        documented = json.loads(
            re.search(r'code-block:: json\n\n((?:   .*\n)+)', text)[1]
        )
        self.assertEqual(
            documented,
            objects_notification.InstanceActionEventPayload.of(
                change(
                    kind.STEP_ENDED,
                    **{
                        **documented['nova_object.data'],
                        'step': 'a step',
                        **{
                            name: datetime.datetime.fromisoformat(
                                documented['nova_object.data'][name]
                            )
                            for name in ('start_time', 'happened_at')
                        },
                    },
                )
            ),
        )

    def test_order(self):
        told = [change(kind.ACTION_BEGUN) for _ in range(50)]
        sending = self.begin()
        sending.take(told)
        sending.stop(patience.PATIENCE)
        self.assertEqual(
            [each['action_uuid'] for each in told],
            [
                message['payload']['nova_object.data']['action_uuid']
                for _priority, message in self.sent()
            ],
        )
        self.assertEqual(50, self.count('sent'))
        self.assertEqual(0, self.count('dropped'))


class BusAwayTest(_TestCase):
    def setUp(self):
        super().setUp()
        self.under_way, self.is_back = threading.Event(), threading.Event()
        self.addCleanup(self.is_back.set)
        notify = _impl_test.TestDriver.notify

        def waiting(*args):
            self.under_way.set()
            self.is_back.wait(patience.PATIENCE)
            notify(*args)

        self.patch(_impl_test.TestDriver, 'notify', waiting)
        self.sending = self.begin(limit=LIMIT)
        self.take(1)
        self.assertTrue(self.under_way.wait(patience.PATIENCE))

    def take(self, number):
        self.sending.take([change(kind.ACTION_BEGUN)] * number)

    def test_what_is_too_much_is_dropped(self):
        self.take(LIMIT)
        self.assertEqual(0, self.count('dropped'))
        for number in range(1, 20):
            self.take(1)
            self.assertEqual(number, self.count('dropped'))
        self.assertEqual(1, self.log.output.count('are dropped'))
        self.is_back.set()
        patience.wait_until(
            'what waited', lambda: self.count('sent') == LIMIT + 1
        )
        self.take(1)
        self.assertIn('sent again; 19 were dropped', self.log.output)
        self.sending.stop(patience.PATIENCE)
        self.assertEqual(LIMIT + 2, len(self.sent()))

    def test_a_bus_that_is_slow_is_said_once(self):
        self.take(LIMIT + 1)
        self.sending._waiting.get()
        self.take(2)
        self.assertEqual(2, self.count('dropped'))
        self.assertEqual(1, self.log.output.count('are dropped'))
        self.assertNotIn('again', self.log.output)

    def test_a_stop_does_not_wait_for_it(self):
        self.take(LIMIT + 1)
        self.sending.stop(0)
        self.assertEqual(LIMIT + 1, self.count('dropped'))
        self.assertIn(f'{LIMIT} notifications dropped', self.log.output)
        self.is_back.set()
        self.sending._thread.join()
        self.assertEqual(1, len(self.sent()))


class FaultTest(_TestCase):
    def test_one_that_cannot_be_sent_is_not_the_last(self):
        sending = self.begin()
        wrong = change(kind.ACTION_BEGUN)
        del wrong['start_time']
        sending.take([wrong, change(kind.ACTION_BEGUN)])
        sending.stop(patience.PATIENCE)
        self.assertEqual(1, len(self.sent()))
        self.assertEqual((1, 1), (self.count('sent'), self.count('dropped')))
        self.assertIn(wrong['action_uuid'], self.log.output)


class OfTest(_TestCase):
    def test_off(self):
        self.conf.clear_override('enabled', 'notifications')
        self.assertIsNone(notification.of(self.conf))
        self.assertEqual('', self.log.output)

    def test_no_driver(self):
        self.conf.clear_override('driver', 'oslo_messaging_notifications')
        self.assertIsNone(notification.of(self.conf))
        self.assertIn(
            '[oslo_messaging_notifications] driver is not set', self.log.output
        )

    def test_no_url(self):
        for url in ('nonsense', 'rabbitt://guest:S3cr3t@127.0.0.1/'):
            self.conf.set_override(
                'transport_url', url, 'oslo_messaging_notifications'
            )
            error = self.assertRaises(
                exception.InvalidInput, notification.of, self.conf
            )
            self.assertIn(
                '[oslo_messaging_notifications] transport_url', str(error)
            )
            self.assertNotIn('S3cr3t', str(error))
