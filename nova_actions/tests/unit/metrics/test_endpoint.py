# SPDX-License-Identifier: Apache-2.0
"""Where Prometheus scrapes a process."""

import contextlib
import logging
import socket
import threading
import urllib.request

import fixtures as base_fixtures
from oslotest import base

from nova_actions import exception
from nova_actions import metrics
from nova_actions.metrics import endpoint
from nova_actions.tests import fixtures
from nova_actions.tests import patience


class EndpointTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.measured = threading.Event()
        self.addCleanup(endpoint.tear_down)
        with socket.create_server(('127.0.0.1', 0)) as free:
            self.port = free.getsockname()[1]

    def measure(self):
        metrics.DATABASE_CONNECTIONS.set(7, 'in_use')
        self.measured.set()

    def endpoint(self, port, folder=None, measure=None):
        return endpoint.Endpoint(
            '127.0.0.1', port, folder, measure or self.measure
        )

    def scrape(self):
        with urllib.request.urlopen(
            f'http://127.0.0.1:{self.port}/metrics', timeout=patience.PATIENCE
        ) as answer:
            return answer.read().decode().splitlines()

    def test_what_is_counted_and_measured_is_served(self):
        with endpoint.at_work(self.endpoint(self.port)):
            metrics.ACTIONS_STARTED.add('create', number=3)
            self.assertTrue(self.measured.wait(patience.PATIENCE))
            found = self.scrape()
        self.assertIn(
            'nova_actions_actions_started_total{action="create"} 3.0', found
        )
        self.assertIn(
            'nova_actions_database_connections{state="in_use"} 7.0', found
        )
        # It has stopped: neither is the port taken, nor is anything counted.
        socket.create_server(('127.0.0.1', self.port)).close()
        self.assertRaises(RuntimeError, endpoint.registry)

    def test_a_port_that_is_taken(self):
        with socket.create_server(('127.0.0.1', self.port)):
            error = self.assertRaises(
                exception.Invalid, self.endpoint(self.port).start
            )
        self.assertIn(f'port {self.port}', str(error))

    def test_a_process_that_is_served_elsewhere(self):
        with endpoint.at_work(self.endpoint(None)):
            metrics.ACTIONS_STARTED.add('create')
            self.assertEqual(
                1,
                endpoint.registry().get_sample_value(
                    'nova_actions_actions_started_total', {'action': 'create'}
                ),
            )
            self.assertRaises(OSError, self.scrape)

    def test_a_measurement_that_fails(self):
        """It is told, and what is counted is served all the same."""
        log = self.useFixture(base_fixtures.FakeLogger(level=logging.WARNING))
        failed = threading.Event()

        def measure():
            if failed.is_set():
                self.measured.set()
            failed.set()
            raise ValueError

        self.useFixture(
            base_fixtures.MonkeyPatch(
                'nova_actions.metrics.endpoint.INTERVAL', 0.01
            )
        )
        with endpoint.at_work(self.endpoint(self.port, measure=measure)):
            # It is tried again.
            self.assertTrue(self.measured.wait(patience.PATIENCE))
            self.assertTrue(self.scrape())
        self.assertIn('Metrics may be incomplete: ValueError', log.output)

    def test_as_configured(self):
        conf = self.useFixture(fixtures.Conf(metrics__enabled=False)).conf
        for found in (
            endpoint.of(conf, 'api', self.measure, is_alone=True),
            endpoint.beside_another(conf, self.measure),
        ):
            self.assertIsNone(found)
            with endpoint.at_work(found), contextlib.ExitStack() as stack:
                stack.enter_context(contextlib.suppress(RuntimeError))
                endpoint.registry()
                self.fail('it counts')
