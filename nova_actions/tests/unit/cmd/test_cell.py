# SPDX-License-Identifier: Apache-2.0
"""``nova-actions-manage cell follow``."""

import io
import json

import fixtures as base_fixtures
import sqlalchemy as sa

from nova_actions.cells.follow import state
from nova_actions.cmd import failure
from nova_actions.cmd import manage
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow


class TestCellFollow(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf))
        self.cell.add_shadows()
        self.cell.event(self.cell.action(self.cell.server()))
        self.following = self.useFixture(fixtures_follow.Following(self.cell))

    def run_follow(self, *arguments, code=failure.OK, follow='true'):
        output = io.StringIO()
        with (
            base_fixtures.MonkeyPatch('sys.stdout', output),
            base_fixtures.MonkeyPatch('sys.stderr', output),
        ):
            path = self.useFixture(base_fixtures.TempDir()).join('conf')
            with open(path, 'w', encoding='utf-8') as file:
                file.write(
                    '[database]\nconnection = '
                    f'{self.conf.database.connection}\n[cell:east]\n'
                    f'connection = {self.cell.url}\nfollow = {follow}\n'
                    'follow_rate = 4\n'
                )
            self.assertEqual(
                code,
                manage.main(
                    ['--config-file', path, 'cell', 'follow', *arguments]
                ),
            )
        return output.getvalue()

    def state(self, code=failure.OK, **options):
        return json.loads(
            self.run_follow('east', '--format', 'json', code=code, **options)
        )

    def test_never_followed(self):
        self.assertEqual('off', self.state(1, follow='false')['state'])
        self.assertEqual('nobody follows it', self.state(1)['state'])

    def test_paused_before_anybody_follows(self):
        self.run_follow('east', '--pause')
        self.assertEqual('paused', self.state(1)['state'])
        self.assertIsNone(self.following.round())
        self.run_follow('east', '--resume')
        self.following.round()
        self.assertEqual('following', self.state()['state'])

    def test_no_such_cell(self):
        self.assertIn('west', self.run_follow('west', code=1))

    def test_followed(self):
        self.following.round()
        shown = self.state()
        self.assertEqual(
            ('following', 1, 1, 100),
            tuple(
                shown[name]
                for name in ('state', 'actions', 'events', 'percent')
            ),
        )
        self.assertLessEqual(0, shown['lag'])
        text = self.run_follow('east')
        self.assertIn('1 action, 1 event (100 %)', text)
        self.assertLessEqual(max(map(len, text.splitlines())), 79)
        state.release(self.admin, 'east', 'first')
        self.assertEqual('nobody follows it', self.state(1)['state'])

    def test_in_the_middle(self):
        self.following.round()
        with db.engine().begin() as connection:
            connection.execute(
                sa.update(models.FOLLOWED_CELLS).values(
                    whole_at=None, caught_up_at=None, event_top=7
                )
            )
        self.assertEqual(
            ('copying what is there', 25, None),
            tuple(self.state()[name] for name in ('state', 'percent', 'lag')),
        )
        self.assertIn('25 %', self.run_follow('east'))

    def test_paused_and_resumed(self):
        self.following.round()
        self.run_follow('east', '--pause')
        self.assertEqual('paused', self.state(1)['state'])
        self.assertIsNone(self.following.round())
        self.run_follow('east', '--resume')
        self.assertIsNotNone(self.following.round())

    def test_how_much_there_is(self):
        found = json.loads(
            self.run_follow('east', '--dry-run', '--format', 'json')
        )
        self.assertEqual(
            (1, 1, 0.5),
            tuple(found[name] for name in ('actions', 'events', 'seconds')),
        )
        self.assertLess(100, found['bytes'])
        self.assertIn(
            '1 action and 1 event', self.run_follow('east', '--dry-run')
        )
        self.cell.archive(1)
        found = self.run_follow('east', '--dry-run')
        self.assertIn('1 action and 1 event', found)
        self.following.round()
        self.assertIn(
            '0 actions and 0 events', self.run_follow('east', '--dry-run')
        )
        self.assertEqual(1, self.state()['actions'])
