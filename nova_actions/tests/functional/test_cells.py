# SPDX-License-Identifier: Apache-2.0
"""A cell beside our own database: its servers and actions are shown as if
they were ours, and nothing is ever written to it."""

import uuid

import sqlalchemy as sa

from nova_actions import exception
from nova_actions.cells import cell
from nova_actions.cells import owner
from nova_actions.objects.instance import InstanceRecord
from nova_actions.objects.instance import InstanceRecordList
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells
from nova_actions.tests import patience


class _Tests:
    CELL = 'sqlite'

    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf, self.CELL))
        self.server = self.cell.server()
        self.addCleanup(self.check_untouched)

    def check_untouched(self):
        """Nothing but the test itself has written."""
        self.assertEqual(self.cell.written, self.cell.content())

    def listed(self, context=None, **kwargs):
        return list(
            InstanceActionList.get_by_instance_uuid(
                context or self.context, self.server, **kwargs
            )
        )

    def shown(self, identifier, context=None):
        return InstanceAction.get_by_request_id(
            context or self.context, self.server, identifier
        )

    def test_a_server_with_its_record(self):
        first = self.cell.action(self.server, 'create')
        self.cell.event(
            first,
            'compute_build',
            'Error',
            host='host1',
            traceback='frames',
            details='no room',
        )
        self.cell.event(first, 'compute_build', host='host2')
        request = 'req-failed'
        second = self.cell.action(
            self.server,
            request_id=request,
            message='Error',
            user_id=None,
            project_id=None,
        )
        self.cell.event(second, result='Error')
        actions = self.listed()
        self.assertEqual(
            ['reboot', 'create'], [action.action for action in actions]
        )
        self.assertEqual([None] * 2, [action.uuid for action in actions])
        shown = self.shown(request)
        self.assertEqual(
            ('failed', 'Error', None, None),
            (shown.status, shown.message, shown.user_id, shown.project_id),
        )
        self.assertEqual(actions[0].id, shown.id)
        shown = self.shown(actions[1].request_id, self.admin)
        self.assertEqual('succeeded_after_retry', shown.status)
        self.assertEqual(
            '2026-01-05T13:38:22+00:00', shown.finish_time.isoformat()
        )
        self.assertEqual(
            [
                ('host2', 'Success', None, 2_000_000),
                ('host1', 'Error', 'no room', 2_000_000),
            ],
            [
                (event.host, event.result, event.details, event.duration)
                for event in shown.events
            ],
        )

    def test_running_actions(self):
        action = self.cell.action(self.server)
        self.cell.event(action, result=None)
        shown = self.shown(self.listed()[0].request_id)
        self.assertEqual(('running', None), (shown.status, shown.finish_time))

    def test_records_of_servers(self):
        record = InstanceRecord.get_by_uuid(self.context, self.server)
        self.assertEqual(
            ('web', 'owner', False),
            (record.display_name, record.project_id, record.deleted),
        )
        found = InstanceRecordList.get_by_project(self.context, 'owner', 'web')
        self.assertEqual([self.server], [each.uuid for each in found])
        for name, project in (
            ('web', 'other'),
            ('WEB', 'owner'),
            ('web ', 'owner'),
        ):
            self.assertEqual(
                [],
                list(
                    InstanceRecordList.get_by_project(
                        self.admin, project, name
                    )
                ),
            )
        self.assertRaises(
            exception.Forbidden,
            InstanceRecord.get_by_uuid,
            self.stranger(),
            self.server,
        )
        self.assertRaises(
            exception.InstanceNotFound,
            InstanceRecord.get_by_uuid,
            self.admin,
            str(uuid.uuid4()),
        )

    def test_ids_compare_exactly(self):
        lower = f'req-{"a" * 36}'
        self.cell.action(self.server, request_id=lower)
        self.assertIsNotNone(self.shown(lower))
        for other in (lower.upper(), f'{lower} ', lower.replace('a', 'A')):
            self.assertIsNone(self.shown(other))
        self.assertEqual(
            self.server,
            InstanceRecord.get_by_uuid(self.admin, self.server.upper()).uuid,
        )

    def test_marker_and_window(self):
        for _ in range(3):
            self.cell.action(self.server)
        newest = self.listed()[0]
        at = newest.updated_at.isoformat()
        self.assertEqual(
            [newest.id],
            [
                action.id
                for action in self.listed(filters={'changes-since': at})
            ],
        )
        self.assertEqual(3, len(self.listed(filters={'changes-before': at})))
        self.assertEqual([], self.listed(limit=0, marker='req-unknown'))
        for unknown in (
            'req-unknown',
            'cell:west:1',
            f'cell:{self.cell.name}:999',
        ):
            self.assertRaises(
                exception.MarkerNotFound, self.listed, marker=unknown
            )
            self.assertIsNone(self.shown(unknown))

    def test_deleted(self):
        self.cell.action(self.server, 'stop')
        gone = self.cell.action(self.server, 'start')
        for table, row_id in (
            (fixtures_cells.INSTANCES, 1),
            (fixtures_cells.ACTIONS, gone),
        ):
            self.cell.update(table, row_id, deleted=row_id)
        self.assertTrue(
            InstanceRecord.get_by_uuid(self.context, self.server).deleted
        )
        self.assertEqual(
            [],
            list(
                InstanceRecordList.get_by_project(self.context, 'owner', 'web')
            ),
        )
        for read_deleted, names in (
            ('no', ['stop']),
            ('yes', ['start', 'stop']),
            ('only', ['start']),
        ):
            context = self.new_context(read_deleted=read_deleted)
            self.assertEqual(
                names, [action.action for action in self.listed(context)]
            )
        marker = self.listed(self.new_context(read_deleted='only'))[0].marker
        self.assertRaises(exception.MarkerNotFound, self.listed, marker=marker)

    def test_first_write_copies_the_owner(self):
        self.assertRaises(
            exception.Forbidden,
            InstanceAction.action_start,
            self.stranger(),
            self.server,
            'create',
        )
        InstanceAction.action_start(self.context, self.server, 'reboot')
        InstanceAction.action_start(self.new_context(), self.server, 'stop')
        self.assertTrue(owner.find(self.admin, self.server)['id'])
        self.assertEqual(
            ['stop', 'reboot'], [action.action for action in self.listed()]
        )

    def test_system_event_copies_the_owner(self):
        for _ in range(2):
            InstanceActionEvent.event_start(
                self.admin, self.server, 'compute_power_sync', host='host1'
            )
        self.assertEqual('system', self.listed()[0].action)

    def test_ids_of_a_cells_rows(self):
        action_id = self.cell.action(self.server)
        event_id = self.cell.event(action_id)
        action = self.listed()[0]
        event = action.events[0]
        self.assertNotIn(action_id, (action.id, event.action_id))
        self.assertNotEqual(event_id, event.id)
        found = InstanceActionEvent.get_by_id(
            self.context, action.id, event.id
        )
        self.assertEqual(event.event, found.event)
        self.assertRaises(
            exception.Forbidden,
            InstanceActionEvent.get_by_id,
            self.stranger(),
            action.id,
            event.id,
        )
        self.assertRaises(exception.InstanceActionEventNotFound, event.finish)


