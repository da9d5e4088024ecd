# SPDX-License-Identifier: Apache-2.0
"""``nova-actions-manage spool``: what is left where nothing records any
more."""

import contextlib
import io
import json
import os
from unittest import mock

import fixtures

from nova_actions import exception
from nova_actions import reporter
from nova_actions.cmd import failure
from nova_actions.cmd import manage
from nova_actions.conductor import rpcapi
from nova_actions.objects import report
from nova_actions.reporter.spool import place
from nova_actions.tests import patience
from nova_actions.tests.unit.reporter import base


class TestSpool(base.ReporterTestCase):
    SETTINGS = {'mode': 'sync'}

    def setUp(self):
        super().setUp()
        self.create()
        self.state = self.useFixture(fixtures.TempDir()).path
        self.folder = place.own(self.state)
        # What it calls is here.
        self.useFixture(
            fixtures.MockPatchObject(
                rpcapi, 'ConductorAPI', lambda *_args, **_kwargs: None
            )
        )

    def run_spool(self, *words, code=failure.OK):
        path = os.path.join(self.state, 'test.conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(
                f'[DEFAULT]\nstate_path = {self.state}\n'
                'transport_url = fake://\n[reporter]\nmode = off\n'
            )
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            self.assertEqual(
                code, manage.main(['--config-file', path, 'spool', *words])
            )
        return out.getvalue()

    def away(self):
        return mock.patch.object(
            report.ReportList,
            'apply',
            autospec=True,
            side_effect=exception.ConductorUnavailable(reason='away'),
        )

    def leave(self):
        """Have a process end that could not deliver a step."""
        with self.away():
            left = self.record(
                folder=self.folder, heartbeat_interval=3600
            ).recorder
            with reporter.EventReporter(
                self.context, 'left', 'here', self.instance_uuid
            ):
                pass
            left._opened.stop(patience.PATIENCE)
        left._ended.set()
        left._session.let_go()

    def rows(self, instance_uuid=None):
        return [
            event['event']
            for action in super().rows(instance_uuid)
            for event in action['events']
        ]

    def test_nothing(self):
        self.assertIn('No spools', self.run_spool('list'))
        self.assertIn('Nothing', self.run_spool('drain'))

    def test_who_is_at_work_is_left_alone(self):
        self.record(folder=self.folder, heartbeat_interval=3600)
        reporter.begin_action(self.context, self.instance_uuid, 'lock')
        (row,) = json.loads(self.run_spool('list', '--format', 'json'))[
            'spools'
        ]
        self.assertEqual('in use', row['state'])

    def test_what_is_left_is_delivered(self):
        self.leave()
        (row,) = json.loads(self.run_spool('list', '--format', 'json'))[
            'spools'
        ]
        self.assertEqual(('left behind', 2), (row['state'], row['reports']))
        self.assertLessEqual(
            max(map(len, self.run_spool('list').splitlines())), 80
        )
        with self.away():
            self.assertIn(
                'Nothing is lost; try again later.',
                self.run_spool('drain', '--timeout', '1', code=failure.ABSENT),
            )
        self.assertNotIn('left', self.rows())
        self.assertIn('delivered', self.run_spool('drain'))
        self.assertIn('left', self.rows())
        self.assertIn('No spools', self.run_spool('list'))

    def test_what_is_another_users(self):
        os.mkdir(os.path.join(self.state, f'spool-{os.geteuid() + 1}'))
        self.assertIn(f'sudo -u "#{os.geteuid() + 1}"', self.run_spool('list'))
