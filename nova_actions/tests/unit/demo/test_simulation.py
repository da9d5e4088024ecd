# SPDX-License-Identifier: Apache-2.0
"""Stories are played in the order of their times."""

import datetime
import threading

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.demo import clock
from nova_actions.demo import simulation

START = datetime.datetime(2026, 1, 5)
_STORIES = st.lists(
    st.tuples(st.integers(0, 9), st.lists(st.integers(0, 5), max_size=4)),
    max_size=5,
)


def at(seconds):
    return START + datetime.timedelta(seconds=seconds)


class SimulationTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.stopping = threading.Event()
        self.seen = []

    def story(self, number, pauses):
        self.seen.append((clock.utcnow(), number))
        for seconds in pauses:
            yield seconds
            self.seen.append((clock.utcnow(), number))

    @given(_STORIES)
    def test_order(self, stories):
        """Each goes on when it is due, and time never goes back."""
        self.seen.clear()
        tested = simulation.Simulation(self.stopping)
        for number, (start, pauses) in enumerate(stories):
            tested.add(at(start), self.story(number, pauses))
        tested.run()
        times = [time for time, _number in self.seen]
        self.assertEqual(sorted(times), times)
        for number, (start, pauses) in enumerate(stories):
            self.assertEqual(
                [
                    at(start + sum(pauses[:count]))
                    for count in range(len(pauses) + 1)
                ],
                [time for time, each in self.seen if each == number],
            )

    def test_it_stops(self):
        def stop():
            self.stopping.set()
            yield 1.0
            self.fail('it goes on')

        tested = simulation.Simulation(self.stopping)
        tested.add(at(0), stop())
        tested.run()

    def test_what_is_not_due_waits(self):
        """Until it is to stop."""
        tested = simulation.Simulation(self.stopping)
        later = clock.real_utcnow() + datetime.timedelta(days=1)
        tested.add(later, self.story(1, []))
        tested.add(at(0), self.story(0, []))
        thread = threading.Thread(target=tested.run)
        thread.start()
        self.stopping.set()
        thread.join()
        self.assertNotIn(1, [number for _time, number in self.seen])