class _Local(_Tests):
    LACKING = {
        'instances': (
            'created_at',
            'deleted',
            'deleted_at',
            'hidden',
            'user_id',
            'vm_state',
        ),
        'instance_actions': (
            'created_at',
            'updated_at',
            'deleted',
            'message',
            'start_time',
            'user_id',
        ),
        'instance_actions_events': ('created_at', 'deleted', 'host'),
    }

    def test_host_id(self):
        self.cell.event(self.cell.action(self.server))
        event = self.listed()[0].events[0]
        self.assertIsNone(event.host)
        self.assertEqual(56, len(event.host_id('owner')))

    def test_own_and_cells_actions_page_as_one(self):
        self.fill_both()
        expected = self.listed()
        self.assertEqual(13, len(expected))
        keys = [action.created_at for action in expected]
        self.assertEqual(sorted(keys, reverse=True), keys)
        for limit in (1, 2, 3, 12, 13):
            seen, marker = [], None
            while page := self.listed(limit=limit, marker=marker):
                seen += page
                marker = page[-1].marker
            self.assertEqual(
                [(action.id, action.action) for action in expected],
                [(action.id, action.action) for action in seen],
                limit,
            )
        for action in expected:
            self.assertEqual(action.id, self.shown(action.marker).id)

    def fill_both(self):
        """A server in both, with doubled, lacking and odd request ids, and
        times that are the same."""
        for request in (
            'req-twice',
            None,
            None,
            'req-twice',
            '',
            'req-\xfc',
            f'cell:{self.cell.name}:1',
        ):
            self.cell.action(self.server, 'stop', request_id=request)
        for name in ('start', 'start'):
            self.cell.action(
                self.server, name, created_at=fixtures_cells.START
            )
        self.cell.action(self.server, 'stop', request_id='req-both')
        context = self.new_context(request_id='req-both')
        InstanceAction.action_start(context, self.server, 'reboot')
        for _ in range(2):
            InstanceAction(
                self.new_context(),
                action='restore',
                request_id=None,
                instance_uuid=self.server,
                created_at=fixtures_cells.START.isoformat() + 'Z',
            ).create()
        found = self.shown('req-both')
        self.assertEqual('reboot', found.action)

    def test_lookup(self):
        record = InstanceRecord.lookup(self.context, self.server)
        self.assertEqual('web', record.display_name)
        for context in (self.stranger(), self.admin):
            unknown = str(uuid.uuid4())
            self.assertRaises(
                exception.InstanceNotFound,
                InstanceRecord.lookup,
                context,
                unknown,
            )
        self.assertRaises(
            exception.InstanceNotFound,
            InstanceRecord.lookup,
            self.stranger(),
            self.server,
        )

    def test_a_write_fails(self):
        for statement in (
            "UPDATE instances SET display_name = 'x'",
            'DELETE FROM instance_actions',
            'DROP TABLE instances',
            "INSERT INTO instances (uuid) VALUES ('x')",
            'CREATE TABLE x (id INTEGER)',
        ):
            with self.cell.cell.engine.connect() as connection:
                error = self.assertRaises(
                    sa.exc.DBAPIError, connection.exec_driver_sql, statement
                )
                self.assertRegex(
                    str(error).lower().replace('-', ''), r'read ?only'
                )

    def test_each_action_once(self):
        """Ours where both have it; one request may do a thing twice."""
        both = self.cell.action(
            self.server, 'extend_volume', request_id='req-both'
        )
        self.cell.action(
            self.server,
            'extend_volume',
            request_id='req-both',
            start_time=fixtures_cells.START + 30 * fixtures_cells.SECOND,
        )
        context = self.new_context(request_id='req-both')
        context.timestamp = fixtures_cells.START + (
            fixtures_cells.SECOND * 0.4
        )
        ours = InstanceAction.action_start(
            context, self.server, 'extend_volume'
        )
        shown = self.listed()
        self.assertEqual(2, len(shown))
        self.assertEqual(
            [ours.uuid], [action.uuid for action in shown if action.uuid]
        )
        self.assertEqual(ours.id, self.shown('req-both').id)
        self.assertEqual(
            ours.id, self.shown(f'cell:{self.cell.name}:{both}').id
        )

    def test_columns_that_change(self):
        self.cell.event(self.cell.action(self.server), details='no room')

        def seen():
            return (
                self.shown(self.listed()[0].request_id, self.admin)
                .events[0]
                .details
            )

        self.assertEqual('no room', seen())
        for change, expected in (
            ('RENAME COLUMN details TO told', None),
            ('ADD COLUMN details TEXT', None),
            ('DROP COLUMN details', None),
            ('RENAME COLUMN told TO details', 'no room'),
        ):
            with self.cell.engine.begin() as connection:
                connection.exec_driver_sql(
                    f'ALTER TABLE instance_actions_events {change}'
                )
            self.assertEqual(expected, seen(), change)
        # What may be lacking, all at once.
        action_id = self.listed()[0].id
        for names in ('{0} TO x{0}', 'x{0} TO {0}'):
            with self.cell.engine.begin() as connection:
                for table, columns in self.LACKING.items():
                    for column in columns:
                        connection.exec_driver_sql(
                            f'ALTER TABLE {table} RENAME COLUMN '
                            + names.format(column)
                        )
            self.assertEqual(action_id, self.listed()[0].id)
            self.assertEqual('no room', seen())
            self.assertEqual(
                [self.server],
                [
                    each.uuid
                    for each in InstanceRecordList.get_by_project(
                        self.context, 'owner', 'web'
                    )
                ],
            )

    def test_a_traceback_comes_back_as_it_stands(self):
        trace = (
            'Traceback (most recent call last):\r\n'
            '  File "C:\\nova\\x.py", line 1, in <module>\r\n'
            '\tTabbed, caf\xe9 and  two blanks \r\n\r\nEnd\n'
        )
        action = self.cell.action(self.server)
        self.cell.event(action, traceback=trace, details='a\r\nb')
        event = self.shown(self.listed()[0].request_id, self.admin).events[0]
        self.assertEqual((trace, 'a\r\nb'), (event.traceback, event.details))
        action = self.cell.action(self.server)
        self.cell.event(action, traceback='a\r\npassword=QwErTy12345\r\nb')
        event = self.shown(self.listed()[0].request_id, self.admin).events[0]
        self.assertNotIn('QwErTy12345', event.traceback)

    def test_a_move_between_cells(self):
        """While it lasts both have the server, one hidden."""
        west = self.useFixture(fixtures_cells.Cell(self.conf, name='west'))
        east = self.cell.server(hidden=True)
        self.assertEqual(east, west.server(uuid=east, display_name='moved'))
        self.assertEqual(
            'moved',
            InstanceRecord.get_by_uuid(self.context, east).display_name,
        )


