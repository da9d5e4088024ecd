# SPDX-License-Identifier: Apache-2.0
"""Calls are taken while the database answers."""

import threading
from unittest import mock

from oslotest import base

from nova_actions import exception
from nova_actions.conductor import consumer
from nova_actions.db import outage
from nova_actions.db import reporter
from nova_actions.rpc import workaround
from nova_actions.tests import patience


class Server:
    """A server whose states can be waited for."""

    def __init__(self):
        self.is_started = threading.Event()
        self.is_finished = threading.Event()
        self.is_stopped = False

    def start(self, override_pool_size):
        self.threads = override_pool_size
        self.is_started.set()

    def stop(self):
        self.is_stopped = True


class TestConsumer(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        outage.setup()
        self.addCleanup(outage.setup)
        self.servers = [Server() for _ in range(3)]
        self.made = iter(self.servers)
        self.is_away = threading.Event()
        self.patch_object(
            workaround, 'finish', lambda server: server.is_finished.set()
        )
        self.patch_object(reporter, 'ask', self.ask)
        self.enterContext(mock.patch.object(consumer, 'INTERVAL', 0.001))
        self.consumer = consumer.Consumer(lambda: next(self.made), 5)
        self.addCleanup(self.consumer.stop)

    def patch_object(self, owner, name, function):
        self.enterContext(
            mock.patch.object(owner, name, autospec=True, side_effect=function)
        )

    def ask(self, _context):
        if self.is_away.is_set():
            raise exception.DatabaseUnavailable

    def wait(self, event):
        self.assertTrue(event.wait(patience.PATIENCE))

    def go_away(self):
        self.is_away.set()
        outage.went('OperationalError')

    def come_back(self):
        self.is_away.clear()
        outage.came_back()

    def test_each_outage_has_a_new_server_after_it(self):
        self.consumer.start()
        for before, after in zip(self.servers, self.servers[1:], strict=False):
            self.wait(before.is_started)
            self.go_away()
            self.wait(before.is_finished)
            self.assertFalse(after.is_started.is_set())
            self.come_back()
            self.wait(after.is_started)
            self.assertEqual(5, after.threads)

    def test_stop_in_an_outage(self):
        self.consumer.start()
        self.go_away()
        self.wait(self.servers[0].is_finished)
        self.consumer.stop()
        self.consumer._thread.join(patience.PATIENCE)
        self.assertFalse(self.consumer._thread.is_alive())
        self.assertFalse(self.servers[1].is_started.is_set())

    def test_stop(self):
        for is_graceful in (True, False):
            server = Server()
            taking = consumer.Consumer(lambda: server, 1)  # noqa: B023
            taking.start()
            taking.stop(is_graceful)
            self.assertIs(is_graceful, server.is_finished.is_set())
            self.assertIs(not is_graceful, server.is_stopped)

    def test_stop_while_the_bus_is_waited_for(self):
        self.consumer.stop()
        self.consumer.start()
        self.wait(self.servers[0].is_finished)
