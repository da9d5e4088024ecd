# SPDX-License-Identifier: Apache-2.0
"""Cells: how they are configured, opened, named, imported."""

import datetime
import logging
import os
import uuid

import fixtures as base_fixtures
import sqlalchemy as sa
from oslotest import base as oslotest_base

from nova_actions import conf as conf_module
from nova_actions import exception
from nova_actions.cells import breaker
from nova_actions.cells import engine
from nova_actions.cells import ids
from nova_actions.cells import registry
from nova_actions.conf import cell_options
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.objects.instance import InstanceRecord
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells
from nova_actions.upkeep import importing


class ConfigurationTest(oslotest_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(base_fixtures.TempDir()).path
        self.useFixture(
            base_fixtures.MonkeyPatch('nova_actions.cells.registry._cells', {})
        )
        self.log = self.useFixture(
            base_fixtures.FakeLogger(level=logging.DEBUG)
        )

    def attach(self, text):
        path = os.path.join(self.folder, 'test.conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        conf = conf_module.load([], default_config_files=[path])
        registry.setup(cell_options.cells(conf), conf.api.cell_timeout)
        return conf

    def test_each_section_is_a_cell(self):
        conf = self.attach(
            '[cell:cell0]\nconnection = sqlite:////x/0\n'
            '[cell:cell1]\nconnection = sqlite:////x/1\n'
            '[api]\ncell_timeout = 2\n'
        )
        self.assertEqual(['cell0', 'cell1'], list(registry.cells()))
        self.assertEqual(2, registry.get('cell1').timeout)
        self.assertEqual('sqlite:////x/1', conf['cell:cell1'].connection)
        self.assertRaises(exception.CellNotFound, registry.get, 'cell2')

    def test_the_samples_section_is_none(self):
        self.attach('[cell:name]\n')
        self.assertEqual({}, registry.cells())

    def test_sections_that_cannot_be_used(self):
        for name, rest, text in (
            ('x', '', 'connection is not set'),
            ('x', 'conection = sqlite:///x', 'connection is not set'),
            ('x', 'connection = x', 'not an SQLAlchemy URL'),
            ('x', 'connection = sqlite://', 'a file of SQLite'),
            ('x', 'connection = sqlite:///:memory:', 'a file of SQLite'),
            ('x', 'connection = nosuch://x', 'does not know'),
            ('a b', 'connection = sqlite:///x', 'name of a cell'),
            ('', 'connection = sqlite:///x', 'name of a cell'),
            ('a:1', 'connection = sqlite:///x', 'name of a cell'),
        ):
            error = self.assertRaises(
                exception.InvalidInput, self.attach, f'[cell:{name}]\n{rest}\n'
            )
            self.assertIn(text, str(error))
            self.assertIn(f'[cell:{name}]', str(error))

    def test_names_whose_ids_would_be_the_same(self):
        self.useFixture(
            base_fixtures.MonkeyPatch(
                'nova_actions.cells.ids.tag', lambda _name: 1
            )
        )
        error = self.assertRaises(
            exception.InvalidInput,
            self.attach,
            '[cell:a]\nconnection = sqlite:///x\n'
            '[cell:b]\nconnection = sqlite:///x\n',
        )
        self.assertIn('another name', str(error))

    def test_connection_is_not_logged(self):
        conf = self.attach(
            '[cell:a]\nconnection = mysql+pymysql://u:s3cr3t@127.0.0.1:1/x\n'
        )
        conf.log_opt_values(logging.getLogger(), logging.DEBUG)
        self.assertRaises(
            exception.CellUnavailable, registry.instance, str(uuid.uuid4())
        )
        self.assertIn(
            'Cell a does not answer: pymysql.err.OperationalError: (2003, ',
            self.log.output,
        )
        self.assertNotIn('s3cr3t', self.log.output)


class NamesTest(oslotest_base.BaseTestCase):
    def test_ids_lead_back(self):
        for name in ('cell0', 'cell1', 'a', 'z' * 64):
            for row_id in (1, 2**31, 2**40 - 1):
                encoded = ids.encode(name, row_id)
                self.assertTrue(-(2**63) < encoded < 0)
                self.assertEqual((ids.tag(name), row_id), ids.decode(encoded))

    def test_markers_are_told_from_request_ids(self):
        self.assertTrue(ids.is_marker(ids.marker('a.b-c_d', 7)))
        for other in (
            f'req-{uuid.uuid4()}',
            str(uuid.uuid4()),
            'cell:a',
            'cell:a:x',
            'cell::1',
        ):
            self.assertFalse(ids.is_marker(other))


class BreakerTest(oslotest_base.BaseTestCase):
    def test_one_tries_at_a_time(self):
        now = [0.0]
        tested = breaker.Breaker('x', lambda: now[0])
        tested.enter()
        self.assertEqual(30, tested.trip().kwargs['retry_after'])
        now[0] = 29.5
        error = self.assertRaises(exception.CellUnavailable, tested.enter)
        self.assertEqual(1, error.kwargs['retry_after'])
        now[0] = 30
        tested.enter()
        self.assertRaises(exception.CellUnavailable, tested.enter)
        tested.reset()
        tested.enter()


class EngineTest(oslotest_base.BaseTestCase):
    def test_a_missing_file_is_not_made(self):
        folder = self.useFixture(base_fixtures.TempDir()).path
        path = os.path.join(folder, 'a #%?b')
        tested = engine.create(
            sa.URL.create('sqlite', database=path).render_as_string(), 1
        )
        self.assertRaises(sa.exc.OperationalError, tested.connect)
        self.assertEqual([], os.listdir(folder))


class CellTest(base.ObjectTestCase):
    """What is odd in a cell."""

    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf))

    def execute(self, statement):
        with self.cell.engine.begin() as connection:
            connection.exec_driver_sql(statement)

    def test_columns_that_are_lacking(self):
        server = self.cell.server()
        action = self.cell.action(server)
        self.cell.event(action)
        self.execute('ALTER TABLE instance_actions_events DROP details')
        self.execute('ALTER TABLE instance_actions_events DROP host')
        self.execute('ALTER TABLE instances DROP hidden')
        found = InstanceAction.get_by_request_id(
            self.admin, server, ids.marker('east', action)
        )
        self.assertEqual(
            (None, None), (found.events[0].host, found.events[0].details)
        )

    def test_columns_that_change_while_we_read(self):
        server = self.cell.server()
        self.cell.event(self.cell.action(server), details='no room')
        marker = ids.marker('east', 1)

        def seen():
            found = InstanceAction.get_by_request_id(
                self.admin, server, marker
            )
            listed = InstanceActionList.get_by_instance_uuid(
                self.admin, server
            )
            self.assertEqual(found.id, listed[0].id)
            return found.events[0].details, found.updated_at is None

        self.assertEqual(('no room', False), seen())
        self.execute(
            'ALTER TABLE instance_actions_events RENAME details TO told'
        )
        self.assertEqual((None, False), seen())
        self.execute('ALTER TABLE instance_actions RENAME updated_at TO at')
        self.assertEqual((None, True), seen())
        self.execute('ALTER TABLE instance_actions_events ADD details TEXT')
        self.execute("UPDATE instance_actions_events SET details = 'new'")
        self.assertEqual(('new', True), seen())
        self.execute(
            'ALTER TABLE instance_actions_events RENAME action_id TO action'
        )
        error = self.assertRaises(exception.CellUnavailable, seen)
        self.assertEqual(1, error.kwargs['retry_after'])

    def test_an_error_that_nobody_foresaw(self):
        server = self.cell.server()
        self.useFixture(
            base_fixtures.MonkeyPatch('threading.excepthook', self.fail)
        )
        log = self.useFixture(base_fixtures.FakeLogger(level=logging.INFO))
        for kind in (
            AssertionError,
            SystemExit,
            MemoryError,
            StopIteration,
            KeyboardInterrupt,
            GeneratorExit,
        ):

            def fail(*_args, kind=kind):
                raise kind('as nobody thought')

            for _ in range(3):
                error = self.assertRaises(
                    exception.CellUnavailable, self.cell.cell.ask, fail
                )
                self.assertEqual(1, error.kwargs['retry_after'])
            self.assertEqual(
                1,
                log.output.count(
                    f'Cell east failed: builtins.{kind.__name__}: '
                    'as nobody thought'
                ),
            )
        # It is asked again at once.
        self.assertTrue(InstanceRecord.lookup(self.admin, server))

    def test_no_thread_to_ask_with(self):
        def start(_thread):
            raise RuntimeError("can't start new thread")

        with base_fixtures.MonkeyPatch('threading.Thread.start', start):
            self.assertRaises(
                exception.CellUnavailable,
                registry.instance,
                self.instance_uuid,
            )

    def test_an_outage_is_told_once_and_its_end(self):
        log = self.useFixture(base_fixtures.FakeLogger(level=logging.INFO))
        now = [0.0]
        self.cell.cell.breaker._clock = lambda: now[0]

        def fail(*_args):
            raise OSError('gone')

        for _ in range(3):
            self.assertRaises(
                exception.CellUnavailable, self.cell.cell.ask, fail
            )
            now[0] += breaker.RETRY
        self.assertIsNone(registry.instance(self.instance_uuid))
        self.assertEqual(
            [
                'Cell east does not answer: builtins.OSError: gone',
                'Cell east answers again',
            ],
            log.output.splitlines(),
        )

    def test_a_database_of_another_kind(self):
        self.execute('DROP TABLE instance_actions_events')
        for _ in range(2):
            error = self.assertRaises(
                exception.CellUnavailable,
                registry.instance,
                self.instance_uuid,
            )
            # It answers, so that others are not kept away.
            self.assertEqual(1, error.kwargs['retry_after'])

    def test_values_that_are_none(self):
        server = self.cell.server(project_id=None, user_id=None)
        self.cell.action(server, request_id=None)
        self.execute(
            'UPDATE instance_actions SET created_at = NULL, '
            "deleted = NULL, start_time = 'never'"
        )
        error = self.assertRaises(
            exception.CellUnavailable,
            InstanceAction.get_by_request_id,
            self.admin,
            server,
            'cell:east:1',
        )
        self.assertEqual('east', error.kwargs['cell'])
        self.execute('UPDATE instance_actions SET start_time = NULL')
        found = InstanceAction.get_by_request_id(
            self.admin, server, 'cell:east:1'
        )
        self.assertEqual(
            (None, False, 'running', 'cell:east:1'),
            (found.start_time, found.deleted, found.status, found.marker),
        )


