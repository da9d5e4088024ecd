# SPDX-License-Identifier: Apache-2.0
"""``nova-actions-manage reporter list``."""

import datetime
import io
import json
import uuid

import fixtures as base_fixtures
from oslo_utils import fixture as utils_fixture
from oslo_utils import timeutils

from nova_actions.cmd import manage
from nova_actions.cmd import reporter as cmd_reporter
from nova_actions.db import report
from nova_actions.db import reporter
from nova_actions.tests import base
from nova_actions.upkeep import stale_reporter

SECOND = datetime.timedelta(seconds=1)


class TestReporterList(base.ObjectTestCase):
    def run_list(self, *arguments):
        output = io.StringIO()
        with base_fixtures.MonkeyPatch('sys.stdout', output):
            path = self.useFixture(base_fixtures.TempDir()).join('conf')
            with open(path, 'w', encoding='utf-8') as file:
                file.write(
                    '[database]\nconnection = '
                    f'{self.conf.database.connection}\n'
                )
            self.assertEqual(
                0,
                manage.main(
                    ['--config-file', path, 'reporter', 'list', *arguments]
                ),
            )
        return output.getvalue()

    def test_no_reporters(self):
        self.assertEqual('No reporters.\n', self.run_list())
        self.assertEqual('[]\n', self.run_list('--format', 'json'))

    def test_who_lives_and_who_has_lost(self):
        old, new, ended, gone = (str(uuid.uuid4()) for _ in range(4))
        report.apply(self.admin, [], old, 'old.example.org')
        reporter.count(self.admin, old, 0, 7)
        reporter.told(self.admin, new, 'h' * 255, 12, {}, None, 7300)
        for epoch, lost in ((ended, {'full': 3, 'refused': 2}), (gone, {})):
            reporter.told(self.admin, epoch, 'ended', 0, lost)
            stale_reporter.close(self.admin, epoch, 'it is dead')
        text = self.run_list()
        self.assertLessEqual(
            max(map(len, text.splitlines()[:5])), cmd_reporter.WIDTH
        )
        self.assertIn(f'ended, session {ended}: 3 lost', text)
        for word in ('full: the spool is at its limit', '7 times cut'):
            self.assertIn(word, ' '.join(text.split()))
        self.assertNotIn(gone[:8], text)
        rows = {
            row['session']: row
            for row in json.loads(self.run_list('--format', 'json'))
        }
        self.assertEqual({old, new, ended}, rows.keys())
        self.assertEqual(
            ('ended', 0, {'full': 3, 'refused': 2}),
            tuple(rows[ended][name] for name in ('state', 'waiting', 'lost')),
        )
        self.assertEqual((None, {}), (rows[old]['waiting'], rows[old]['lost']))
        self.assertIn('alive  12 (2 h)  0', text)
        self.assertEqual(7300, round(rows[new]['oldest_age'], -2))
        self.assertIsNone(rows[ended]['oldest_age'])
        self.assertTrue(rows[new]['last_seen'].endswith('+00:00'))

    def test_one_without_heartbeats_is_silent(self):
        reporter.told(self.admin, str(uuid.uuid4()), 'here', 0, {})
        now = timeutils.utcnow()
        for later, expected in (
            (reporter.SILENCE - SECOND, 'alive'),
            (reporter.SILENCE + SECOND, 'silent'),
        ):
            self.useFixture(utils_fixture.TimeFixture(now + later))
            (row,) = json.loads(self.run_list('--format', 'json'))
            self.assertEqual(expected, row['state'])

    def test_bridges_that_tell_the_same_are_told_once(self):
        about = {'bridge': '1.2', 'mode': 'mirror', 'nova': '34.0.0'}
        for number in range(8):
            reporter.told(
                self.admin, str(uuid.uuid4()), f'compute{number}', 0, {}, about
            )
        odd = str(uuid.uuid4())
        reporter.told(
            self.admin,
            odd,
            'odd',
            0,
            {},
            {**about, 'missing': 'EventReporter.__exit__, finish'},
        )
        dead = str(uuid.uuid4())
        reporter.told(self.admin, dead, 'dead', 0, {'full': 1}, about)
        stale_reporter.close(self.admin, dead, 'it is dead')
        text = self.run_list()
        told = text[text.index('Bridge') :]
        self.assertLessEqual(
            max(map(len, told.splitlines())), cmd_reporter.WIDTH
        )
        many, one = (' '.join(each.split()) for each in told.split('\n\n'))
        self.assertEqual(
            'Bridge 1.2, mode mirror, Nova 34.0.0 on 8 hosts (compute0, '
            'compute1, compute2, compute3, compute4 and 3 more).',
            many,
        )
        self.assertEqual(
            'Bridge 1.2, mode mirror, Nova 34.0.0 on 1 host (odd). Not '
            'recorded there: EventReporter.__exit__, finish.',
            one,
        )
        rows = {
            row['session']: row
            for row in json.loads(self.run_list('--format', 'json'))
        }
        self.assertIn('finish', rows[odd]['about']['missing'])

    def test_what_conductors_refuse_of_an_old_one(self):
        epoch = str(uuid.uuid4())
        report.apply(self.admin, [], epoch, 'h')
        reporter.count(self.admin, epoch, 4, 0)
        (row,) = json.loads(self.run_list('--format', 'json'))
        self.assertEqual({'refused': 4}, row['lost'])
        self.assertIn('alive  -        4', self.run_list())
