# SPDX-License-Identifier: Apache-2.0
import datetime
import uuid
from unittest import mock

from oslo_utils import timeutils

from nova_actions.db import api as db
from nova_actions.db import report
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests.unit.db.test_report import make
from nova_actions.upkeep import stale_reporter


class StaleReporterMixin:
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
        # One of each part makes the past hours be recounted.
        self.assertLessEqual(len(statements.seen), 5 * 8 + 3)


class SqliteStaleReporterTestCase(StaleReporterMixin, base.ObjectTestCase):
    pass


class MysqlStaleReporterTestCase(StaleReporterMixin, base.ObjectTestCase):
    BACKEND = 'mysql'


class PostgresqlStaleReporterTestCase(StaleReporterMixin, base.ObjectTestCase):
    BACKEND = 'postgresql'
