# SPDX-License-Identifier: Apache-2.0
from unittest import mock

from oslotest import base

from nova_actions.conductor import bus
from nova_actions.rpc import transport
from nova_actions.tests import fixtures


class Transport:
    is_closed = False

    def cleanup(self):
        self.is_closed = True


class Client:
    def __init__(self, error):
        self.error = error

    def cast(self, *_args, **_kwargs):
        if self.error is not None:
            raise self.error


class AskTest(base.BaseTestCase):
    def ask(self, error):
        """Ask a bus on which a cast fails so; return its transport."""
        opened = Transport()
        conf = self.useFixture(fixtures.Conf()).conf
        with (
            mock.patch.object(
                transport, 'get_transport', autospec=True, return_value=opened
            ),
            mock.patch.object(
                transport,
                'get_client',
                autospec=True,
                return_value=Client(error),
            ),
        ):
            if error is None:
                bus.ask(conf)
            else:
                self.assertRaises(type(error), bus.ask, conf)
        return opened

    def test_the_connection_is_closed_whatever_happens(self):
        for error in (None, OSError()):
            self.assertTrue(self.ask(error).is_closed)
