# SPDX-License-Identifier: Apache-2.0
"""Periodic work goes on after an error, and stops when it has to."""

import threading
from unittest import mock

from oslotest import base

from nova_actions.conductor import timer
from nova_actions.tests import patience


class PeriodicTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        # No first delay.
        patch = mock.patch.object(
            timer.random, 'uniform', autospec=True, return_value=0
        )
        patch.start()
        self.addCleanup(patch.stop)

    def begin(self, run):
        periodic = timer.Periodic(run, 0.001)
        periodic.start()
        self.addCleanup(periodic.stop)
        return periodic

    def test_an_error_does_not_end_it(self):
        turns = []
        reached = threading.Event()

        def run():
            turns.append(None)
            if len(turns) == 3:
                reached.set()
            raise ValueError

        self.begin(run)
        self.assertTrue(reached.wait(patience.PATIENCE))

    def test_a_pause_ends_when_it_is_stopped(self):
        pausing, ended = threading.Event(), []

        def run():
            pausing.set()
            try:
                periodic.pause(patience.PATIENCE)
            except timer.Stopped:
                ended.append(True)

        periodic = self.begin(run)
        self.assertTrue(pausing.wait(patience.PATIENCE))
        periodic.stop()
        # It has waited for the turn.
        self.assertEqual([True], ended)

    def test_it_may_be_started_again(self):
        turn = threading.Event()
        periodic = self.begin(turn.set)
        for _ in range(2):
            self.assertTrue(turn.wait(patience.PATIENCE))
            periodic.stop()
            turn.clear()
            periodic.start()
        self.assertTrue(turn.wait(patience.PATIENCE))

    def test_one_that_never_began_can_be_stopped(self):
        timer.Periodic(mock.Mock(), 1).stop()
