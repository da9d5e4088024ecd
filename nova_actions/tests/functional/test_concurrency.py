# SPDX-License-Identifier: Apache-2.0
"""Many writers at once: no deadlock, no crossed finish, stable pages."""

import concurrent.futures
import uuid

from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import FULL
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import patience

WRITERS = 50 if FULL else 16
ROUNDS = 8 if FULL else 4
MANY = 200 if FULL else 40


class _Tests:
    def setUp(self):
        super().setUp()
        self.deadlocks = self.useFixture(fixtures.Deadlocks())

    def action(self, context):
        return InstanceAction.get_by_request_id(
            self.admin, self.instance_uuid, context.request_id
        )

    def run_all(self, function, count):
        with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
            return list(pool.map(function, range(count)))

    def work(self, context, number):
        """One host's attempts: the last one tells how it ended."""
        host, name = f'host{number}', f'compute_step{number % 5}'
        handles = []
        for attempt in range(ROUNDS):
            failed = (number + attempt) % 2
            handle = InstanceActionEvent.event_start(
                context, self.instance_uuid, name, host=host
            ).uuid
            InstanceActionEvent.event_finish_with_failure(
                context,
                self.instance_uuid,
                name,
                host=host,
                uuid=handle,
                exc_val=f'{host} {attempt}' if failed else None,
                exc_tb='frames' if failed else None,
            )
            handles.append(
                (
                    handle,
                    host,
                    'Error' if failed else 'Success',
                    f'{host} {attempt}' if failed else None,
                )
            )
        return handles

    def test_many_writers_of_one_action(self):
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        expected = [
            row
            for rows in self.run_all(
                lambda number: self.work(
                    self.new_context(request_id=self.context.request_id),
                    number,
                ),
                WRITERS,
            )
            for row in rows
        ]
        action = self.action(self.context)
        self.assertEqual(
            sorted(expected, key=str),
            sorted(
                (
                    (event.uuid, event.host, event.result, event.details)
                    for event in action.events
                ),
                key=str,
            ),
        )
        self.assertNotEqual('running', action.status)
        self.assertEqual([], self.deadlocks.seen)

    def test_many_actions_of_one_server_page_while_they_come(self):
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')

        def record(number):
            context = self.new_context()
            InstanceAction.action_start(context, self.instance_uuid, 'stop')
            self.work(context, number)
            return context.request_id

        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pages = pool.submit(self.pages)
            made = self.run_all(record, MANY)
            for seen in pages.result(timeout=patience.PATIENCE):
                self.assertEqual(len(set(seen)), len(seen))
        self.assertEqual(
            {*made, self.context.request_id}, set(self.page_through())
        )
        self.assertEqual([], self.deadlocks.seen)

    def test_many_create_one_server(self):
        def create(number):
            context = self.new_context()
            InstanceAction.action_start(context, self.instance_uuid, 'create')
            return context.request_id

        made = self.run_all(create, WRITERS)
        self.assertEqual(set(made), set(self.page_through()))

    def pages(self):
        return [self.page_through() for _ in range(5)]

    def page_through(self):
        seen, marker = [], None
        while page := InstanceActionList.get_by_instance_uuid(
            self.admin, self.instance_uuid, limit=7, marker=marker
        ):
            seen += [action.request_id for action in page]
            marker = page[-1].uuid
        return seen

    def test_one_handle_from_many_threads(self):
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        handle = str(uuid.uuid4())

        def send(number):
            context = self.new_context(request_id=self.context.request_id)
            InstanceActionEvent.event_start(
                context, self.instance_uuid, 'compute_x', uuid=handle
            )
            return InstanceActionEvent.event_finish(
                context, self.instance_uuid, 'compute_x', uuid=handle
            ).id

        self.assertEqual(1, len(set(self.run_all(send, WRITERS))))
        self.assertEqual(1, len(self.action(self.context).events))


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
