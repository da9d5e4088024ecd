# SPDX-License-Identifier: Apache-2.0
"""The files of a session, seen to while it goes on."""

import os
import shutil

import fixtures
from oslotest import base

from nova_actions.reporter import files
from nova_actions.reporter import session
from nova_actions.reporter.spool import disk


class FilesTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger())
        self.folder = os.path.join(
            self.useFixture(fixtures.TempDir()).path, 'spool'
        )
        self.owner = session.Session.begin(self.folder)
        self.addCleanup(self.owner.let_go)
        self.spool = disk.Spool(self.owner.spool_path, 1_000_000, 'interval')
        self.addCleanup(self.spool.close)
        self.spool.append([{'kind': 'end', 'uuid': '1'}])
        self.files = files.Files(self.owner, self.spool)

    def uuids(self):
        return [each['uuid'] for _id, each in self.spool.after(0, 10)]

    def test_what_is_there_stays(self):
        before = {each.name: each.inode() for each in os.scandir(self.folder)}
        self.files.restore()
        self.assertEqual(
            before,
            {each.name: each.inode() for each in os.scandir(self.folder)},
        )
        self.assertEqual('', self.log.output)

    def test_what_was_deleted_is_recreated(self):
        for number in (1, 2):
            shutil.rmtree(self.folder)
            self.files.restore()
            self.assertTrue(self.owner.has_name())
            self.assertTrue(self.spool.has_name())
            self.assertEqual(['1'], self.uuids())
            self.assertEqual(
                number, self.log.output.count('recreated, with 1 report')
            )

    def test_where_that_is_not_possible_it_is_told_once(self):
        shutil.rmtree(self.folder)
        os.symlink('none', self.folder)
        self.files.restore()
        self.files.restore()
        self.assertEqual(1, self.log.output.count('cannot be recreated yet'))
        os.unlink(self.folder)
        self.files.restore()
        self.assertEqual(['1'], self.uuids())
        self.assertIn('It has been recreated', self.log.output)
