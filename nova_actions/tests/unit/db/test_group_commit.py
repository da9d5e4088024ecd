# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import threading

from oslotest import base

from nova_actions import exception
from nova_actions.db import group_commit
from nova_actions.tests import patience

WAITING = 5


class TestGroup(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.group = group_commit.Group(self.apply)
        self.batches = []
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.addCleanup(self.may_end.set)
        self.refuse = lambda items: None

    def apply(self, items):
        self.batches.append(list(items))
        if items == [0]:
            self.begun.set()
            self.may_end.wait(patience.PATIENCE)
        if error := self.refuse(items):
            raise error
        return [
            item * 10 if item != 3 else exception.NotFound() for item in items
        ]

    def submit(self, item, key='k'):
        try:
            return self.group.submit(key, item)
        except exception.ActionsException as error:
            return type(error)

    def outcomes(self):
        """Return what comes of calls that wait for the first one."""
        with concurrent.futures.ThreadPoolExecutor(WAITING + 1) as pool:
            futures = [pool.submit(self.submit, 0)]
            self.begun.wait(patience.PATIENCE)
            for item in range(1, WAITING + 1):
                futures.append(pool.submit(self.submit, item))
                patience.wait_until(
                    'queued',
                    lambda item=item: len(self.group._waiting['k']) == item,
                )
            # Of another key, it need not wait.
            self.assertEqual(70, self.submit(7, 'other'))
            self.may_end.set()
            return [future.result() for future in futures]

    def test_who_waits_is_done_together(self):
        self.assertEqual(
            [0, 10, 20, exception.NotFound, 40, 50], self.outcomes()
        )
        self.assertEqual([[0], [7], [1, 2, 3, 4, 5]], self.batches)
        self.assertEqual({}, self.group._waiting)

    def test_one_that_spoils_it_is_refused_alone(self):
        self.refuse = lambda items: (
            exception.Conflict() if 2 in items else None
        )
        self.assertEqual(
            [0, 10, exception.Conflict, exception.NotFound, 40, 50],
            self.outcomes(),
        )
        self.assertEqual([[1], [2], [3], [4], [5]], sorted(self.batches[3:]))

    def test_without_a_database_there_is_no_retry(self):
        self.refuse = lambda items: (
            exception.DatabaseUnavailable() if len(items) > 1 else None
        )
        self.assertEqual(
            [0, *[exception.DatabaseUnavailable] * WAITING], self.outcomes()
        )
        self.assertEqual([[0], [7], [1, 2, 3, 4, 5]], self.batches)

    def test_a_failed_leader_passes_on(self):
        self.refuse = lambda items: KeyError() if len(items) > 1 else None
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            self.assertRaises(KeyError, pool.submit(self.outcomes).result)
        self.assertEqual({}, self.group._waiting)
        self.assertEqual([[2], [3], [4], [5]], sorted(self.batches[3:]))
