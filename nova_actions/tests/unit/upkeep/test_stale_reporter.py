# SPDX-License-Identifier: Apache-2.0
import datetime
import uuid
from unittest import mock

from oslo_utils import timeutils

from nova_actions.conductor import stale_reporter as conductor_closure
from nova_actions.db import api as db
from nova_actions.db import report
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests.unit.db.test_report import make
from nova_actions.upkeep import stale_reporter


class ClosureMixin:
    def setUp(self):
        super().setUp()
        self.epoch = str(uuid.uuid4())
        self.beat()

    def beat(self):
        report.apply(self.admin, [], self.epoch, 'h')

    def start(self, name='step', **values):
        start = make(
            'start',
            self.instance_uuid,
            name,
            epoch=self.epoch,
            start_time=timeutils.utcnow(),
            host='h',
            **values,
        )
        report.apply(
            self.admin, [make('action', self.instance_uuid, 'create'), start]
        )
        return start

    def actions(self):
        return db.action_list(self.admin, self.instance_uuid)

    def event(self):
        return db.event_list(self.admin, self.actions()[0]['id'])[0]

    def close(self, beats=None):
        return stale_reporter.close(
            self.admin, self.epoch, 'it was silent', beats
        )

    def test_what_is_open_is_closed_with_the_evidence(self):
        self.start()
        self.assertEqual(1, self.close())
        event, action = self.event(), self.actions()[0]
        self.assertEqual(
            ('Interrupted', 'it was silent', 'interrupted'),
            (event['result'], event['details'], event['reason']),
        )
        self.assertLessEqual(event['start_time'], event['finish_time'])
        self.assertEqual(
            ('interrupted', 'Error', event['finish_time']),
            (action['status'], action['message'], action['finish_time']),
        )
        self.assertEqual(0, self.close())
        self.assertEqual([], stale_reporter.reporter_list(self.admin))

    def test_an_end_comes_after_its_beginning(self):
        self.start()
        with mock.patch(
            'oslo_utils.timeutils.utcnow',
            autospec=True,
            return_value=timeutils.utcnow() - datetime.timedelta(hours=1),
        ):
            self.close()
        event = self.event()
        self.assertEqual(event['start_time'], event['finish_time'])

    def test_others_are_left_alone(self):
        start = self.start()
        others = [
            {**start, 'uuid': str(uuid.uuid4()), 'epoch': epoch}
            for epoch in (None, str(uuid.uuid4()))
        ]
        report.apply(
            self.admin,
            [
                *others,
                make('finish', self.instance_uuid, 'done', epoch=self.epoch),
            ],
        )
        self.assertEqual(1, self.close())
        self.assertEqual('running', self.actions()[0]['status'])

    def test_a_late_true_finish_corrects_it(self):
        start = self.start()
        self.close()
        late = start['start_time'] + datetime.timedelta(minutes=1)
        (answer,) = report.apply(
            self.admin,
            [
                {
                    **start,
                    'kind': 'finish',
                    'result': 'Success',
                    'finish_time': late,
                }
            ],
        )
        self.assertEqual('applied', answer.verdict)
        self.assertEqual(
            ('Success', None, late),
            tuple(
                self.event()[name]
                for name in ('result', 'details', 'finish_time')
            ),
        )
        self.assertEqual('succeeded', self.actions()[0]['status'])

    def test_who_has_been_heard_of_is_alive(self):
        self.start()
        beats = stale_reporter.reporter_list(self.admin)[0]['beats']
        self.beat()
        self.assertEqual(0, self.close(beats))
        self.assertIsNone(self.event()['result'])
        self.assertEqual(1, self.close(beats + 1))
        self.assertEqual(0, self.close(beats + 1))
        self.beat()
        self.assertEqual(
            self.epoch, stale_reporter.reporter_list(self.admin)[0]['epoch']
        )

    def test_many_are_closed_in_parts(self):
        for _ in range(5):
            self.instance_uuid = str(uuid.uuid4())
            self.start()
            self.start()
        with (
            mock.patch.object(stale_reporter, 'CHUNK', 2),
            fixtures.Statements() as statements,
        ):
            self.assertEqual(10, self.close())
        # One of each part has the past hours counted anew.
        self.assertLessEqual(len(statements.seen), 5 * 8 + 3)


class SqliteClosureTestCase(ClosureMixin, base.ObjectTestCase):
    pass


class MysqlClosureTestCase(ClosureMixin, base.ObjectTestCase):
    BACKEND = 'mysql'


class PostgresqlClosureTestCase(ClosureMixin, base.ObjectTestCase):
    BACKEND = 'postgresql'


class WatchTestCase(base.base.BaseTestCase):
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
        watch = conductor_closure.Watch(10)
        for now in (100, 104, 108):
            self.assertEqual([], self.look(watch, now, a=1, b=now))
        self.assertEqual(['a'], self.look(watch, 111, a=1, b=111))
        self.assertEqual([], self.look(watch, 112, a=2, b=112))

    def test_time_before_it_watched_does_not_count(self):
        watch = conductor_closure.Watch(10)
        self.assertEqual([], self.look(watch, 1_000_000, a=1))

    def test_time_in_which_it_stood_still_does_not_count(self):
        watch = conductor_closure.Watch(10)
        for now in (100, 104, 108, 3708, 3712, 3716):
            self.assertEqual([], self.look(watch, now, a=1))
        self.assertEqual(['a'], self.look(watch, 3720, a=1))

    def test_time_in_which_nobody_could_be_heard_does_not_count(self):
        watch = conductor_closure.Watch(10)
        for now in (100, 104, 108):
            self.look(watch, now, a=1)
        watch.forget()
        for now in (112, 116, 120):
            self.assertEqual([], self.look(watch, now, a=1))


class TimerTestCase(ClosureMixin, base.ObjectTestCase):
    def timer(self, times, ping=None):
        clock = mock.Mock(side_effect=times)
        return conductor_closure.Timer(10, ping or mock.Mock(), clock)

    def test_it_closes_what_a_silent_one_left(self):
        self.start()
        timer = self.timer([100, 104, 108, 112])
        self.assertEqual([0, 0, 0, 1], [timer.look() for _ in range(4)])
        self.assertIn(
            'has not been heard of for 10 s', self.event()['details']
        )
        self.assertIn(' h (life ', self.event()['details'])

    def test_never_one_that_is_alive(self):
        self.start()
        timer = self.timer(range(100, 200, 4))
        for _ in range(20):
            self.beat()
            self.assertEqual(0, timer.look())

    def test_never_while_nobody_can_be_heard(self):
        self.start()
        ping = mock.Mock(side_effect=[None, None, OSError, None, None, None])
        timer = self.timer([100, 104, 112, 116, 120], ping)
        self.assertEqual([0] * 6, [timer.look() for _ in range(6)])

    def test_it_survives_its_database(self):
        timer = self.timer(range(100, 200, 4))
        with mock.patch.object(
            stale_reporter, 'reporter_list', autospec=True, side_effect=OSError
        ):
            self.assertEqual(0, timer.look())
        timer.look()
        with mock.patch.object(
            stale_reporter, 'close', autospec=True, side_effect=OSError
        ):
            self.assertEqual([0] * 4, [timer.look() for _ in range(4)])

    def test_off(self):
        timer = conductor_closure.Timer(0, mock.Mock())
        timer.start()
        timer.stop()
