# SPDX-License-Identifier: Apache-2.0
import datetime
import uuid

from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db import report
from nova_actions.db import stuck
from nova_actions.db.change import feed
from nova_actions.db.change import numbering
from nova_actions.tests import base
from nova_actions.tests.unit.db.test_report import make
from nova_actions.upkeep import stale_reporter

HOUR = datetime.timedelta(hours=1)
MINUTE = HOUR / 60


class Recorded:
    """Records what began some hours ago."""

    def setUp(self):
        super().setUp()
        self.now = timeutils.utcnow()

    def begin(self, hours, host='h', step='build', action='create'):
        """Record an action with a step (none where its name is None) that
        began so many hours ago."""
        began = self.now - hours * HOUR
        self.instance_uuid = str(uuid.uuid4())
        first = make('action', self.instance_uuid, action, start_time=began)
        reports = [first]
        if step:
            reports.append(
                make(
                    'start',
                    self.instance_uuid,
                    step,
                    host=host,
                    start_time=began,
                )
            )
        self.assertEqual(
            {'applied'},
            {each.verdict for each in report.apply(self.admin, reports)},
        )
        return reports

    def end(self, start, after, result='Success'):
        (answer,) = report.apply(
            self.admin,
            [
                {
                    **start,
                    'kind': 'finish',
                    'result': result,
                    'finish_time': start['start_time'] + after,
                }
            ],
        )
        return answer.verdict

    def action(self, reports):
        return next(
            row
            for row in db.action_list(self.admin)
            if row['uuid'] == reports[0]['uuid']
        )

    def events(self, reports):
        return db.event_list(self.admin, self.action(reports)['id'])


class _Tests(Recorded):
    def find(self, hours, host=None):
        return [
            (row['action'], row['event'], row['host'])
            for row in stuck.find(self.admin, self.now - hours * HOUR, host)
        ]

    def test_what_is_open_oldest_first(self):
        self.begin(2)
        self.begin(3, host='other')
        self.begin(4, step=None)
        ended = self.begin(5)
        self.end(ended[1], MINUTE)
        found = [
            ('create', None, None),
            ('create', 'build', 'other'),
            ('create', 'build', 'h'),
        ]
        self.assertEqual(found, self.find(1))
        self.assertEqual(found[:2], self.find(2.5))
        self.assertEqual(found[2:], self.find(1, 'h'))
        self.assertEqual([], self.find(5))
        self.assertEqual(1, len(stuck.find(self.admin, self.now, limit=1)))

    def test_what_is_usual(self):
        self.assertIsNone(stuck.usual_of_step(self.admin, 'build'))
        self.assertIsNone(stuck.usual_of_action(self.admin, 'create'))
        for minutes in range(1, 21):
            self.end(self.begin(9)[1], minutes * MINUTE)
        # What failed tells nothing.
        self.end(self.begin(9)[1], HOUR, 'Error')
        minute = 60_000_000
        for found in (
            stuck.usual_of_step(self.admin, 'build'),
            stuck.usual_of_action(self.admin, 'create'),
        ):
            self.assertEqual(stuck.Usual(10 * minute, 19 * minute), found)

    def test_an_action_is_closed(self):
        reports = self.begin(2)
        report.apply(
            self.admin,
            [
                make(
                    'start',
                    self.instance_uuid,
                    'network',
                    host='h',
                    start_time=self.now - HOUR,
                )
            ],
        )
        self.assertEqual(
            2,
            stale_reporter.close_action(
                self.admin, reports[0]['uuid'], 'by jane', 'rules'
            ),
        )
        self.assertEqual(
            [('Interrupted', 'interrupted', 'by jane', 'rules')] * 2,
            [
                tuple(
                    event[name]
                    for name in ('result', 'reason', 'details', 'rules')
                )
                for event in self.events(reports)
            ],
        )
        self.assertEqual(
            ('interrupted', 'Error'),
            tuple(
                self.action(reports)[name] for name in ('status', 'message')
            ),
        )
        self.assertEqual([], self.find(0))

    def test_a_closing_is_a_change(self):
        reports = self.begin(2)
        stale_reporter.close_action(self.admin, reports[0]['uuid'], 'by jane')
        while numbering.number(self.admin, 'one'):
            pass
        rows = feed.page(self.admin, 0, 100).rows
        self.assertEqual(
            [('closed', 'Interrupted'), ('closed', 'interrupted')],
            [(row['kind'], row['outcome']) for row in rows[-2:]],
        )

    def test_a_late_true_finish_counts(self):
        reports = self.begin(2)
        stale_reporter.close_action(self.admin, reports[0]['uuid'], 'by jane')
        self.assertEqual('applied', self.end(reports[1], MINUTE))
        self.assertEqual('succeeded', self.action(reports)['status'])
        (event,) = self.events(reports)
        self.assertEqual(
            ('Success', None, None),
            (event['result'], event['reason'], event['details']),
        )

    def test_one_without_a_step_is_closed(self):
        reports = self.begin(2, step=None)
        self.assertEqual(
            0,
            stale_reporter.close_action(
                self.admin, reports[0]['uuid'], 'x' * 999
            ),
        )
        row = self.action(reports)
        self.assertEqual(
            ('interrupted', 'x' * 255), (row['status'], row['evidence'])
        )

    def test_what_has_ended_is_not_closed(self):
        reports = self.begin(2)
        self.end(reports[1], MINUTE)
        error = self.assertRaises(
            exception.Conflict,
            stale_reporter.close_action,
            self.admin,
            reports[0]['uuid'],
            'by jane',
        )
        self.assertIn('succeeded', error.format_message())
        self.assertEqual('succeeded', self.action(reports)['status'])
        self.assertRaises(
            exception.ActionNotFound,
            stale_reporter.close_action,
            self.admin,
            str(uuid.uuid4()),
            'by jane',
        )

    def test_a_host_is_closed_by_age(self):
        old, young, other = (
            self.begin(3),
            self.begin(1),
            self.begin(3, host='other'),
        )
        uuids = [each[0]['uuid'] for each in (old, young, other)]
        self.assertEqual(
            1,
            stale_reporter.close_steps(
                self.admin, uuids, 'h', self.now - 2 * HOUR, 'by jane'
            ),
        )
        self.assertEqual(
            ['interrupted', 'running', 'running'],
            [self.action(each)['status'] for each in (old, young, other)],
        )


class SqliteTestCase(_Tests, base.ObjectTestCase):
    pass


class MysqlTestCase(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class PostgresqlTestCase(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
