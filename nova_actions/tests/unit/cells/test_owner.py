# SPDX-License-Identifier: Apache-2.0
"""Whose a server is, and what a silent cell does to that: a socket that
listens and never answers."""

import socket
import uuid
from unittest import mock

from nova_actions import exception
from nova_actions.cells import breaker
from nova_actions.cells import cell as cell_module
from nova_actions.cells import engine
from nova_actions.cells import owner
from nova_actions.cells import registry
from nova_actions.objects.instance import InstanceRecord
from nova_actions.objects.instance import InstanceRecordList
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.objects.report import Report
from nova_actions.objects.report import ReportList
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import fixtures_cells

#: Seconds that the silent cell alone is waited for.
TIMEOUT = 0.2
CALL = cell_module.Call


class OwnerTest(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        owner.forget()
        self.statements = self.useFixture(fixtures.Statements())

    def test_is_remembered(self):
        for _ in range(3):
            self.assertEqual(
                'owner',
                owner.find(self.context, self.instance_uuid)['project_id'],
            )
        self.assertEqual(1, len(self.statements.seen))
        owner.find(self.context, self.instance_uuid, fresh=True)
        self.assertEqual(2, len(self.statements.seen))

    def test_unknown_is_not_remembered(self):
        unknown = str(uuid.uuid4())
        for _ in range(2):
            self.assertIsNone(owner.find(self.context, unknown))
        self.assertEqual(2, len(self.statements.seen))

    def test_memory_is_bounded(self):
        with mock.patch.object(owner, 'REMEMBERED', 2):
            for number in range(5):
                owner._remember({'uuid': str(number)})
        self.assertEqual(['3', '4'], list(owner._known))


class _CellTestCase(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf))
        self.server = self.cell.server()
        self.asked = []
        ask = registry.ask_all

        def ask_all(*args):
            self.asked.append(args)
            return ask(*args)

        self.useFixture(
            fixtures.fixtures.MonkeyPatch(
                'nova_actions.cells.registry.ask_all', ask_all
            )
        )

    def apply(self, server, name, context=None):
        context = context or self.context
        report = Report(
            kind='action',
            uuid=str(uuid.uuid4()),
            name=name,
            instance_uuid=server,
            request_id=context.request_id,
            user_id=context.user_id,
            project_id=context.project_id,
        )
        try:
            answers = ReportList.apply(context, ReportList(objects=[report]))
        except exception.ActionsException as error:
            return type(error).__name__
        return [answer['error'] or answer['verdict'] for answer in answers]


class CellOwnerTest(_CellTestCase):
    def test_cells_are_asked_once_for_a_server(self):
        for _ in range(3):
            found = owner.find(self.context, self.server)
            owner.cell_of(self.context, self.server)
        self.assertEqual(
            ('owner', 'east'), (found['project_id'], found['cell'])
        )
        self.assertNotIn('id', found)
        self.assertEqual(1, len(self.asked))

    def test_own_servers_are_looked_for_once_too(self):
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        self.asked.clear()
        for _ in range(3):
            self.assertEqual(
                1,
                len(
                    InstanceActionList.get_by_instance_uuid(
                        self.context, self.instance_uuid
                    )
                ),
            )
        self.assertEqual(1, len(self.asked))

    def test_renamed_and_deleted_in_the_cell(self):
        InstanceAction.action_start(self.context, self.server, 'stop')
        self.cell.update(
            fixtures_cells.INSTANCES, 1, display_name='new', deleted=1
        )
        record = InstanceRecord.get_by_uuid(self.context, self.server)
        self.assertEqual(('new', True), (record.display_name, record.deleted))
        self.assertEqual(
            [],
            list(
                InstanceRecordList.get_by_project(self.context, 'owner', 'web')
            ),
        )

    def test_reports_of_a_cells_server(self):
        answers = self.apply(self.server, 'reboot')
        self.assertEqual(['applied'], answers)
        self.assertTrue(owner.find(self.context, self.server)['id'])
        answers = self.apply(self.server, 'create', self.stranger())
        self.assertEqual('PolicyNotAuthorized', answers)


