# SPDX-License-Identifier: Apache-2.0
"""Work that one worker does at a time."""

from oslotest import base

from nova_actions import exception
from nova_actions.conductor import leased
from nova_actions.conductor import timer
from nova_actions.tests import fixtures


class TestLeased(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.conf = self.useFixture(fixtures.Conf()).conf
        self.released = []
        self.holders = set()

    def make(self, *answers, release=None):
        """Return work that is done in parts; an exception is raised."""
        self.left = list(answers)

        def advance(_context, holder):
            self.holders.add(holder)
            answer = self.left.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return leased.Leased(
            self.conf,
            advance,
            release or (lambda _context, holder: self.released.append(holder)),
            3600,
        )

    def test_all_that_there_is_to_do(self):
        self.assertEqual(6, self.make(3, 2, 1, 0, 9).run())
        self.assertEqual([9], self.left)

    def test_database_that_is_away(self):
        error = exception.DatabaseUnavailable()
        self.assertEqual(3, self.make(3, error, 9).run())
        self.assertEqual([9], self.left)

    def test_other_errors_are_not_hidden(self):
        self.assertRaises(ValueError, self.make(ValueError()).run)

    def test_stop_ends_it_between_two_parts(self):
        work = self.make(3, 9)

        def pause(_seconds):
            raise timer.Stopped

        work._periodic.pause = pause
        self.assertEqual(3, work.run())
        self.assertEqual([9], self.left)

    def test_lease_is_released_by_its_holder(self):
        work = self.make(0)
        work.start()
        self.addCleanup(work._periodic.stop)
        work.run()
        work.stop()
        self.assertEqual(self.holders, set(self.released))
        self.assertNotEqual({''}, self.holders)

    def test_workers_differ(self):
        holders = set()
        for _ in range(2):
            work = self.make(0)
            work.start()
            self.addCleanup(work._periodic.stop)
            work.stop()
            holders |= set(self.released)
        self.assertEqual(len(holders), len(self.released))

    def test_release_from_a_database_that_is_away(self):
        def release(_context, _holder):
            raise exception.DatabaseUnavailable

        self.make(release=release).stop()
