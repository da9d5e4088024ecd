# SPDX-License-Identifier: Apache-2.0
"""From a compute process to the row: spool, bus, conductor, database."""

import concurrent.futures
import uuid

from oslotest import base as oslotest

from nova_actions import reporter
from nova_actions.db import api as db
from nova_actions.objects import base as objects_base
from nova_actions.tests import FULL
from nova_actions.tests import fixtures
from nova_actions.tests import patience

THREADS = 4
ACTIONS = 60 if FULL else 6


class Refused(Exception):
    pass


class ReportFlowMixin:
    """A process with ``setup()`` and a conductor, over a bus."""

    BACKEND = 'sqlite'

    def bus(self):
        return 'fake://'

    def setUp(self):
        super().setUp()
        self.conf = self.useFixture(
            fixtures.Objects(
                self.BACKEND,
                transport_url=self.bus(),
                reporter__delivery_interval=0.01,
                reporter__heartbeat_interval=0.2,
            )
        ).conf
        self.conductor = self.useFixture(fixtures.Conductor(self.conf))
        self.useFixture(fixtures.Reporter(self.conf))

    def live(self, _number):
        """Have a server, with work that goes well, is retried or fails."""
        server = str(uuid.uuid4())
        with reporter.ActionReporter(
            fixtures.make_context(), server, 'create', 'a'
        ):
            pass
        for number in range(ACTIONS):
            context = fixtures.make_context()
            with reporter.ActionReporter(context, server, 'resize', 'a'):
                for host in 'ab':
                    try:
                        with reporter.EventReporter(
                            context, 'compute_prep_resize', host, server
                        ):
                            if host == 'a' or number % 2:
                                raise Refused(host)
                    except Refused:
                        pass
        return server

    def test_many_threads(self):
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            servers = list(pool.map(self.live, range(THREADS)))
        self.assertTrue(reporter.flush(patience.PATIENCE))
        self.assertEqual(
            {'waiting': 0, 'delivered': THREADS * (3 + ACTIONS * 7)},
            reporter.stats(),
        )
        for server in servers:
            with objects_base.local():
                self.check(server)

    def check(self, server):
        context = fixtures.make_context()
        actions = db.action_list(context, server)[::-1]
        self.assertEqual(
            [
                'succeeded',
                *(['succeeded_after_retry', 'failed'] * ACTIONS)[:ACTIONS],
            ],
            [action['status'] for action in actions],
        )
        for number, action in enumerate(actions[1:]):
            found = sorted(
                (event['event'], event['host'], event['result'])
                for event in db.event_list(context, action['id'])
            )
            self.assertEqual(
                [
                    ('compute_prep_resize', 'a', 'Error'),
                    (
                        'compute_prep_resize',
                        'b',
                        'Error' if number % 2 else 'Success',
                    ),
                    ('resize', 'a', 'Success'),
                ],
                found,
            )

    def test_nothing_is_lost_while_no_conductor_is_there(self):
        self.conductor.service.stop()
        server = self.live(0)
        self.assertFalse(reporter.flush(0.2))
        self.conductor.service.start()
        self.assertTrue(reporter.flush(patience.PATIENCE))
        with objects_base.local():
            self.check(server)


class FakeReportFlowTestCase(ReportFlowMixin, oslotest.BaseTestCase):
    pass


class RabbitReportFlowTestCase(ReportFlowMixin, oslotest.BaseTestCase):
    def bus(self):
        return self.useFixture(fixtures.Rabbit()).url


class MysqlReportFlowTestCase(RabbitReportFlowTestCase):
    BACKEND = 'mysql'


class PostgresqlReportFlowTestCase(RabbitReportFlowTestCase):
    BACKEND = 'postgresql'