class SilentCellTest(_CellTestCase):
    """Beside a cell with a server, one that is silent."""

    def setUp(self):
        super().setUp()
        listener = self.useFixture(Listener())
        fixtures_cells.attach(self, self.conf, 'west', listener.url)
        registry.get('west').timeout = TIMEOUT
        self.url = listener.url
        self.calls = []
        self.useFixture(
            fixtures.fixtures.MonkeyPatch(
                'nova_actions.cells.cell.Call', self.call
            )
        )
        self.now = 100.0
        for cell in registry.cells().values():
            cell.breaker = breaker.Breaker(cell.name, lambda: self.now)

    def call(self, cell, run):
        self.calls.append(cell.name)
        return CALL(cell, run)

    def test_unknown_is_unavailable(self):
        unknown = str(uuid.uuid4())
        for call in (
            lambda: owner.find(self.context, unknown),
            lambda: InstanceRecord.lookup(self.context, unknown),
            lambda: InstanceAction.action_start(
                self.context, unknown, 'create'
            ),
        ):
            error = self.assertRaises(exception.CellUnavailable, call)
            self.assertEqual('west', error.kwargs['cell'])
            self.assertEqual(30, error.kwargs['retry_after'])
        self.assertEqual(
            ['CellUnavailable'], [self.apply(unknown, 'create', self.admin)[0]]
        )
        self.assertEqual(1, self.calls.count('west'))

    def test_is_tried_again(self):
        unknown = str(uuid.uuid4())
        for passed, retry_after, calls in (
            (0, 30, 1),
            (10, 20, 1),
            (19.5, 1, 1),
            (0.5, 30, 2),
            (29, 1, 2),
        ):
            self.now += passed
            error = self.assertRaises(
                exception.CellUnavailable, owner.find, self.context, unknown
            )
            self.assertEqual(retry_after, error.kwargs['retry_after'])
            self.assertEqual(calls, self.calls.count('west'))

    def test_servers_known_elsewhere_are_not_touched(self):
        own = self.known_to_us()
        self.assertEqual(
            'web',
            InstanceRecord.lookup(self.context, self.server).display_name,
        )
        for server in (own, self.server):
            InstanceAction.action_start(self.new_context(), server, 'stop')
            self.assertIn(
                'stop',
                [
                    action.action
                    for action in (
                        InstanceActionList.get_by_instance_uuid(
                            self.context, server
                        )
                    )
                ],
            )
            InstanceRecord.lookup(self.context, server)
        self.assertEqual(
            [self.server],
            [
                each.uuid
                for each in InstanceRecordList.get_by_project(
                    self.context, 'owner', 'web'
                )
            ],
        )
        self.assertRaises(
            exception.CellUnavailable,
            InstanceRecordList.get_by_project,
            self.context,
            'owner',
            'other',
        )

    def test_a_stranger_learns_nothing_from_it(self):
        own, unknown = self.known_to_us(), str(uuid.uuid4())
        for warm in (False, True):
            texts = set()
            for server in (own, self.server, unknown):
                if warm and server != unknown:
                    owner.find(self.context, server)
                texts.add(
                    str(
                        self.assertRaises(
                            exception.CellUnavailable,
                            InstanceRecord.lookup,
                            self.stranger(),
                            server,
                        )
                    )
                )
            self.assertEqual(1, len(texts), texts)

    def known_to_us(self):
        cells = dict(registry.cells())
        registry._cells.clear()
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        registry._cells.update(cells)
        return self.instance_uuid

    def test_its_own_servers(self):
        """Where it is known to have a server, that one is unavailable."""
        InstanceRecord.lookup(self.context, self.server)
        with mock.patch.multiple(
            self.cell.cell,
            timeout=TIMEOUT,
            engine=engine.create(self.url, TIMEOUT),
        ):
            for call in (
                lambda: InstanceActionList.get_by_instance_uuid(
                    self.context, self.server
                ),
                lambda: InstanceRecord.lookup(self.context, self.server),
            ):
                error = self.assertRaises(exception.CellUnavailable, call)
                self.assertEqual('east', error.kwargs['cell'])
        self.assertRaises(
            exception.CellUnavailable,
            InstanceRecord.lookup,
            self.context,
            self.server,
        )
        self.now += breaker.RETRY
        InstanceRecord.lookup(self.context, self.server)


class Listener(fixtures.fixtures.Fixture):
    """A server that says nothing."""

    def _setUp(self):
        listening = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(listening.close)
        port = listening.getsockname()[1]
        self.url = f'mysql+pymysql://reader:secret@127.0.0.1:{port}/nova'
