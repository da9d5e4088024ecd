# SPDX-License-Identifier: Apache-2.0
"""A fork waits until nobody uses SQLite."""

import os
import threading
from unittest import mock

from oslotest import base

from nova_actions.reporter import fork


def can_lock(lock):
    """Tell whether another thread can have a lock now."""
    found = []

    def take():
        found.append(lock.acquire(blocking=False))
        if found[0]:
            lock.release()

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()
    return found[0]


class TestFork(base.BaseTestCase):
    def test_both_locks_are_free_on_either_side(self):
        child = os.fork()
        are_free = can_lock(fork.writing) and can_lock(fork.keeping)
        if not child:
            os._exit(0 if are_free else 1)
        _pid, state = os.waitpid(child, 0)
        self.assertTrue(are_free)
        self.assertEqual(0, state)

    def test_fork_holds_both_locks(self):
        locks = mock.MagicMock()
        for name in ('writing', 'keeping'):
            self.enterContext(
                mock.patch.object(fork, name, getattr(locks, name))
            )
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
        self.assertEqual(
            [
                mock.call.writing.acquire(),
                mock.call.keeping.acquire(),
                mock.call.keeping.release(),
                mock.call.writing.release(),
            ],
            locks.mock_calls,
        )

    def test_others_wait_meanwhile(self):
        fork._before()
        try:
            self.assertFalse(can_lock(fork.writing) or can_lock(fork.keeping))
        finally:
            fork._after()
