# SPDX-License-Identifier: Apache-2.0
"""What nothing belongs to: actions without steps, reporters without
events."""

import uuid

from oslo_utils import fixture as utils_fixture

from nova_actions.conductor import upkeep
from nova_actions.db import api as db
from nova_actions.db import report
from nova_actions.tests.unit.db import old
from nova_actions.tests.unit.db.test_report import make
from nova_actions.upkeep import retention

SECOND = old.DAY / 86400


class _Tests:
    def setUp(self):
        super().setUp()
        self.clock = self.useFixture(utils_fixture.TimeFixture(old.NOW))
        self.upkeep = upkeep.Upkeep(self.conf)

    def run_upkeep(self):
        return self.upkeep.run()

    def actions(self):
        return db.action_list(self.admin, self.instance_uuid)

    def begin(self, *more):
        create = make(
            'action', self.instance_uuid, 'create', start_time=old.NOW
        )
        report.apply(self.admin, [create, *more])

    def step(self, kind='start', **values):
        return make(
            kind,
            self.instance_uuid,
            'step',
            **{'start_time': old.NOW, **values},
        )

    def test_an_action_without_a_step(self):
        self.begin()
        self.assertEqual((0, 0), self.run_upkeep())
        self.clock.advance_time_seconds(86_401)
        self.assertEqual((1, 0), self.run_upkeep())
        self.assertEqual((0, 0), self.run_upkeep())
        (action,) = self.actions()
        self.assertEqual(
            ('interrupted', 'Error', old.NOW + 86_401 * SECOND),
            (action['status'], action['message'], action['finish_time']),
        )
        self.assertIn('86400 s', action['evidence'])
        self.assertGreater(action['updated_at'], old.NOW)
        # It does not run any more, so it goes when it is old.
        self.clock.advance_time_seconds(86_400)
        *_, done = retention.purge(
            self.admin,
            retention.Selection(old.NOW + 2 * old.DAY),
            pause=old.no_pause,
        )
        self.assertEqual(1, done.actions)

    def test_a_late_step_opens_it_again(self):
        self.begin()
        self.clock.advance_time_seconds(86_401)
        self.run_upkeep()
        step = self.step()
        report.apply(self.admin, [step])
        self.check('running', None)
        self.assertEqual((0, 0), self.run_upkeep())
        report.apply(
            self.admin,
            [
                {
                    **step,
                    'kind': 'finish',
                    'result': 'Success',
                    'finish_time': old.NOW + 86_402 * SECOND,
                }
            ],
        )
        self.check('succeeded', old.NOW + 86_402 * SECOND)

    def test_a_late_end_alone(self):
        self.begin()
        self.clock.advance_time_seconds(86_401)
        self.run_upkeep()
        report.apply(
            self.admin, [self.step('finish', finish_time=old.NOW + SECOND)]
        )
        self.check('succeeded', old.NOW + SECOND)

    def check(self, status, finish_time):
        (action,) = self.actions()
        self.assertEqual(
            (status, None, None, finish_time),
            tuple(
                action[name]
                for name in ('status', 'message', 'evidence', 'finish_time')
            ),
        )

    def test_what_has_steps_or_an_end_is_left_alone(self):
        self.begin(self.step())
        self.instance_uuid = str(uuid.uuid4())
        self.begin(self.step('finish'))
        self.clock.advance_time_seconds(86_401)
        self.assertEqual((0, 0), self.run_upkeep())

    def test_off(self):
        self.begin()
        self.conf.set_override('orphan_timeout', 0, group='conductor')
        self.clock.advance_time_seconds(10 * 86_400)
        self.assertEqual((0, 0), upkeep.Upkeep(self.conf).run())

    def test_many(self):
        instance = self.instance()
        self.actions_of(instance, [10] * 450)
        self.assertEqual((450, 0), self.run_upkeep())

    def actions_of(self, instance, ages):
        super().actions(instance, ages, events=0, status='running')


class TestSqlite(_Tests, old.OldRowsTestCase):
    pass


class TestMysql(_Tests, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, old.OldRowsTestCase):
    BACKEND = 'postgresql'
