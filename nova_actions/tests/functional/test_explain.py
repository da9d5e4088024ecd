# SPDX-License-Identifier: Apache-2.0
"""Every lookup and filter uses an index, by the database's own word."""

import datetime
import re
import uuid

import sqlalchemy as sa

from nova_actions.cells import owner
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.objects.instance import InstanceRecordList
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.report import Report
from nova_actions.objects.report import ReportList
from nova_actions.tests import base
from nova_actions.upkeep import stale_reporter

SERVERS = 300
NOW = datetime.datetime(2026, 1, 5, 13, 38, 20)


class _Tests:
    def setUp(self):
        super().setUp()
        self.fill()
        self.instance_uuid = self.uuid(7)
        self.context = self.new_context(request_id='req-7')
        self.statements = []
        engine = db.engine()
        sa.event.listen(engine, 'before_cursor_execute', self.note)
        self.addCleanup(
            sa.event.remove, engine, 'before_cursor_execute', self.note
        )

    def note(
        self,
        _connection,
        _cursor,
        statement,
        parameters,
        _context,
        executemany,
    ):
        if re.match('SELECT|UPDATE|DELETE', statement):
            self.statements.append(
                (statement, parameters[0] if executemany else parameters)
            )

    @staticmethod
    def uuid(number):
        return str(uuid.UUID(int=number))

    def fill(self):
        """Enough rows that reading them all would be the dearer way."""
        row = {'created_at': NOW, 'updated_at': NOW}
        with db.engine().begin() as connection:
            connection.execute(
                sa.insert(models.Instance),
                [
                    {
                        **row,
                        'uuid': self.uuid(number),
                        'display_name': f'n{number}',
                        'project_id': f'p{number % 30}',
                    }
                    for number in range(SERVERS)
                ],
            )
            connection.execute(
                sa.insert(models.InstanceAction),
                [
                    {
                        **row,
                        'uuid': self.uuid(1000 * number + each),
                        'instance_uuid': self.uuid(number),
                        'action': 'reboot',
                        'request_id': f'req-{number}',
                        'status': 'running',
                    }
                    for number in range(SERVERS)
                    for each in range(4)
                ],
            )
            connection.execute(
                sa.insert(models.InstanceActionEvent),
                [
                    {
                        **row,
                        'uuid': self.uuid(1000 * number + each),
                        'action_id': 1 + number,
                        'event': f'step{each}',
                        'host': f'host{number}',
                        'epoch': self.uuid(number),
                    }
                    for number in range(4 * SERVERS)
                    for each in range(3)
                ],
            )
        with (
            db.engine()
            .connect()
            .execution_options(isolation_level='AUTOCOMMIT') as connection
        ):
            for table in models.Base.metadata.tables:
                connection.exec_driver_sql(self.ANALYZE.format(table))

    def check(self):
        self.assertNotEqual([], self.statements)
        statements, self.statements = self.statements, []
        with db.engine().connect() as connection:
            for statement, parameters in statements:
                self.check_plan(connection, statement, parameters)
        self.statements = []

    def test_lists(self):
        own = 'req-7'
        for arguments in (
            {},
            {'limit': 2},
            {'marker': own},
            {'marker': own, 'limit': 2},
            {
                'filters': {
                    'changes-since': '2026-01-01',
                    'changes-before': '2027-01-01',
                }
            },
        ):
            InstanceActionList.get_by_instance_uuid(
                self.admin, self.instance_uuid, **arguments
            )
        for project, limit in (('p7', 10), (None, 10)):
            InstanceActionList.get_by_project(self.admin, project, limit)
        self.check()

    def test_show(self):
        for identifier in ('req-7', self.uuid(7001), 'unknown'):
            found = InstanceAction.get_by_request_id(
                self.admin, self.instance_uuid, identifier
            )
        found = InstanceAction.get_by_request_id(
            self.admin, self.instance_uuid, 'req-7'
        )
        InstanceActionEvent.get_by_id(self.admin, found.id, found.events[0].id)
        db.action_named(self.admin, self.instance_uuid, ['req-7', None])
        self.check()

    def test_servers(self):
        owner.find(self.admin, self.instance_uuid, fresh=True)
        InstanceRecordList.get_by_project(self.admin, 'p7', 'n7')
        InstanceRecordList.get_by_project(self.admin, None, 'n7')
        InstanceRecordList.get_by_project(self.admin, 'p7', limit=10)
        self.check()

    def test_writes(self):
        context = self.new_context(project_id='p7', request_id='req-7')
        InstanceAction.action_start(context, self.instance_uuid, 'stop')
        handle = InstanceActionEvent.event_start(
            context, self.instance_uuid, 'step9', host='h'
        ).uuid
        InstanceActionEvent.event_start(
            self.admin, self.instance_uuid, 'step8', host='h'
        )
        InstanceActionEvent.event_finish(
            context, self.instance_uuid, 'step9', uuid=handle
        )
        InstanceActionEvent.event_finish(
            self.admin, self.instance_uuid, 'step8'
        )
        InstanceAction.action_finish(context, self.instance_uuid)
        self.check()

    def test_reports(self):
        report = {
            'instance_uuid': self.instance_uuid,
            'name': 'step',
            'request_id': 'req-7',
            'epoch': self.uuid(7),
        }
        ReportList.apply(
            self.admin,
            ReportList(
                objects=[
                    Report(kind='start', uuid=self.uuid(9_000_000), **report),
                    Report(
                        kind='finish',
                        uuid=self.uuid(9_000_000),
                        **report,
                        result='Success',
                    ),
                ]
            ),
            host='host7',
            epoch=self.uuid(7),
        )
        stale_reporter.close(self.admin, self.uuid(8), 'gone')
        self.check()


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'
    ANALYZE = 'ANALYZE TABLE {}'

    def check_plan(self, connection, statement, parameters):
        plan = (
            connection.exec_driver_sql(f'EXPLAIN {statement}', parameters)
            .mappings()
            .all()
        )
        for step in plan:
            # A subquery's own result, or a table with nothing in it.
            if (step['table'] or '<').startswith('<') or (
                int(str(step['rows'] or 0).split()[0]) <= 1
            ):
                continue
            self.assertNotEqual('ALL', step['type'], (statement, plan))
            self.assertIsNotNone(step['key'], (statement, plan))


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
    ANALYZE = 'ANALYZE {}'

    def check_plan(self, connection, statement, parameters):
        # What then is still read whole has no index that would do.
        connection.exec_driver_sql('SET LOCAL enable_seqscan = off')
        plan = '\n'.join(
            connection.exec_driver_sql(
                f'EXPLAIN {statement}', parameters
            ).scalars()
        )
        self.assertNotIn('Seq Scan', plan, statement)
