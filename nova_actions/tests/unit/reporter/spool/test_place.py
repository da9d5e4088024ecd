# SPDX-License-Identifier: Apache-2.0
"""A spool's folder is its user's, and nobody else's."""

import os

import fixtures
from oslotest import base

from nova_actions.reporter.spool import place


class PlaceTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.state_path = self.useFixture(fixtures.TempDir()).path
        self.folder = place.own(self.state_path)

    def test_what_is_made_may_be_used(self):
        place.make(self.folder)
        self.assertIsNone(place.problem(self.folder))
        place.make(self.folder)
        self.assertEqual(0o700, os.stat(self.folder).st_mode & 0o777)

    def test_folders_above_are_made(self):
        folder = os.path.join(self.state_path, 'a', 'b', 'c')
        place.make(folder)
        self.assertIsNone(place.problem(folder))

    def test_users_and_releases_have_their_own(self):
        self.assertIn(str(os.geteuid()), os.path.basename(self.folder))
        self.assertNotEqual(self.folder, place.former(self.state_path))

    def refused(self, reason):
        error = self.assertRaises(PermissionError, place.make, self.folder)
        self.assertIn(reason, str(error))
        self.assertIn(self.folder, str(error))

    def test_others_have_rights(self):
        os.mkdir(self.folder)
        for mode in (0o701, 0o710, 0o704, 0o770, 0o777):
            os.chmod(self.folder, mode)
            self.refused(f'{mode & 0o077:03o}')

    def test_a_symbolic_link(self):
        target = os.path.join(self.state_path, 'elsewhere')
        os.mkdir(target, 0o700)
        os.symlink(target, self.folder)
        self.refused('symbolic link')

    def test_a_file(self):
        with open(self.folder, 'w', encoding='utf-8'):
            self.refused('no folder')

    def test_what_is_not_there_cannot_be_looked_at(self):
        self.assertRaises(FileNotFoundError, place.problem, self.folder)
