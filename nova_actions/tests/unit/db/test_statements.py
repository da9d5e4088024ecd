# SPDX-License-Identifier: Apache-2.0
"""What each operation costs: a fixed small number of statements, in one
transaction."""

import re
import uuid

import sqlalchemy as sa
from sqlalchemy.engine import interfaces

from nova_actions.context import get_admin_context
from nova_actions.db import api as db
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.report import Report
from nova_actions.objects.report import ReportList
from nova_actions.tests import base
from nova_actions.tests import fixtures

WRITE = re.compile(r'(WITH \w+ AS\s+\()?(INSERT|UPDATE|DELETE) ')


class _Tests:
    #: How many statements store an event and its action, and queue what
    #: happened; none of them takes a round trip of its own (test_deferred).
    STORED = 2
    QUEUED = 1

    def setUp(self):
        super().setUp()
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        InstanceActionEvent.event_start(
            self.context, self.instance_uuid, 'compute_build', host='h'
        )
        # Who has asked before knows the owner.
        self.listed()
        self.statements = self.useFixture(fixtures.Statements())
        self.transactions = []
        engine = db.engine()
        for name in ('commit', 'rollback'):

            def note(_connection, name=name):
                self.transactions.append(name)

            sa.event.listen(engine, name, note)
            self.addCleanup(sa.event.remove, engine, name, note)

    def listed(self):
        return list(
            InstanceActionList.get_by_instance_uuid(
                self.context, self.instance_uuid, limit=2
            )
        )

    def check(self, most, writes=None):
        seen = self.statements.seen
        self.assertLessEqual(len(seen), most, seen)
        if writes is not None:
            self.assertEqual(
                writes,
                sum(bool(WRITE.match(statement)) for statement in seen),
                seen,
            )
        self.assertEqual(1, len(self.transactions), self.transactions)

    def test_none_is_compiled_for_each_call(self):
        compiled = []

        def note(_connection, _cursor, statement, _parameters, context, _many):
            if context.compiled is not None and (
                context.cache_hit != interfaces.CacheStats.CACHE_HIT
            ):
                compiled.append(statement)

        engine = db.engine()
        # The first time each has to be.
        self.record()
        sa.event.listen(engine, 'before_cursor_execute', note)
        self.addCleanup(sa.event.remove, engine, 'before_cursor_execute', note)
        self.record()
        self.assertEqual([], compiled)

    def record(self):
        """Record an action with a step that fails and one that succeeds."""
        context = self.new_context()
        InstanceAction.action_start(context, self.instance_uuid, 'reboot')
        for result in (None, ValueError('x')):
            InstanceActionEvent.event_start(
                context, self.instance_uuid, 'compute_x', host='h'
            )
            InstanceActionEvent.event_finish_with_failure(
                context,
                self.instance_uuid,
                'compute_x',
                exc_val=result,
                exc_tb='',
                host='h',
            )
        InstanceAction.action_finish(context, self.instance_uuid)
        self.listed()

    def test_action_start_is_one_write(self):
        InstanceAction.action_start(
            self.new_context(),
            self.instance_uuid,
            'reboot',
            want_result=False,
        )
        self.check(1 + self.QUEUED, 1 + self.QUEUED)

    def test_action_start_that_registers_is_two(self):
        InstanceAction.action_start(
            self.new_context(), str(uuid.uuid4()), 'create'
        )
        writes = [
            statement
            for statement in self.statements.seen
            if WRITE.match(statement)
        ]
        self.assertEqual(2 + self.QUEUED, len(writes))

    def test_event_start(self):
        InstanceActionEvent.event_start(
            self.context,
            self.instance_uuid,
            'compute_x',
            want_result=False,
            host='h',
        )
        begins = self.STORED + self.QUEUED
        self.check(1 + begins, begins)

    def test_an_action_that_is_wanted_costs_no_statement(self):
        found = InstanceAction.action_start(
            self.new_context(), self.instance_uuid, 'reboot'
        )
        self.check(1 + self.QUEUED, 1 + self.QUEUED)
        self.assertEqual(self.listed()[0].id, found.id)

    def test_an_event_that_is_wanted_costs_no_statement(self):
        found = InstanceActionEvent.event_start(
            self.context, self.instance_uuid, 'compute_x', host='h'
        )
        begins = self.STORED + self.QUEUED
        self.check(1 + begins, begins)
        (shown,) = (
            each
            for each in InstanceAction.get_by_request_id(
                self.context, self.instance_uuid, self.context.request_id
            ).events
            if each.event == 'compute_x'
        )
        self.assertEqual(shown.id, found.id)

    def test_event_finish(self):
        InstanceActionEvent.event_finish(
            self.context, self.instance_uuid, 'compute_build', host='h'
        )
        changes = self.STORED + self.QUEUED
        self.check(1 + changes, changes)

    def test_event_finish_by_handle(self):
        handle = (
            InstanceAction.get_by_request_id(
                self.context, self.instance_uuid, self.context.request_id
            )
            .events[0]
            .uuid
        )
        self.statements.seen.clear()
        self.transactions.clear()
        InstanceActionEvent.event_finish_with_failure(
            self.context,
            self.instance_uuid,
            'compute_build',
            'boom',
            'frames',
            uuid=handle,
        )
        changes = self.STORED + self.QUEUED
        self.check(1 + changes, changes)

    def test_batch(self):
        context = get_admin_context()
        for number in (1, 50):
            self.statements.seen.clear()
            self.transactions.clear()
            ReportList.apply(
                context,
                ReportList(
                    objects=[
                        Report(
                            kind=kind,
                            uuid=each,
                            instance_uuid=each,
                            name='create',
                            project_id='owner',
                            request_id='req-1',
                        )
                        for each in (str(uuid.uuid4()) for _ in range(number))
                        for kind in ('action', 'start')
                    ]
                ),
            )
            self.check(10)

    def test_list(self):
        for _ in range(5):
            InstanceAction.action_start(
                self.new_context(), self.instance_uuid, 'reboot'
            )
        self.statements.seen.clear()
        self.transactions.clear()
        self.assertEqual(2, len(self.listed()))
        self.check(1, 0)

    def test_show(self):
        found = InstanceAction.get_by_request_id(
            self.context, self.instance_uuid, self.context.request_id
        )
        self.assertEqual(1, len(found.events))
        self.check(2, 0)


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
    STORED = 1
    QUEUED = 0
