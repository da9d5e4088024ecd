# SPDX-License-Identifier: Apache-2.0
"""The reporter reads the clock of the host whose part a thread plays."""

import datetime
import threading

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.demo import clock
from nova_actions.reporter import clock as reporter_clock

#: As an action of the day: it is past.
_TIMES = st.datetimes(
    datetime.datetime(2000, 1, 1), datetime.datetime(2025, 1, 1)
)


class ClockTest(base.BaseTestCase):
    @given(_TIMES, _TIMES)
    def test_both_clocks_go_together(self, one, other):
        """So a duration is the time between two readings."""
        read = []
        with clock.simulated():
            for now in (one, other):
                with clock.at(now):
                    self.assertEqual(now, reporter_clock.utcnow())
                    self.assertEqual(now, clock.utcnow())
                    read.append(reporter_clock.monotonic_ns())
        self.assertEqual(
            (other - one) // datetime.timedelta(microseconds=1),
            (read[1] - read[0]) // 1000,
        )

    @given(_TIMES, _TIMES)
    def test_hosts_within_each_other(self, outer, inner):
        with clock.simulated(), clock.at(outer):
            with clock.at(inner):
                self.assertEqual(inner, reporter_clock.utcnow())
            self.assertEqual(outer, reporter_clock.utcnow())
            self.assertLess(outer, clock.real_utcnow())

    @given(_TIMES)
    def test_other_threads_have_the_real_clocks(self, now):
        read = []
        with clock.simulated(), clock.at(now):
            thread = threading.Thread(
                target=lambda: read.append(reporter_clock.utcnow())
            )
            thread.start()
            thread.join()
        self.assertLess(datetime.datetime(2025, 1, 1), read[0])

    def test_the_reporter_has_its_own_clocks_afterwards(self):
        before = reporter_clock.utcnow, reporter_clock.monotonic_ns
        with clock.simulated():
            self.assertNotEqual(
                before, (reporter_clock.utcnow, reporter_clock.monotonic_ns)
            )
        self.assertEqual(
            before, (reporter_clock.utcnow, reporter_clock.monotonic_ns)
        )