class _Limited(_Local):
    """What SQLite has no limit of its own for."""

    def test_a_query_without_a_waiting_client_is_cancelled(self):
        """By the database itself."""
        sleep = {
            'mysql': 'SELECT SLEEP(30)',
            'postgresql': 'SELECT pg_sleep(30)',
        }[self.CELL]
        quick = cell.Cell('quick', self.cell.url, 0.5)
        self.addCleanup(quick.engine.dispose)
        marker = f'/* {uuid.uuid4()} */'
        self.assertRaises(
            exception.CellUnavailable,
            quick.ask,
            lambda connection, _tables: connection.exec_driver_sql(
                f'{sleep} {marker}'
            ).all(),
        )
        running = {
            'mysql': 'SELECT count(*) FROM information_schema.processlist '
            'WHERE info LIKE %s AND info NOT LIKE %s',
            'postgresql': 'SELECT count(*) FROM pg_stat_activity WHERE '
            "state = 'active' AND query LIKE %s "
            'AND query NOT LIKE %s',
        }[self.CELL]

        def is_over():
            with self.cell.engine.connect() as connection:
                return not connection.exec_driver_sql(
                    running, (f'%{marker}%', '%LIKE%')
                ).scalar()

        patience.wait_until('given up', is_over)


class TestSqlite(_Local, base.ObjectTestCase):
    pass


class TestMysql(_Limited, base.ObjectTestCase):
    CELL = 'mysql'


class TestPostgresql(_Limited, base.ObjectTestCase):
    CELL = 'postgresql'


class TestRemote(_Tests, base.ObjectTestCase):
    REMOTE = True
