# SPDX-License-Identifier: Apache-2.0
import datetime
import logging
import threading
import time
from unittest import mock

import fixtures
import oslo_messaging as messaging
from oslo_versionedobjects import exception as ovo_exc
from oslotest import base as oslotest

from nova_actions import exception
from nova_actions.reporter import clock
from nova_actions.reporter import loss
from nova_actions.reporter import transition
from nova_actions.reporter.delivery import sender
from nova_actions.reporter.delivery import waiting
from nova_actions.reporter.delivery import wire
from nova_actions.reporter.spool import memory
from nova_actions.tests import patience


def make(uuid, kind='start', instance=None):
    return {
        'kind': kind,
        'uuid': str(uuid),
        'name': 'n',
        'instance_uuid': instance or f'instance of {uuid}',
    }


class Line:
    """Plays the conductor."""

    def __init__(self):
        self.batches = []
        self.closed = []
        self.told = []
        self.ages = []
        self.applied = []
        self.trouble = []
        self.refused = {}
        self.replaced = {}
        self.close_trouble = []
        self.pause = 0
        self.is_open = threading.Event()
        self.is_open.set()
        self.is_asked = threading.Event()

    def send(self, transitions):
        self.is_asked.set()
        self.is_open.wait(patience.PATIENCE)
        if self.trouble:
            problem = self.trouble.pop(0)
            if problem is not None:
                raise problem
        uuids = [each['uuid'] for each in transitions]
        for uuid in uuids:
            if isinstance(self.refused.get(uuid), Exception):
                raise self.refused[uuid]
        self.batches.append(uuids)
        answers = []
        for uuid in uuids:
            error = self.refused.get(uuid)
            if not error:
                self.applied.append(uuid)
            answers.append(
                {
                    'verdict': 'refused' if error else 'applied',
                    'error': error,
                    'reason': 'why',
                    'replaced': self.replaced.get(uuid, 0),
                }
            )
        time.sleep(self.pause)
        return answers

    def beat(self, waiting, lost, oldest_age):
        self.send([])
        self.told.append((waiting, dict(lost)))
        self.ages.append(oldest_age)

    def close(self, ended):
        if self.close_trouble:
            raise self.close_trouble.pop()
        self.closed.append((ended['uuid'], list(self.applied)))


