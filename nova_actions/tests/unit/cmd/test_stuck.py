# SPDX-License-Identifier: Apache-2.0
import json
import re
from unittest import mock

from nova_actions.cmd import grammar
from nova_actions.cmd import stuck
from nova_actions.tests import base
from nova_actions.tests.unit.cmd import managed
from nova_actions.tests.unit.db import test_stuck


class StuckTestCase(
    managed.ManageMixin, test_stuck.Recorded, base.ObjectTestCase
):
    def run_action(self, *words):
        return self.run_manage('action', *words)

    def test_list(self):
        self.end(self.begin(9)[1], test_stuck.MINUTE)
        reports = self.begin(3)
        server = self.instance_uuid
        self.begin(0.5)
        with mock.patch.dict('os.environ', COLUMNS='200'):
            code, out, _ = self.run_action('stuck')
        self.assertEqual(0, code)
        for part in (
            reports[0]['uuid'],
            'create',
            'build',
            '3 h 0 min',
            '1 min 0 s',
            server,
        ):
            self.assertIn(part, out)
        self.assertEqual(3, len(out.splitlines()))
        code, out, _ = self.run_action(
            'stuck', '--older', '10m', '--format', 'json'
        )
        rows = json.loads(out)
        self.assertEqual(
            [3, 0], [row['open_us'] // 3_600_000_000 for row in rows]
        )
        self.assertEqual(60_000_000, rows[0]['usual_us'])
        self.assertEqual(
            (0, 'Nothing is open for that long.\n'),
            self.run_action('stuck', '--older', '1d')[:2],
        )

    def test_it_fits_a_terminal(self):
        self.begin(
            3,
            host='compute-17.example.org',
            step='compute__do_build_and_run_instance',
            action='create',
        )
        with mock.patch.dict('os.environ', COLUMNS='80'):
            out = self.run_action('stuck')[1]
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_a_limit_says_so(self):
        self.begin(3)
        self.begin(4)
        self.assertIn(
            'More than 1 are open', self.run_action('stuck', '--limit', '1')[1]
        )
        self.assertNotIn(
            'More than', self.run_action('stuck', '--limit', '2')[1]
        )

    def test_close_one(self):
        reports = self.begin(3)
        uuid = reports[0]['uuid']
        with mock.patch.dict('os.environ', SUDO_USER='jane'):
            code, out, _ = self.run_action(
                'close',
                uuid.upper(),
                '--reason',
                'host is gone, password=hunter2',
            )
        self.assertEqual(
            (0, f'Closed action {uuid}: 1 step interrupted.\n'), (code, out)
        )
        (event,) = self.events(reports)
        self.assertRegex(
            event['details'],
            (
                r'^Closed by \S+ \(sudo of jane\) on \S+ at '
                r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: host is gone, password='
            ),
        )
        self.assertNotIn('hunter2', event['details'])
        self.assertIsNotNone(event['rules'])
        code, _, err = self.run_action('close', uuid, '--reason', 'again')
        self.assertEqual(2, code)
        self.assertIn('is not open: it is interrupted', err)

    def test_close_one_without_a_step(self):
        uuid = self.begin(3, step=None)[0]['uuid']
        code, out, _ = self.run_action('close', uuid, '--reason', 'lost')
        self.assertEqual(0, code)
        self.assertIn('it had no open step', out)

    def test_close_a_host(self):
        old, young = self.begin(3), self.begin(0.5)
        words = ('close', '--host', 'h', '--older', '1h')
        code, out, _ = self.run_action(*words, '--dry-run')
        self.assertEqual(0, code)
        self.assertIn(old[0]['uuid'], out)
        self.assertIn('Would have closed 1 step on h.', out)
        self.assertEqual('running', self.action(old)['status'])
        self.assertEqual(
            (0, 'Closed 1 step on h.\n'), self.run_action(*words)[:2]
        )
        self.assertEqual(
            ['interrupted', 'running'],
            [self.action(each)['status'] for each in (old, young)],
        )
        self.assertTrue(
            self.events(old)[0]['details'].endswith(
                ': open on h for longer than 1 h 0 min'
            )
        )

    def test_what_is_refused(self):
        uuid = '11111111-1111-1111-1111-111111111111'
        for code, part, *words in (
            (1, uuid, uuid, '--reason', 'x'),
            (2, '--reason', uuid),
            (2, '--older', '--host', 'h'),
            (2, '--host', uuid, '--reason', 'x', '--dry-run'),
            (2, '--host', uuid, '--reason', 'x', '--older', '1h'),
            (2, 'UUID', 'web', '--reason', 'x'),
            (2, 'required', '--reason', 'x'),
            (2, 'not allowed', uuid, '--host', 'h'),
            (2, '--older', '--host', 'h', '--older', 'long'),
            (2, 'it is blank', uuid, '--reason', ' '),
            (2, str(grammar.MAX_REASON), uuid, '--reason', 'x' * 1001),
        ):
            found, _, err = self.run_action('close', *words)
            self.assertEqual(code, found, words)
            self.assertIn(part, err)

    def test_odd_texts_are_stored(self):
        for reason in ('\N{PILE OF POO}', 'a\x00b', '\udcff', '\x1b[31m'):
            reports = self.begin(3)
            code, _, err = self.run_action(
                'close', reports[0]['uuid'], '--reason', reason
            )
            self.assertEqual((0, ''), (code, err))
            self.assertIsNone(
                re.search(
                    '[\x00\udc80-\udcff]', self.events(reports)[0]['details']
                )
            )

    def test_who_closes(self):
        with mock.patch.dict('os.environ'):
            stuck.os.environ.pop('SUDO_USER', None)
            self.assertNotIn('sudo', stuck._who())