class ImportTest(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf))
        self.servers = [self.cell.server() for _ in range(5)]
        self.useFixture(
            base_fixtures.MonkeyPatch('nova_actions.upkeep.importing.BATCH', 2)
        )

    def imported(self):
        return list(importing.instance_import(self.admin, 'east'))

    def rows(self):
        with db.engine().connect() as connection:
            return {
                row['uuid']: dict(row)
                for row in connection.execute(
                    sa.select(models.INSTANCES)
                ).mappings()
            }

    def test_all_are_copied_once(self):
        self.assertEqual([2, 4, 5], self.imported())
        rows = self.rows()
        self.assertEqual(set(self.servers), set(rows))
        self.assertEqual([2, 4, 5], self.imported())
        self.assertEqual(rows, self.rows())

    def test_begun_anew_after_an_end_in_the_middle(self):
        self.assertEqual(
            2, next(importing.instance_import(self.admin, 'east'))
        )
        self.assertEqual(2, len(self.rows()))
        self.imported()
        self.assertEqual(set(self.servers), set(self.rows()))

    def test_changes_are_taken_over(self):
        self.imported()
        at = datetime.datetime(2026, 2, 1)
        self.cell.update(fixtures_cells.INSTANCES, 3, display_name='new')
        self.cell.update(fixtures_cells.INSTANCES, 4, deleted=4, deleted_at=at)
        self.imported()
        rows = self.rows()
        self.assertEqual('new', rows[self.servers[2]]['display_name'])
        gone = rows[self.servers[3]]
        self.assertEqual((4, at), (gone['deleted'], gone['deleted_at']))

    def test_an_owner_never_changes(self):
        self.imported()
        self.cell.update(
            fixtures_cells.INSTANCES,
            1,
            project_id='thief',
            display_name='taken',
        )
        self.imported()
        row = self.rows()[self.servers[0]]
        self.assertEqual(
            ('owner', 'web'), (row['project_id'], row['display_name'])
        )

    def test_an_unknown_cell(self):
        self.assertRaises(
            exception.CellNotFound,
            next,
            importing.instance_import(self.admin, 'west'),
        )
