# SPDX-License-Identifier: Apache-2.0

import contextlib
import threading

from oslotest import base

from nova_actions.api import waiting
from nova_actions.tests import patience


class RoomTest(base.BaseTestCase):
    def taken(self, room, *projects):
        """Return whether each of several requests at once may wait."""
        with contextlib.ExitStack() as stack:
            return [stack.enter_context(room.seat(each)) for each in projects]

    def test_half_of_the_threads_wait(self):
        for threads in range(1, 8):
            found = self.taken(waiting.Room(threads), *range(10))
            self.assertEqual(threads // 2, sum(found))

    def test_two_of_a_project_wait(self):
        room = waiting.Room(20)
        for _again in range(2):
            self.assertEqual(
                [True, True, False, True],
                self.taken(room, 'one', 'one', 'one', 'other'),
            )

    def test_no_client_waits_when_closed(self):
        room = waiting.Room(2)
        found = []
        waits = threading.Thread(
            target=lambda: found.append(room.pause(patience.PATIENCE))
        )
        waits.start()
        room.close()
        waits.join()
        self.assertEqual([False], found)
