# SPDX-License-Identifier: Apache-2.0
"""Nova's own functional world with the bridge loaded: what we have recorded is
laid beside Nova's own record, row by row."""

import collections
import datetime
import json
import os
import pathlib
import subprocess

import fixtures as base_fixtures
import sqlalchemy as sa

from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import patience
from nova_actions.tests.functional import beside

HERE = pathlib.Path(__file__).parent


def key(row):
    return row['instance_uuid'], row['request_id'], row['action']


def steps(row):
    """Return the steps of an action, in either record."""
    return collections.Counter(
        (each['event'], each['host'], each['result'])
        for each in row['events'])


def ends_of(found):
    """Return what steps there are, however they have ended."""
    return sorted((event, host) for event, host, _ in found.elements())


def at(value):
    """Return a time of Nova's database."""
    return value and datetime.datetime.fromisoformat(value)


class _Recorded(base.ObjectTestCase):
    """A conductor of ours, and Nova with the bridge."""

    def setUp(self):
        super().setUp()
        self.nova = beside.world()
        self.venv = self.useFixture(beside.Environment(
            self.nova, bridge=True))
        rabbit = self.useFixture(fixtures.Rabbit())
        self.conf.set_override('transport_url', rabbit.url)
        self.useFixture(fixtures.Conductor(self.conf))
        self.folder = pathlib.Path(
            self.useFixture(base_fixtures.TempDir()).path)

    def run_nova(self, mode, script, *arguments):
        path = self.folder / 'nova-actions.conf'
        path.write_text(
            f'[DEFAULT]\ntransport_url = {self.conf.transport_url}\n'
            f'state_path = {self.folder / "state"}\n'
            f'[conductor]\ntopic = {self.conf.conductor.topic}\n'
            f'[bridge]\nmode = {mode}\n')
        done = subprocess.run(
            [self.venv.python, '-W', 'ignore', HERE / 'nova_world' / script,
             *arguments],
            capture_output=True, text=True, check=False, cwd=self.folder,
            timeout=patience.PATIENCE, env={
                **os.environ, 'NOVA_ACTIONS_CONFIG': str(path),
                'OS_WSGI__API_PASTE_CONFIG': str(
                    self.nova.parents[1] / 'etc' / 'nova' / 'api-paste.ini')})
        self.assertEqual(0, done.returncode, done.stderr[-3000:])

    def ours(self):
        with db.engine().connect() as connection:
            actions, events = (
                [dict(row._mapping) for row in connection.execute(
                    sa.select(table).order_by(table.c.id))]
                for table in (models.ACTIONS, models.EVENTS))
        found = collections.defaultdict(list)
        for action in actions:
            found[key(action)].append({**action, 'events': [
                event for event in events
                if event['action_id'] == action['id']]})
        return found


class TestControllers(_Recorded):

    def test_for_computes_without_it(self):
        """Their steps are recorded by the conductor; those of a compute with
        the bridge are left out."""
        self.run_nova('controllers', 'controllers.py',
                      f'sqlite:///{self.folder / "cell"}',
                      self.instance_uuid)

        [[action]] = self.ours().values()

        self.assertEqual('succeeded_after_retry', action['status'])
        self.assertEqual(
            [('host1', 'Error', 'no such domain'), ('host2', 'Success', None)],
            [(each['host'], each['result'], each['details'])
             for each in action['events']])


class TestWorld(_Recorded):

    def setUp(self):
        super().setUp()
        told = self.folder / 'told.json'
        self.run_nova('mirror', 'world.py', told)
        self.told = json.loads(told.read_text())

    def test_row_by_row(self):
        """Each action and each step once; where Nova's record is false, and
        only there, ours is another one, and true."""
        self.assertTrue(self.told['delivered'], self.told['stats'])
        self.assertGreaterEqual(len({what for what, _ in self.told['done']}),
                                25)
        ours, differences = self.ours(), {}
        statuses = collections.Counter()
        for theirs in self.told['cells'].values():
            for row in theirs:
                [mine] = ours.pop(key(row))
                self.check_action(row, mine)
                statuses[mine['action'], mine['status']] += 1
                before, now = steps(row), steps(mine)
                if before != now:
                    differences[mine['action'], mine['status']] = (
                        now - before).elements()
                    self.assertEqual(ends_of(before), ends_of(now))
        self.assertEqual({}, ours)
        self.check_failures(statuses)
        self.check_differences(differences)

    def check_action(self, theirs, ours):
        for name in ('user_id', 'project_id'):
            self.assertEqual(theirs[name], ours[name])
        asked = at(theirs['start_time'])
        if not theirs['events'] and ours['action'] == 'delete':
            # Nova records what its API deletes itself when that is done.
            self.assertLessEqual(asked, ours['start_time'])
        else:
            self.assertEqual(asked, ours['start_time'])
        self.assertIsNotNone(ours['finish_time'])

    def check_failures(self, statuses):
        """Nova's verdict is in none of its rows: it is the sum of what was
        done to each."""
        self.assertEqual({
            ('create', 'failed'): 2, ('create', 'succeeded_after_retry'): 1,
            ('pause', 'failed'): 1, ('resize', 'failed'): 1,
            ('resize', 'succeeded_after_retry'): 1,
            ('live-migration', 'succeeded_after_retry'): 1,
        }, {name: number for name, number in statuses.items()
            if name[1] != 'succeeded'})

    def check_differences(self, differences):
        """A first attempt that fails stays failed, and its second has an
        end; a failure that Nova handles is one."""
        step, check, prepare = (
            'compute__do_build_and_run_instance',
            'compute_check_can_live_migrate_destination',
            'compute_prep_resize')
        self.assertEqual({
            ('create', 'failed'): [(step, 'Error')],
            ('create', 'succeeded_after_retry'): [
                (step, 'Error'), (step, 'Success')],
            ('resize', 'succeeded_after_retry'): [
                ('cold_migrate', 'Success'),
                (prepare, 'Error'), (prepare, 'Success'),
                ('conductor_migrate_server', 'Success')],
            ('live-migration', 'succeeded_after_retry'): [
                (check, 'Error'), (check, 'Success')],
        }, {name: sorted((event, result) for event, _host, result in each)
            for name, each in differences.items()})
