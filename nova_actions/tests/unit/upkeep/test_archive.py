# SPDX-License-Identifier: Apache-2.0
import fcntl
import gzip
import os
import stat

from nova_actions import exception
from nova_actions.tests.unit.db import old
from nova_actions.tests.unit.upkeep import archived
from nova_actions.upkeep import archive
from nova_actions.upkeep import restore
from nova_actions.upkeep import retention


class ArchiveMixin(archived.ArchiveMixin):
    def test_there_and_back(self):
        server = self.fill()
        self.action(server, 1)
        before = self.content()
        self.assertEqual(retention.Done(3, 6), self.archive())
        self.assertEqual(1, len(self.left(server)))
        self.assertEqual(restore.Done(3, 6), self.restore())
        self.assertEqual(before, self.content())
        self.assertEqual(restore.Done(known=3), self.restore())
        self.assertEqual(before, self.content())

    def test_the_same_file_goes_on(self):
        self.fill()
        before = self.content()
        self.assertTrue(self.archive(max_rows=3).more)
        self.assertFalse(self.archive().more)
        self.assertEqual(3, len(self.lines()))
        self.restore()
        self.assertEqual(before, self.content())

    def test_a_crash_between_file_and_database(self):
        self.fill()
        before = self.content()
        with archive.Writer(self.path) as sink:

            def crash(actions):
                sink(actions)
                raise KeyboardInterrupt

            self.assertRaises(
                KeyboardInterrupt,
                list,
                retention.purge(
                    self.admin,
                    retention.Selection(old.NOW),
                    pause=old.no_pause,
                    sink=crash,
                ),
            )
        self.assertEqual(before, self.content())
        self.archive()
        self.assertEqual(6, len(self.lines()))
        self.assertEqual(restore.Done(3, 6, known=3), self.restore())
        self.assertEqual(before, self.content())

    def test_a_half_written_batch(self):
        server = self.fill()
        before = self.content()
        self.archive(max_rows=3)
        size = os.path.getsize(self.path)
        whole = self.left(server)
        self.archive()
        os.truncate(self.path, size + 40)
        error = self.assertRaises(exception.InvalidInput, self.restore)
        self.assertIn('within a batch', str(error))
        self.assertEqual(1, len(self.left(server)))
        self.assertFalse(self.left(server) & whole)
        # As if the rows had not been deleted, since the batch was not whole.
        for row, events in before:
            if row['uuid'] in whole:
                self.action(server, 8, events=len(events))
        self.archive()
        self.assertEqual(4, len(self.lines()))


class TestArchiveSqlite(ArchiveMixin, old.OldRowsTestCase):
    def test_the_file_is_private(self):
        with open(self.path, 'wb'):
            os.chmod(self.path, 0o644)
        self.fill()
        self.archive()
        self.assertEqual(0o600, stat.S_IMODE(os.stat(self.path).st_mode))

    def test_files_that_are_none(self):
        for content in (b'text', gzip.compress(b'{"format": "x"}\n')):
            with open(self.path, 'wb') as file:
                file.write(content)
            for use in (self.archive, self.restore):
                self.assertRaises(exception.InvalidInput, use)
            with open(self.path, 'rb') as file:
                self.assertEqual(content, file.read())

    def test_no_regular_file(self):
        os.mkfifo(self.path)
        self.assertRaises(exception.InvalidInput, archive.Writer, self.path)

    def test_only_one_writes(self):
        with open(self.path, 'wb') as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            error = self.assertRaises(
                exception.InvalidInput, archive.Writer, self.path
            )
        self.assertIn('another process', str(error))

    def test_nothing_to_archive(self):
        self.archive()
        self.assertEqual(restore.Done(), self.restore())


class TestArchiveMysql(ArchiveMixin, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestArchivePostgresql(ArchiveMixin, old.OldRowsTestCase):
    BACKEND = 'postgresql'
