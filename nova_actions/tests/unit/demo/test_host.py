# SPDX-License-Identifier: Apache-2.0
"""How long things take on a host, and how they fail."""

import random

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.demo import host

_HOSTS = st.sampled_from(host.HOSTS)
_SEEDS = st.integers(0, 2**32)
_DAYS = st.floats(0, 2)


class HostTest(base.BaseTestCase):
    def test_neighbours(self):
        """All others of the zone; going from one to the next comes
        to each of them."""
        for each in host.HOSTS:
            zone = {other for other in host.HOSTS if other.zone == each.zone}
            found = host.neighbours(each)
            self.assertEqual(zone, {each, *found})
            self.assertEqual(len(zone) - 1, len(found))
            seen, at = set(), each
            for _other in zone:
                at = host.neighbours(at)[0]
                seen.add(at)
            self.assertEqual(zone, seen)

    @given(_HOSTS, st.sampled_from(list(host.SECONDS)), _SEEDS)
    def test_seconds(self, tested, event, seed):
        """A slow host is slower by its factor, whatever else it is."""
        took = tested.seconds(event, random.Random(seed))
        usual = host.Host('usual', 'east').seconds(event, random.Random(seed))
        self.assertAlmostEqual(usual * tested.slowness, took)
        self.assertLess(0, took)
        self.assertLessEqual(
            usual, host.SECONDS[event] * host.LONGEST * 1.000001
        )

    @given(_SEEDS, _DAYS, _DAYS)
    def test_trouble_grows(self, seed, one, other):
        """What fails early in the day would fail later, too."""
        failing = host.Host('failing', 'east', decay=0.95)
        early, late = (
            failing.trouble(day, random.Random(seed))
            for day in sorted((one, other))
        )
        if early is not None:
            self.assertEqual(repr(early), repr(late))

    @given(_HOSTS, _SEEDS, _DAYS)
    def test_the_trouble_of_one_host_does_not_change_the_others(
        self, tested, seed, day
    ):
        """Each draws as often."""
        chance, other = random.Random(seed), random.Random(seed)
        found = tested.trouble(day, chance)
        host.Host('other', 'east', decay=0.5).trouble(0.5, other)
        self.assertEqual(other.getstate(), chance.getstate())
        if not tested.decay:
            self.assertIsNone(found)
