# SPDX-License-Identifier: Apache-2.0
"""What is odd in a cell, and how its troubles are told."""

import logging

import fixtures as base_fixtures

from nova_actions import exception
from nova_actions.cells import breaker
from nova_actions.cells import registry
from nova_actions.objects.instance import InstanceRecord
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells


class CellTest(base.ObjectTestCase):
    """What is odd in a cell."""

    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf))

    def execute(self, statement):
        with self.cell.engine.begin() as connection:
            connection.exec_driver_sql(statement)

    def test_an_unexpected_error(self):
        server = self.cell.server()
        self.useFixture(
            base_fixtures.MonkeyPatch('threading.excepthook', self.fail)
        )
        log = self.useFixture(base_fixtures.FakeLogger(level=logging.INFO))
        for kind in (
            AssertionError,
            SystemExit,
            MemoryError,
            StopIteration,
            KeyboardInterrupt,
            GeneratorExit,
        ):

            def fail(*_args, kind=kind):
                raise kind('as nobody thought')

            for _ in range(3):
                error = self.assertRaises(
                    exception.CellUnavailable, self.cell.cell.ask, fail
                )
                self.assertEqual(1, error.kwargs['retry_after'])
            self.assertEqual(
                1,
                log.output.count(
                    f'Cell east failed: builtins.{kind.__name__}: '
                    'as nobody thought'
                ),
            )
        # It is asked again at once.
        self.assertTrue(InstanceRecord.lookup(self.admin, server))

    def test_no_thread_to_ask_with(self):
        def start(_thread):
            raise RuntimeError("can't start new thread")

        with base_fixtures.MonkeyPatch('threading.Thread.start', start):
            self.assertRaises(
                exception.CellUnavailable,
                registry.instance,
                self.instance_uuid,
            )

    def test_an_outage_and_its_end_are_logged_once(self):
        log = self.useFixture(base_fixtures.FakeLogger(level=logging.INFO))
        now = [0.0]
        self.cell.cell.breaker._clock = lambda: now[0]

        def fail(*_args):
            raise OSError('gone')

        for _ in range(3):
            self.assertRaises(
                exception.CellUnavailable, self.cell.cell.ask, fail
            )
            now[0] += breaker.RETRY
        self.assertIsNone(registry.instance(self.instance_uuid))
        self.assertEqual(
            [
                'Cell east does not answer: builtins.OSError: gone',
                'Cell east answers again',
            ],
            log.output.splitlines(),
        )

    def test_values_that_are_none(self):
        server = self.cell.server(project_id=None, user_id=None)
        self.cell.action(server, request_id=None)
        self.execute(
            'UPDATE instance_actions SET created_at = NULL, '
            "deleted = NULL, start_time = 'never'"
        )
        error = self.assertRaises(
            exception.CellUnavailable,
            InstanceAction.get_by_request_id,
            self.admin,
            server,
            'cell:east:1',
        )
        self.assertEqual('east', error.kwargs['cell'])
        self.execute('UPDATE instance_actions SET start_time = NULL')
        found = InstanceAction.get_by_request_id(
            self.admin, server, 'cell:east:1'
        )
        self.assertEqual(
            (None, False, 'running', 'cell:east:1'),
            (found.start_time, found.deleted, found.status, found.marker),
        )
