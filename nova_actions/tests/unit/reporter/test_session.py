# SPDX-License-Identifier: Apache-2.0
import os
import signal
import stat
import subprocess
import sys
from unittest import mock

import fixtures
from oslotest import base

from nova_actions.reporter import session
from nova_actions.reporter.spool import place

#: Begins a session and forks a child that says so and outlives it.
PARENT = """
import os, sys
from nova_actions.reporter import session
from nova_actions.reporter.spool import place
found = session.Session.begin(sys.argv[1])
if os.fork() == 0:
    found.let_go()
    print(found.uuid, flush=True)
    sys.stdin.read()
    os._exit(0)
sys.stdin.read()
"""


class SessionTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = os.path.join(
            self.useFixture(fixtures.TempDir()).path, 'spool'
        )

    def begin(self):
        found = session.Session.begin(self.folder)
        self.addCleanup(found.let_go)
        return found

    def orphans(self):
        found = list(session.Session.orphans(self.folder))
        for each in found:
            self.addCleanup(each.let_go)
        return [each.uuid for each in found]

    def test_for_its_owner_only(self):
        self.begin()
        self.assertEqual(0o700, stat.S_IMODE(os.stat(self.folder).st_mode))
        for name in os.listdir(self.folder):
            self.assertEqual(
                0o600,
                stat.S_IMODE(os.stat(os.path.join(self.folder, name)).st_mode),
            )

    def test_a_folder_that_is_not_its_users(self):
        """It is refused with its reason, and nothing in it is touched."""
        left = self.begin()
        left.let_go()

        def refused(reason):
            error = self.assertRaises(
                OSError, session.Session.begin, self.folder
            )
            self.assertIn(reason, str(error))
            self.assertIn(self.folder, str(error))
            self.assertEqual([], self.orphans())

        for mode in (0o701, 0o740, 0o770, 0o777):
            os.chmod(self.folder, mode)
            refused('0700')
        os.chmod(self.folder, 0o700)
        with mock.patch(
            'os.geteuid', autospec=True, return_value=os.geteuid() + 1
        ):
            refused('belongs to user')
        self.assertEqual([left.uuid], self.orphans())
        moved = f'{self.folder}.moved'
        os.rename(self.folder, moved)
        os.symlink(moved, self.folder)
        refused('symbolic link')
        os.unlink(self.folder)
        os.symlink(f'{moved}.not', self.folder)
        refused('symbolic link')
        os.unlink(self.folder)
        with open(self.folder, 'wb'):
            pass
        refused('no folder')

    def test_each_user_has_one(self):
        folders = set()
        for user in (0, 162, 42436):
            with mock.patch('os.geteuid', autospec=True, return_value=user):
                folders.add(place.own('/state'))
        self.assertEqual(3, len(folders))
        self.assertEqual({'/state'}, set(map(os.path.dirname, folders)))

    def test_a_living_one_is_no_orphan(self):
        first, second = self.begin(), self.begin()
        self.assertNotEqual(first.uuid, second.uuid)
        self.assertEqual([], self.orphans())
        second.let_go()
        self.assertEqual([second.uuid], self.orphans())
        self.assertEqual([], self.orphans())

    def test_a_removed_one_is_gone(self):
        began = self.begin()
        for suffix in ('', '-wal', '-shm'):
            with open(began.spool_path + suffix, 'wb'):
                pass
        began.remove()
        self.assertEqual([], os.listdir(self.folder))
        began.remove()

    def test_other_files_are_left_alone(self):
        os.makedirs(self.folder)
        for name in ('x.lock', 'readme', f'{"0" * 36}.lock'):
            with open(os.path.join(self.folder, name), 'wb'):
                pass
        self.assertEqual([], self.orphans())
        self.assertEqual([], list(session.Session.orphans('/nowhere')))

    def test_a_killed_process_is_over_though_its_child_lives(self):
        with subprocess.Popen(
            [sys.executable, '-c', PARENT, self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            uuid = process.stdout.readline().strip()
            self.assertEqual([], self.orphans())
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.assertEqual([uuid], self.orphans())
