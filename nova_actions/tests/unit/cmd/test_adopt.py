# SPDX-License-Identifier: Apache-2.0
"""``nova-actions-manage adopt check``."""

import contextlib
import io
import json
import uuid

import fixtures
import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions.cmd import adopt
from nova_actions.cmd import failure
from nova_actions.cmd import manage
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.db import report
from nova_actions.db import reporter
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow


class TestAdoptCheck(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf))
        self.cell.add_shadows()
        self.following = self.useFixture(fixtures_follow.Following(self.cell))
        self.server = self.cell.server()
        self.path = self.useFixture(fixtures.TempDir()).join('conf')
        self.configure(self.cell.url)

    def configure(self, url):
        with open(self.path, 'w', encoding='utf-8') as file:
            file.write(
                '[database]\nconnection = '
                f'{self.conf.database.connection}\n[cell:east]\n'
                f'connection = {url}\nfollow = true\n'
            )

    def run_check(self, *words, code=failure.OK):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            self.assertEqual(
                code,
                manage.main(
                    ['--config-file', self.path, 'adopt', 'check', *words]
                ),
            )
        return out.getvalue()

    def found(self, code=failure.OK):
        return json.loads(self.run_check('--format', 'json', code=code))

    def act(self, **values):
        now = timeutils.utcnow()
        action = self.cell.action(
            self.server, created_at=now, **{'start_time': now, **values}
        )
        self.cell.event(action, created_at=now, start_time=now)
        return action

    def test_reported_and_copied_rows(self):
        action = InstanceAction.action_start(
            self.context, self.server, 'reboot'
        )
        self.act(
            request_id=action.request_id,
            start_time=timeutils.normalize_time(action.start_time),
        )
        self.act()
        self.cell.event(self.cell.action(self.server))
        self.following.round()
        (cell,) = self.found()['cells']
        self.assertEqual(
            {'recorded': 1, 'copied': 1}, cell['last_hour_actions']
        )
        self.assertEqual({'copied': 2}, cell['last_hour_events'])
        self.act()
        (cell,) = self.found()['cells']
        self.assertEqual(1, cell['last_hour_actions']['late'])
        text = self.run_check()
        self.assertIn('No bridge has reported.', text)
        self.assertLessEqual(max(map(len, text.splitlines())), adopt.WIDTH)

    def test_ends_that_differ(self):
        """One that Nova has overwritten, and one that it says no end of."""
        now = timeutils.utcnow()
        action = fixtures_follow.report(
            'action', 'reboot', self.server, 'req-1', now
        )
        self.report(action)
        row = self.cell.action(
            self.server, request_id='req-1', created_at=now, start_time=now
        )
        for host, result, finish in (
            ('host1', 'Success', now),
            ('host2', None, None),
            ('host3', 'Error', now),
        ):
            self.cell.event(
                row,
                'step',
                result,
                host=host,
                created_at=now,
                start_time=now,
                finish_time=finish,
            )
            self.report(
                fixtures_follow.report(
                    'finish',
                    'step',
                    self.server,
                    'req-1',
                    now,
                    host=host,
                    result='Error',
                    finish_time=now,
                )
            )
        self.following.round()
        (cell,) = self.found()['cells']
        self.assertEqual({'recorded': 3}, cell['last_hour_events'])
        self.assertEqual(
            {'result': 1, 'open_there': 1}, cell['last_hour_event_ends']
        )
        self.assertEqual({'failed_here': 1}, cell['last_hour_action_ends'])
        text = self.run_check()
        self.assertIn(
            '1 step of the last hour ended here, open in the cell', text
        )
        self.assertLessEqual(max(map(len, text.splitlines())), adopt.WIDTH)

    def report(self, told):
        (answer,) = report.apply(
            self.admin,
            [told],
            elsewhere={
                self.server: {
                    'uuid': self.server,
                    'project_id': 'owner',
                    'user_id': 'user',
                }
            },
        )
        self.assertEqual('applied', answer.verdict)

    def test_what_is_missing_is_named(self):
        action = self.act()
        self.following.round()
        with db.engine().begin() as connection:
            connection.execute(sa.delete(models.FOLLOWED_ROWS))
            connection.execute(sa.delete(models.EVENTS))
            connection.execute(sa.delete(models.ACTIONS))
            connection.execute(
                sa.update(models.FOLLOWED_CELLS).values(
                    caught_up_at=timeutils.utcnow().replace(year=2999)
                )
            )
        (cell,) = self.found(failure.ABSENT)['cells']
        self.assertEqual(action, cell['missing'][0]['id'])
        text = self.run_check(code=failure.ABSENT)
        self.assertIn(f'Missing: instance_actions {action}, reboot', text)

    def test_a_cell_that_is_not_followed(self):
        action = InstanceAction.action_start(
            self.context, self.server, 'reboot'
        )
        self.act(
            request_id=action.request_id,
            start_time=timeutils.normalize_time(action.start_time),
        )
        (cell,) = self.found()['cells']
        self.assertEqual({'recorded': 1}, cell['last_hour_actions'])

    def test_a_bridge_that_cannot_record_all(self):
        reporter.told(
            self.admin,
            str(uuid.uuid4()),
            'east1',
            0,
            {},
            {'bridge': '1.2', 'mode': 'mirror', 'missing': 'finish'},
        )
        self.assertIn(
            'Not recorded there: finish.',
            ' '.join(self.run_check(code=failure.ABSENT).split()),
        )

    def test_a_cell_that_does_not_answer(self):
        self.configure(f'{self.cell.url}.none')
        (cell,) = self.found(failure.ABSENT)['cells']
        self.assertIn('east', cell['error'])
        self.assertIn('east', self.run_check(code=failure.ABSENT))
