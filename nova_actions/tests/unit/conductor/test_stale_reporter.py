# SPDX-License-Identifier: Apache-2.0
"""Who is silent for too long, by a clock that nobody sets."""

from unittest import mock

from oslotest import base as oslotest

from nova_actions.conductor import stale_reporter
from nova_actions.tests import base
from nova_actions.tests.unit.upkeep import test_stale_reporter


class WatchTestCase(oslotest.BaseTestCase):
    def look(self, watch, now, **beats):
        return [
            each['epoch']
            for each in watch.silent(
                [
                    {'epoch': epoch, 'beats': number}
                    for epoch, number in beats.items()
                ],
                now,
            )
        ]

    def test_silence(self):
        watch = stale_reporter.Watch(10)
        for now in (100, 104, 108):
            self.assertEqual([], self.look(watch, now, a=1, b=now))
        self.assertEqual(['a'], self.look(watch, 111, a=1, b=111))
        self.assertEqual([], self.look(watch, 112, a=2, b=112))

    def test_time_before_it_watched_does_not_count(self):
        watch = stale_reporter.Watch(10)
        self.assertEqual([], self.look(watch, 1_000_000, a=1))

    def test_time_in_which_it_stood_still_does_not_count(self):
        watch = stale_reporter.Watch(10)
        for now in (100, 104, 108, 3708, 3712, 3716):
            self.assertEqual([], self.look(watch, now, a=1))
        self.assertEqual(['a'], self.look(watch, 3720, a=1))

    def test_time_without_the_bus_does_not_count(self):
        watch = stale_reporter.Watch(10)
        for now in (100, 104, 108):
            self.look(watch, now, a=1)
        watch.forget()
        for now in (112, 116, 120):
            self.assertEqual([], self.look(watch, now, a=1))


class TimerTestCase(
    test_stale_reporter.StaleReporterMixin, base.ObjectTestCase
):
    def timer(self, times, ping=None):
        clock = mock.Mock(side_effect=times)
        return stale_reporter.Timer(10, ping or mock.Mock(), clock)

    def test_it_closes_what_a_silent_one_left(self):
        self.start()
        timer = self.timer([100, 104, 108, 112])
        self.assertEqual([0, 0, 0, 1], [timer.look() for _ in range(4)])
        details = self.event()['details']
        self.assertIn('No heartbeat from the reporter of h (session ', details)
        self.assertIn(') for 10 s, last seen at ', details)

    def test_never_one_that_is_alive(self):
        self.start()
        timer = self.timer(range(100, 200, 4))
        for _ in range(20):
            self.beat()
            self.assertEqual(0, timer.look())

    def test_never_while_the_bus_is_down(self):
        self.start()
        ping = mock.Mock(side_effect=[None, None, OSError, None, None, None])
        timer = self.timer([100, 104, 112, 116, 120], ping)
        self.assertEqual([0] * 6, [timer.look() for _ in range(6)])

    def test_it_survives_its_database(self):
        timer = self.timer(range(100, 200, 4))
        with mock.patch.object(
            stale_reporter.stale_reporter,
            'reporter_list',
            autospec=True,
            side_effect=OSError,
        ):
            self.assertEqual(0, timer.look())
        timer.look()
        with mock.patch.object(
            stale_reporter.stale_reporter,
            'close',
            autospec=True,
            side_effect=OSError,
        ):
            self.assertEqual([0] * 4, [timer.look() for _ in range(4)])

    def test_off(self):
        timer = stale_reporter.Timer(0, mock.Mock())
        timer.start()
        timer.stop()
