# SPDX-License-Identifier: Apache-2.0
"""Times that are told by other clocks."""

import datetime
import uuid

from hypothesis import given
from hypothesis import strategies as st
from oslo_utils import fixture as utils_fixture

from nova_actions.db import api as db
from nova_actions.db import clock
from nova_actions.db import report
from nova_actions.objects import report as report_object
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import base
from nova_actions.tests.unit.db.test_report import NOW
from nova_actions.tests.unit.db.test_report import SECOND
from nova_actions.tests.unit.db.test_report import make

TIMES = (
    st.none()
    | st.datetimes()
    | st.datetimes(NOW - 600 * SECOND, NOW + 600 * SECOND)
)
DURATIONS = st.none() | st.integers(0, 2**63 - 1) | st.integers(0, 10**9)
NAMES = ('start_time', 'finish_time', 'created_at', 'updated_at')


class ClockTestCase(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(utils_fixture.TimeFixture(NOW))

    @given(
        st.fixed_dictionaries(
            {**dict.fromkeys(NAMES, TIMES), 'duration_us': DURATIONS}
        )
    )
    def test_what_comes_out_can_be_true(self, row):
        fitted, late = clock.fit(row)
        latest = NOW + 300 * SECOND
        times = {
            name: fitted[name] for name in NAMES if fitted[name] is not None
        }
        self.assertEqual(late, sum(row[name] > latest for name in times))
        for name, value in times.items():
            self.assertLessEqual(value, latest)
            if row[name] <= latest and name != 'finish_time':
                self.assertEqual(row[name], value)
        if {'start_time', 'finish_time'} <= times.keys():
            self.assertLessEqual(times['start_time'], times['finish_time'])
        self.assertEqual((fitted, 0), clock.fit(fitted))

    def test_a_clock_that_was_set_back(self):
        row, _late = clock.fit(
            {
                'start_time': NOW,
                'finish_time': NOW - 3600 * SECOND,
                'duration_us': 5_000_000,
            }
        )
        self.assertEqual(NOW + 5 * SECOND, row['finish_time'])


class _Tests:
    """A host whose clock is a year ahead, and one whose was set back."""

    def setUp(self):
        super().setUp()
        self.useFixture(utils_fixture.TimeFixture(NOW))
        self.future = NOW + datetime.timedelta(days=366)

    def rows(self):
        return [
            row
            for action in db.action_list(self.admin, self.instance_uuid)
            for row in (action, *db.event_list(self.admin, action['id']))
        ]

    def check(self):
        for row in self.rows():
            times = {
                name: value
                for name, value in row.items()
                if isinstance(value, datetime.datetime)
            }
            self.assertLessEqual(max(times.values()), NOW + 300 * SECOND)
            if row['finish_time'] is not None:
                self.assertLessEqual(row['start_time'], row['finish_time'])

    def test_reports(self):
        epoch = str(uuid.uuid4())
        create = make(
            'action', self.instance_uuid, 'create', start_time=self.future
        )
        step = make('start', self.instance_uuid, 'x', start_time=self.future)
        finish = {
            **step,
            'kind': 'finish',
            'result': 'Success',
            'start_time': NOW,
            'finish_time': self.future,
        }
        alone = make(
            'finish',
            self.instance_uuid,
            'y',
            start_time=self.future,
            finish_time=NOW,
        )
        answers = report.apply(
            self.admin, [create, step, finish, alone], epoch
        )
        self.assertEqual(
            [('applied', 1)] * 4,
            [(each.verdict, each.cut) for each in answers],
        )
        self.check()

    def test_each_way_of_recording(self):
        context = self.new_context(timestamp=self.future)
        InstanceAction.action_start(context, self.instance_uuid, 'create')
        event = InstanceActionEvent.event_start(
            context, self.instance_uuid, 'x', start_time=self.future
        )
        InstanceActionEvent.event_finish_with_failure(
            context,
            self.instance_uuid,
            'x',
            uuid=event.uuid,
            finish_time=self.future,
        )
        InstanceAction(
            self.admin,
            instance_uuid=self.instance_uuid,
            action='reboot',
            created_at=self.future,
            updated_at=self.future,
            start_time=self.future,
            finish_time=NOW,
        ).create()
        InstanceActionEvent(
            self.admin,
            event='y',
            start_time=self.future,
            created_at=self.future,
            finish_time=self.future,
            result='Success',
        ).create(self.instance_uuid, context.request_id)
        self.check()
        self.assertEqual(4, len(self.rows()))

    def test_an_end_before_its_start(self):
        context = self.new_context(timestamp=NOW)
        InstanceAction.action_start(context, self.instance_uuid, 'create')
        past = NOW - 3600 * SECOND
        event = InstanceActionEvent.event_start(
            context, self.instance_uuid, 'x'
        )
        done = InstanceActionEvent.event_finish_with_failure(
            context,
            self.instance_uuid,
            'x',
            uuid=event.uuid,
            finish_time=past,
            duration=7_000_000,
            want_result=True,
        )
        self.assertEqual(7 * SECOND, done.finish_time - done.start_time)
        self.check()
        # The clock of the host is behind that of the API.
        report.apply(
            self.admin,
            [
                make(
                    'finish',
                    self.instance_uuid,
                    'y',
                    request=context.request_id,
                    start_time=past,
                    finish_time=past,
                )
            ],
        )
        self.check()

    def test_an_end_alone_has_a_start(self):
        report.apply(
            self.admin,
            [make('action', self.instance_uuid, 'create', start_time=NOW)],
        )
        (answer,) = report_object.ReportList.apply(
            self.admin,
            report_object.ReportList(
                objects=[
                    report_object.Report(
                        kind='finish',
                        uuid=str(uuid.uuid4()),
                        name='x',
                        request_id='req-1',
                        instance_uuid=self.instance_uuid,
                        finish_time=NOW,
                        duration=2_000_000,
                        result='Success',
                    )
                ]
            ),
        )
        self.assertEqual('applied', answer['verdict'])
        self.assertEqual(NOW - 2 * SECOND, self.rows()[1]['start_time'])


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
