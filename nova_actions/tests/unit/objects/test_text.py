# SPDX-License-Identifier: Apache-2.0
"""A row remembers by which rules its texts are safe."""

from unittest import mock

import sqlalchemy as sa

from nova_actions import sanitize
from nova_actions.db import api as db
from nova_actions.db.models import EVENTS
from nova_actions.objects import text
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.report import Report
from nova_actions.objects.report import ReportList
from nova_actions.tests import base
from nova_actions.tests.unit.db.test_report import make
from nova_actions.upkeep import scrub

SECRET = 'TICKET-4711'


class _Tests:
    def setUp(self):
        super().setUp()
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        self.addCleanup(text.setup, text.sanitizer())

    def finish(self, **values):
        InstanceActionEvent.event_start(
            self.context, self.instance_uuid, 'compute_build', **values
        )
        InstanceActionEvent.event_finish_with_failure(
            self.context,
            self.instance_uuid,
            'compute_build',
            exc_val=f'no room for {SECRET}',
            exc_tb='frames',
        )

    def stored(self):
        with db.engine().connect() as connection:
            return connection.execute(sa.select(EVENTS)).mappings().one()

    def shown(self):
        return (
            InstanceAction.get_by_request_id(
                self.admin, self.instance_uuid, self.context.request_id
            )
            .events[0]
            .details
        )

    def change_rules(self):
        text.setup(sanitize.Sanitizer(extra_patterns=['TICKET-[0-9]{4}']))

    def test_what_is_safe_by_the_same_rules_is_read_as_it_is(self):
        self.finish()
        self.assertEqual(text.sanitizer().rules, self.stored()['rules'])
        with mock.patch.object(
            sanitize.Sanitizer, 'error', autospec=True
        ) as again:
            self.assertIn(SECRET, self.shown())
        again.assert_not_called()

    def test_what_is_older_is_made_safe_when_it_is_read(self):
        self.finish()
        self.change_rules()
        self.assertNotIn(SECRET, self.shown())

    def test_a_row_of_the_first_release_is_made_safe_when_it_is_read(self):
        self.finish()
        with db.begun() as connection:
            connection.execute(
                sa.update(EVENTS).values(
                    details='password=hunter2', rules=None
                )
            )
        self.assertNotIn('hunter2', self.shown())

    def test_a_readers_own_secrets_stay_out(self):
        self.finish()
        text.setup(sanitize.Sanitizer(secrets=[SECRET]))
        self.assertNotIn(SECRET, self.shown())

    def test_a_report_remembers_too(self):
        self.finish_by_report()
        self.assertEqual(text.sanitizer().rules, self.stored()['rules'])

    def finish_by_report(self):
        values = make(
            'finish',
            self.instance_uuid,
            'compute_build',
            self.context.request_id,
            result='Error',
            details=SECRET,
        )
        values['duration'] = values.pop('duration_us')
        ReportList.apply(
            self.admin,
            ReportList(
                objects=[
                    Report(
                        **{
                            name: value
                            for name, value in values.items()
                            if name in Report.fields
                        }
                    )
                ]
            ),
        )

    def test_what_its_start_says_keeps_its_own_rules(self):
        InstanceActionEvent.event_start(
            self.context,
            self.instance_uuid,
            'compute_build',
            details='attempt 1',
        )
        before = self.stored()['rules']
        self.change_rules()
        InstanceActionEvent.event_finish(
            self.context, self.instance_uuid, 'compute_build'
        )
        row = self.stored()
        self.assertEqual(('attempt 1', before), (row['details'], row['rules']))

    def test_a_scrub_says_so_too(self):
        self.finish()
        self.change_rules()
        list(scrub.scrub(self.admin, text.sanitizer(), pause=lambda: None))
        self.assertEqual(text.sanitizer().rules, self.stored()['rules'])
        self.assertNotIn(SECRET, self.stored()['details'])


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
