# SPDX-License-Identifier: Apache-2.0
"""Damaged spools are kept, for a while."""

import os
import stat

import fixtures
from oslotest import base

from nova_actions.reporter.spool import aside


class AsideTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path

    def put(self, name, size=100):
        path = os.path.join(self.folder, name)
        for suffix in ('', '-wal', '-shm'):
            with open(path + suffix, 'wb') as file:
                file.write(bytes(size))
            os.chmod(path + suffix, 0o644)
        return path

    def test_the_last_three_with_their_logs_for_their_owner(self):
        kept = [aside.keep(self.put(name)) for name in 'aabcd']
        self.assertEqual(5, len(set(kept)))
        self.assertEqual(
            sorted(
                os.path.basename(path + suffix)
                for path in kept[-3:]
                for suffix in ('', '-wal')
            ),
            sorted(os.listdir(self.folder)),
        )
        for name in os.listdir(self.folder):
            mode = os.stat(os.path.join(self.folder, name)).st_mode
            self.assertEqual(0o600, stat.S_IMODE(mode))
        self.assertEqual(600, aside.size(self.folder))

    def test_nothing_there(self):
        self.assertEqual(0, aside.size(os.path.join(self.folder, 'none')))

    def test_link_is_not_followed(self):
        target = self.put('target')
        path = os.path.join(self.folder, 'a')
        os.symlink(target, path)
        self.assertRaises(OSError, aside.keep, path)
        self.assertEqual(0o644, stat.S_IMODE(os.stat(target).st_mode))
