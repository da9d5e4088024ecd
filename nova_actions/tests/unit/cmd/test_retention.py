# SPDX-License-Identifier: Apache-2.0
import gzip
import io
import os
from unittest import mock

from nova_actions.cmd import failure
from nova_actions.cmd import retention
from nova_actions.db.stat import rollup
from nova_actions.tests.unit.cmd import managed
from nova_actions.tests.unit.db import old


class Terminal(io.StringIO):
    def isatty(self):
        return True


class TestRetention(managed.ManageMixin, old.OldRowsTestCase):
    def setUp(self):
        super().setUp()
        self.path = os.path.join(self.conf.state_path, 'old.gz')
        patch = mock.patch.object(retention, 'PAUSE', 0)
        patch.start()
        self.addCleanup(patch.stop)

    def run_command(self, *words, err=None):
        return self.run_manage('db', *words, err=err)

    def fill(self):
        server = self.instance()
        for age in (9, 8, 1):
            self.action(server, age)
        return server

    BEFORE = ('--before', (old.NOW - 5 * old.DAY).isoformat())

    def test_purge(self):
        server = self.fill()
        code, out, err = self.run_command('purge', *self.BEFORE, '--dry-run')
        self.assertEqual((0, ''), (code, err))
        self.assertIn('Would have deleted 2 actions with 2 events', out)
        code, out, _ = self.run_command(
            'purge', *self.BEFORE, '--max-rows', '2'
        )
        self.assertEqual(1, code)
        self.assertIn('Stopped by --max-rows 2', out)
        code, out, _ = self.run_command('purge', *self.BEFORE)
        self.assertEqual(0, code)
        self.assertIn('Deleted 1 action ', out)
        self.assertEqual(1, len(self.left(server)))

    def test_purge_stats(self):
        self.fill()
        while rollup.advance(self.admin, 'one'):
            pass
        for deleted in ('4 rows', '0 rows'):
            self.assertEqual(
                (0, f'Deleted {deleted}.\n', ''),
                self.run_command('purge-stats', *self.BEFORE),
            )

    def test_by_age_but_for_the_last(self):
        server = self.fill()
        code, _, _ = self.run_command(
            'purge', '--older-than', '1', '--keep-last', '2'
        )
        self.assertEqual(0, code)
        self.assertEqual(2, len(self.left(server)))

    def test_archive_and_restore(self):
        server = self.fill()
        before = self.content()
        code, out, _ = self.run_command(
            'archive', *self.BEFORE, '--file', self.path, '--dry-run'
        )
        self.assertEqual(0, code)
        self.assertIn('Would have archived 2', out)
        self.assertFalse(os.path.exists(self.path))
        code, out, _ = self.run_command(
            'archive', *self.BEFORE, '--file', self.path
        )
        self.assertEqual(0, code)
        self.assertIn('Archived 2 actions', out)
        self.assertEqual(1, len(self.left(server)))
        for known in (0, 2):
            code, out, _ = self.run_command('restore', self.path)
            self.assertEqual(0, code)
            self.assertIn(f'already there: {known}', out)
            self.assertEqual(before, self.content())

    def test_scrub(self):
        server = self.instance()
        self.action(server, 9, event_values={'details': 'password=S3cret'})
        for words, text in (
            (('--dry-run',), '1 of 3 rows would change'),
            ((), '1 of 3 rows changed'),
            ((), '0 of 3 rows changed'),
        ):
            code, out, _ = self.run_command('scrub', *words)
            self.assertEqual(0, code)
            self.assertIn(text, out)

    def test_bars_on_a_terminal(self):
        self.fill()
        _, _, err = self.run_command('scrub', err=Terminal())
        self.assertIn('[##############################] 7 of 7 rows', err)
        _, _, err = self.run_command('purge', *self.BEFORE, err=Terminal())
        self.assertIn('2 of 2 actions', err)

    def test_what_cannot_be(self):
        for words, text in (
            ((), '--before'),
            ((*self.BEFORE, '--older-than', '5'), 'not allowed with'),
            (('--before', 'yesterday'), "'yesterday' is neither a date"),
            (('--before', '2026-02-30'), "'2026-02-30' is neither a date"),
            (('--older-than=-1',), 'from 0 to 36500'),
            (('--older-than', '36501'), 'from 0 to 36500'),
            (('--older-than', 'x'), "'x' is not a whole number"),
            ((*self.BEFORE, '--max-rows', '0'), 'from 1 to 2147483647'),
            ((*self.BEFORE, '--keep-last=-1'), 'from 0 to'),
        ):
            code, _, err = self.run_command('purge', *words)
            self.assertEqual(failure.REFUSED, code, words)
            self.assertIn(text, err)
            self.assertNotIn('Traceback', err)

    def test_files_that_cannot_be(self):
        self.fill()
        missing = os.path.join(self.conf.state_path, 'no', 'such.gz')
        with open(self.path, 'wb') as file:
            file.write(b'text')
        for path in (missing, self.conf.state_path, self.path):
            for words in (
                ('restore', path),
                ('archive', *self.BEFORE, '--file', path),
            ):
                code, _, err = self.run_command(*words)
                self.assertEqual(failure.REFUSED, code, words)
                self.assertIn(path, err)
                self.assertNotIn('Traceback', err)
        self.assertEqual(3, len(self.content()))

    def test_another_projects_server(self):
        server = self.fill()
        self.run_command('archive', *self.BEFORE, '--file', self.path)
        other = self.instance(project='other')
        with open(self.path, 'rb') as file:
            packed = file.read()
        with open(self.path, 'wb') as file:
            file.write(
                gzip.compress(
                    gzip.decompress(packed).replace(
                        server.encode(), other.encode()
                    )
                )
            )
        code, _, err = self.run_command('restore', self.path)
        self.assertEqual(failure.REFUSED, code)
        self.assertIn('left out 2 actions of servers', err)