class DeliveryTestCase(oslotest.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.spool = memory.MemorySpool(10**7)
        self.line = Line()
        self.losses = loss.Losses()
        self.chore = mock.Mock(spec=[])
        self.lives = []

    def deliver(self, start=True, **values):
        found = sender.Delivery(
            self.spool,
            self.line,
            **{
                'batch_size': 10,
                'interval': 0.01,
                'heartbeat': 1000,
                'parent_timeout': 1000,
                'losses': self.losses,
                'chore': self.chore,
                'closed': self.lives.append,
                **values,
            },
        )
        self.addCleanup(found.stop, patience.PATIENCE)
        if start:
            found.start()
        return found

    def append(self, found, *transitions):
        for each in transitions:
            number = self.spool.append([each])
        found.notify(number)
        return number

    def wait(self, found, number):
        self.assertTrue(found.wait(number, patience.PATIENCE, hurry=True))

    def test_in_order_and_in_batches(self):
        found = self.deliver(start=False)
        number = self.append(found, *(make(each) for each in range(35)))
        found.start()
        self.wait(found, number)
        self.assertEqual([str(each) for each in range(35)], self.line.applied)
        self.assertEqual(
            [10, 10, 10, 5],
            [len(batch) for batch in self.line.batches if batch],
        )
        self.assertEqual((0, 35), (self.spool.count, found.delivered))

    def test_long_errors_go_in_several_calls(self):
        found = self.deliver(start=False)
        half = 'x' * (sender.TEXT_LIMIT // 2)
        number = self.append(
            found,
            *(
                {**make(each), 'traceback': text}
                for each, text in enumerate(
                    [half, half, 'x', None, 2 * half + 'x', None]
                )
            ),
        )
        found.start()
        self.wait(found, number)
        self.assertEqual(
            [2, 2, 1, 1], [len(batch) for batch in self.line.batches if batch]
        )
        self.assertEqual(6, found.delivered)

    def test_again_after_trouble(self):
        self.line.trouble = [
            None,
            exception.ConductorUnavailable(reason='x'),
            exception.DatabaseUnavailable(),
            messaging.MessagingTimeout(),
            exception.PolicyNotAuthorized(action='x'),
            ovo_exc.UnsupportedObjectError(objtype='ReportList'),
            OSError(),
        ]
        found = self.deliver()
        patience.wait_until('first heartbeat', lambda: self.line.batches)
        with mock.patch.object(sender, 'RETRY_FIRST', 0.001):
            number = self.append(found, make(1), make(2))
            self.wait(found, number)
        self.assertEqual(['1', '2'], self.line.applied)
        self.assertEqual([], self.line.trouble)
        self.assertEqual({}, self.losses.counts)

    def test_one_that_cannot_be_taken_does_not_stop_the_others(self):
        self.line.refused['3'] = exception.Invalid('odd')
        found = self.deliver(parent_timeout=0)
        with mock.patch.object(sender, 'RETRY_FIRST', 0.001):
            number = self.append(found, *(make(each) for each in range(8)))
            patience.wait_until('others', lambda: len(self.line.applied) == 7)
            self.wait(found, number)
        self.assertEqual({'refused': 1}, self.losses.counts)

    def test_what_belongs_nowhere_yet_waits(self):
        self.line.refused['0'] = 'InstanceActionNotFound'
        found = self.deliver()
        with mock.patch.object(sender, 'RETRY_FIRST', 0.001):
            number = self.append(found, make(0), make(1))
            patience.wait_until('the other', lambda: self.line.applied)
            self.assertFalse(found.wait(number, 0))
            self.line.refused.clear()
            self.wait(found, number)
        self.assertEqual(['1', '0'], self.line.applied)
        self.assertEqual({}, self.losses.counts)

    def test_nothing_overtakes_what_its_action_waits_with(self):
        self.line.refused = dict.fromkeys('013', 'InstanceActionNotFound')
        found = self.deliver()
        first = self.append(found, make(0, instance='a'))
        patience.wait_until('refusal', lambda: ['0'] in self.line.batches)
        number = self.append(
            found,
            make(1, instance='a'),
            make(2, 'action', instance='a'),
            make(3, instance='a'),
            make(4, instance='b'),
        )
        patience.wait_until('the others', lambda: '4' in self.line.applied)
        self.assertEqual(['2', '4'], self.line.applied)
        self.assertFalse(found.wait(first, 0))
        self.line.refused.clear()
        self.wait(found, number)
        self.assertEqual(['2', '4', '0', '1', '3'], self.line.applied)
        self.assertEqual((0, {}), (self.spool.count, self.losses.counts))

    def test_what_belongs_nowhere_at_last_is_given_up(self):
        self.line.refused['0'] = 'InstanceNotFound'
        found = self.deliver(parent_timeout=0.01)
        with mock.patch.object(sender, 'RETRY_FIRST', 0.001):
            number = self.append(found, make(0))
            self.wait(found, number)
        self.assertEqual({'refused': 1}, self.losses.counts)
        self.assertTrue(found.was_refused(number))
        self.assertEqual(0, self.spool.count)

    def test_what_is_refused_for_good(self):
        self.line.refused['0'] = 'Forbidden'
        found = self.deliver()
        self.wait(found, self.append(found, make(0), make(1)))
        self.assertEqual({'refused': 1}, self.losses.counts)
        self.assertEqual(['1'], self.line.applied)

    def test_a_life_is_closed_at_once_and_after_all_that_it_had_to_say(self):
        self.line.refused['1'] = 'InstanceNotFound'
        found = self.deliver(start=False)
        number = self.append(
            found, make(0), make(1), wire.closing('dead', 'seen'), make(2)
        )
        with mock.patch.object(sender, 'RETRY_FIRST', 0.001):
            found.start()
            patience.wait_until('the others', lambda: '2' in self.line.applied)
            # Its other steps need not wait for the unknown server.
            self.assertEqual([('dead', ['0'])], self.line.closed)
            self.assertEqual([], self.lives)
            self.line.refused.clear()
            self.wait(found, number)
            patience.wait_until('closing', lambda: self.lives)
        self.assertEqual(
            [('dead', ['0']), ('dead', ['0', '2', '1'])], self.line.closed
        )
        self.assertEqual(['dead'], self.lives)

    def close_trouble(self, error, **values):
        """Have a life that cannot be closed before two reports, and return
        the delivery and the last number."""
        self.line.close_trouble = [error] * 3
        found = self.deliver(**values)
        return found, self.append(
            found, wire.closing('dead', 'seen'), make(0), make(1)
        )

    def test_a_life_that_cannot_be_closed_holds_up_nothing(self):
        for error in (
            exception.Forbidden(),
            exception.PolicyNotAuthorized(action='x'),
            exception.ActionsException('The call failed.'),
        ):
            with mock.patch.object(waiting, 'FIRST', 0.01):
                found, number = self.close_trouble(error)
                patience.wait_until(
                    'the others', lambda: self.line.applied == ['0', '1']
                )
                self.wait(found, number)
            self.assertEqual(
                (['dead'], [('dead', ['0', '1'])]),
                (self.lives, self.line.closed),
            )
            self.assertEqual({}, self.losses.counts)
            for seen in (self.lives, self.line.closed, self.line.applied):
                seen.clear()
            found.stop(patience.PATIENCE)

    def test_a_life_that_can_never_be_closed_is_counted(self):
        for error in (exception.Invalid('odd'), exception.Forbidden()):
            found, number = self.close_trouble(error, parent_timeout=0)
            self.wait(found, number)
            found.stop(patience.PATIENCE)
        self.assertEqual({'refused': 2}, self.losses.counts)
        self.assertEqual(['dead'] * 2, self.lives)

    def test_a_value_that_is_taken_for_an_outage(self):
        self.line.refused['3'] = exception.DatabaseUnavailable()
        found = self.deliver(parent_timeout=0)
        with mock.patch.object(sender, 'RETRY_FIRST', 0.001):
            number = self.append(found, *(make(each) for each in range(8)))
            self.wait(found, number)
        self.assertEqual(list('0124567'), sorted(self.line.applied))
        self.assertEqual({'refused': 1}, self.losses.counts)

    def test_the_first_that_waits_is_said_with_what_helps(self):
        log = self.useFixture(fixtures.FakeLogger(level=logging.WARNING))
        self.line.refused = {
            '0': 'InstanceNotFound',
            '1': 'InstanceNotFound',
            '2': 'InstanceActionNotFound',
        }
        found = self.deliver()
        with mock.patch.object(waiting, 'FIRST', 0.001):
            number = self.append(
                found,
                *(
                    {**make(each), 'host': 'h', 'details': 'its text'}
                    for each in range(3)
                ),
            )
            patience.wait_until(
                'saying', lambda: log.output.count('cannot be stored yet') == 2
            )
            self.line.refused.clear()
            self.wait(found, number)
        first, second = log.output.splitlines()
        self.assertIn('uuid 0, on server instance of 0, host h', first)
        for line in (first, second):
            self.assertIn('instance import', line)
            self.assertIn('"create"', line)
            self.assertNotIn('its text', line)

    def test_what_only_overtook_another_is_not_said(self):
        log = self.useFixture(fixtures.FakeLogger(level=logging.WARNING))
        self.line.refused['0'] = 'InstanceNotFound'
        found = self.deliver()
        number = self.append(found, make(0))
        patience.wait_until('refusal', lambda: ['0'] in self.line.batches)
        self.line.refused.clear()
        self.wait(found, number)
        self.assertEqual('', log.output)

    def test_replaced_characters_are_counted(self):
        self.line.replaced['0'] = 3
        found = self.deliver()
        self.wait(found, self.append(found, make(0), make(1)))
        self.assertEqual((2, 3), (found.delivered, found.replaced))

    def test_who_ends_waits_as_long_as_it_gets_answers(self):
        found = self.deliver(batch_size=1, interval=0)
        self.line.pause = 0.02
        self.append(found, *(make(each) for each in range(20)))
        self.assertTrue(found.drain(patience.PATIENCE, patience.PATIENCE))
        self.line.is_open.clear()
        self.addCleanup(self.line.is_open.set)
        self.append(found, make(20))
        drained = []
        waiter = threading.Thread(
            target=lambda: drained.append(
                found.drain(patience.PATIENCE * 1000, 0.05)
            ),
            daemon=True,
        )
        waiter.start()
        waiter.join(patience.PATIENCE)
        self.assertEqual([False], drained)

    def test_a_system_that_has_just_started(self):
        began = time.monotonic_ns()
        with mock.patch.object(
            sender.clock, 'monotonic_ns', lambda: time.monotonic_ns() - began
        ):
            found = self.deliver()
            self.append(found, make(0))
            self.assertTrue(found.drain(patience.PATIENCE))
        self.chore.assert_called_once()

    def test_waiting_and_lost_reports_are_sent(self):
        self.losses.add(loss.FULL, 3, 'why')
        self.deliver(heartbeat=0.01)
        patience.wait_until('a heartbeat', lambda: self.line.told)
        self.assertEqual((0, {'full': 3}), self.line.told[-1])
        self.losses.add(loss.FULL, 1, 'why')
        patience.wait_until(
            'the next', lambda: self.line.told[-1] == (0, {'full': 4})
        )

    def test_they_are_sent_under_load(self):
        found = self.deliver(start=False, heartbeat=0, batch_size=1)
        number = self.append(found, *(make(each) for each in range(5)))
        found.start()
        self.wait(found, number)
        patience.wait_until(
            'all of it',
            lambda: (
                {4, 3, 2, 1, 0}
                <= {waiting for waiting, _lost in self.line.told}
            ),
        )

    def test_the_age_of_waiting_reports_is_sent(self):
        self.line.refused['0'] = 'InstanceNotFound'
        found = self.deliver(heartbeat=0.01)
        patience.wait_until('a heartbeat', lambda: self.line.ages)
        self.assertEqual({None}, set(self.line.ages))
        began = clock.utcnow() - datetime.timedelta(hours=1)
        self.append(
            found, {**make(0), 'start_time': transition.time_of(began)}
        )
        patience.wait_until(
            'its age is told', lambda: 3600 <= (self.line.ages[-1] or 0) < 3700
        )

    def test_heartbeats(self):
        self.deliver(heartbeat=0.01)
        patience.wait_until(
            'heartbeats', lambda: self.line.batches.count([]) > 3
        )
        self.assertGreater(self.chore.call_count, 2)

    def test_a_spool_that_lets_nothing_go(self):
        found = self.deliver(batch_size=1)
        remove, full = self.spool.remove, threading.Event()
        full.set()

        def flaky(numbers):
            if full.is_set():
                raise OSError()
            remove(numbers)

        with (
            mock.patch.object(self.spool, 'remove', flaky),
            mock.patch.object(sender, 'RETRY_MAX', 0.001),
        ):
            number = self.append(found, *(make(each) for each in range(5)))
            self.wait(found, number)
            self.assertEqual(list('01234'), self.line.applied)
            self.assertEqual(5, self.spool.count)
            full.clear()
            patience.wait_until('room', lambda: not self.spool.count)
        self.assertEqual(list('01234'), self.line.applied)

    def test_a_chore_that_cannot_be_done(self):
        self.chore.side_effect = [OSError(), OSError(), None]
        found = self.deliver(heartbeat=0.01)
        self.wait(found, self.append(found, make(0)))
        patience.wait_until('chores', lambda: self.chore.call_count > 2)

    def test_it_ends(self):
        found = self.deliver()
        self.assertTrue(found.stop(patience.PATIENCE))
        self.line.is_open.clear()
        self.line.is_asked.clear()
        stuck = self.deliver()
        number = self.append(stuck, make(0))
        self.assertTrue(self.line.is_asked.wait(patience.PATIENCE))
        self.assertFalse(stuck.wait(number, 0.01))
        self.assertFalse(stuck.stop(0.01))
        self.line.is_open.set()
