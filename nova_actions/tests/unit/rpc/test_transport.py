# SPDX-License-Identifier: Apache-2.0
"""Connections to the bus."""

from unittest import mock

import oslo_messaging as messaging
from oslotest import base

from nova_actions import exception
from nova_actions.rpc import transport
from nova_actions.tests import fixtures

SECRET = 'correct-horse'
WRONG = (
    f'nosuch://u:{SECRET}@h/',
    f'{SECRET}',
    f'rabbit://u:{SECRET}@h:port/',
    f'rabbit://u:{SECRET}@h,v/',
)


class TestUrl(base.BaseTestCase):
    def refused(self, function, **overrides):
        conf = self.useFixture(fixtures.Conf(**overrides)).conf
        error = self.assertRaises(exception.InvalidInput, function, conf)
        text = error.format_message()
        self.assertNotIn(SECRET, text)
        self.assertTrue(error.__suppress_context__)
        return text

    def test_wrong_url_is_not_repeated(self):
        for url in WRONG[:3]:
            text = self.refused(transport.get_transport, transport_url=url)
            self.assertIn('[DEFAULT] transport_url', text)

    def test_driver_that_does_not_exist_is_named(self):
        text = self.refused(transport.get_transport, transport_url=WRONG[0])
        self.assertIn('nosuch', text)

    def test_driver_that_lacks_its_library(self):
        with mock.patch.object(
            messaging,
            'get_rpc_transport',
            autospec=True,
            side_effect=ModuleNotFoundError(name='confluent_kafka'),
        ):
            text = self.refused(
                transport.get_transport, transport_url='kafka://h/'
            )
        self.assertIn('needs confluent_kafka', text)

    def test_no_thread_to_answer(self):
        for number in (0, -1):
            conf = self.useFixture(
                fixtures.Conf(executor_thread_pool_size=number)
            ).conf
            error = self.assertRaises(
                exception.InvalidInput, transport.check, conf
            )
            self.assertIn('executor_thread_pool_size', str(error))

    def test_notifications_have_a_url_of_their_own(self):
        wrong = {'oslo_messaging_notifications__transport_url': WRONG[0]}
        for function in (
            transport.get_notification_transport,
            lambda conf: transport.check(conf),
        ):
            text = self.refused(function, notifications__enabled=True, **wrong)
            self.assertIn('[oslo_messaging_notifications]', text)
        conf = self.useFixture(
            fixtures.Conf(notifications__enabled=False, **wrong)
        ).conf
        self.assertIsNone(transport.check(conf))
