# SPDX-License-Identifier: Apache-2.0
from oslotest import base

from nova_actions.reporter.delivery import waiting


def make(kind='start', **values):
    return {'kind': kind, 'instance_uuid': 'i', 'request_id': 'r', **values}


class WaitingTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.waiting = waiting.Waiting()

    def test_longer_each_time(self):
        waits = []
        now = 0.0
        for _ in range(10):
            self.waiting.put_off({1: make(), 2: make()}, now)
            self.assertEqual([], self.waiting.due(now))
            waits.append(self.waiting.next_due() - now)
            now = self.waiting.next_due()
            self.assertEqual([1, 2], self.waiting.due(now))
        self.assertEqual([0.5, 1.0, 2.0], waits[:3])
        self.assertEqual(waiting.MOST, waits[-1])
        self.assertEqual(0.0, self.waiting.since(2, now))

    def test_only_what_is_of_the_same_action_joins(self):
        self.waiting.put_off({1: make()}, 0.0)
        for each in (
            make('action'),
            make(request_id='other'),
            make(instance_uuid='other'),
            make('close'),
        ):
            self.assertFalse(self.waiting.join(2, each, 1.0))
        self.waiting.put_off({1: make()}, 1.0)
        self.assertTrue(self.waiting.join(2, make('finish'), 1.5))
        self.assertIn(2, self.waiting.keys)
        # Sooner than the first would have been tried again.
        self.assertEqual(1.75, self.waiting.next_due())
        self.assertEqual([1, 2], self.waiting.due(1.75))

    def test_odd_ones(self):
        odd = make(instance_uuid=[], request_id={})
        self.waiting.put_off({1: odd}, 0.0)
        self.assertTrue(self.waiting.join(2, odd, 0.0))

    def test_its_action_is_known(self):
        self.waiting.put_off({1: make()}, 0.0)
        self.waiting.known(make('action', request_id='other'), 0.1)
        self.assertEqual([], self.waiting.due(0.1))
        self.waiting.known(make('action'), 0.1)
        self.assertEqual([1], self.waiting.due(0.1))

    def test_aside(self):
        self.waiting.put_aside(1, 0.0)
        self.assertFalse(self.waiting.join(2, make(), 0.0))
        self.waiting.put_off({1: make()}, 0.0)
        self.assertFalse(self.waiting.join(2, make(), 0.0))
        self.assertTrue(self.waiting.any_before(2))
        self.assertFalse(self.waiting.any_before(1))
        self.waiting.remove(1)
        self.waiting.remove(1)
        self.assertFalse(self.waiting.any_before(2))
        self.assertEqual(float('inf'), self.waiting.next_due())
