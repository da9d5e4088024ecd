# SPDX-License-Identifier: Apache-2.0
import datetime
import fcntl
import gzip
import json
import os
import stat

import fixtures
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db import engine
from nova_actions.db import models
from nova_actions.tests.unit.db import old
from nova_actions.upkeep import archive
from nova_actions.upkeep import restore
from nova_actions.upkeep import retention

SECRET = 'admin_pass=S3cret-of-old'


class ArchiveMixin:
    def setUp(self):
        super().setUp()
        self.path = os.path.join(
            self.useFixture(fixtures.TempDir()).path, 'old.gz'
        )

    def archive(self, before=5, **selection):
        with archive.Writer(self.path) as sink:
            return list(
                retention.purge(
                    self.admin,
                    retention.Selection(
                        old.NOW - before * old.DAY, **selection
                    ),
                    pause=old.no_pause,
                    sink=sink,
                )
            )[-1]

    def restore(self):
        return [
            restore.Done(),
            *restore.restore(
                self.admin, archive.read(self.path), self.sanitizer
            ),
        ][-1]

    def lines(self):
        with gzip.open(self.path, 'rt', encoding='utf-8') as file:
            return [json.loads(line) for line in file]

    def write(self, *lines):
        with gzip.open(self.path, 'wt', encoding='utf-8') as file:
            for line in lines:
                file.write(line if isinstance(line, str) else json.dumps(line))
                file.write('\n')

    def fill(self):
        server = self.instance(display_name='web')
        for age in (9, 8, 7):
            self.action(server, age, events=2)
        return server

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

    def test_into_an_empty_database(self):
        server = self.fill()
        before = self.content()
        self.archive()
        self.forget_instances()
        self.restore()
        self.assertEqual(before, self.content())
        found = db.instance_get(self.admin, server)
        self.assertEqual(
            ('owner', 'web'), (found['project_id'], found['display_name'])
        )

    def forget_instances(self, **values):
        @engine.writer
        def forget(session):
            if values:
                session.query(models.Instance).update(values)
            else:
                session.query(models.Instance).delete()

        forget(self.admin)

    def test_another_projects_server(self):
        self.fill()
        self.archive()
        self.forget_instances(project_id='other')
        self.assertEqual(restore.Done(foreign=3), self.restore())
        self.assertEqual([], self.content())

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

    def test_texts_pass_todays_rules(self):
        server = self.instance()
        uuid = self.action(server, 9, event_values={'details': SECRET})
        self.archive()
        self.restore()
        row = db.action_get(self.admin, server, uuid)
        (event,) = db.event_list(self.admin, row['id'])
        self.assertNotIn('S3cret', event['details'])
        self.assertEqual(1, event['redactions'])

    def test_times_from_the_future(self):
        """As of every write: else the action would be kept for ever."""
        server = self.instance()
        self.action(server, 9, events=2)
        self.archive()
        lines = self.lines()
        (row,) = (line for line in lines if 'action' in line)
        started = row['action']['start_time']
        row['action']['updated_at'] = '9999-12-31T23:59:59'
        row['events'][0]['finish_time'] = '9999-12-31T23:59:59'
        self.write(*lines)
        self.assertEqual(restore.Done(1, 2, cut=2), self.restore())
        now = timeutils.utcnow()
        ((restored, events),) = self.content()
        self.assertLessEqual(restored['updated_at'], now)
        self.assertEqual(
            datetime.datetime.fromisoformat(started), restored['start_time']
        )
        for event in events:
            self.assertLessEqual(event['finish_time'], now)

    def test_broken_lines(self):
        self.fill()
        self.archive()
        good, second, _ = self.lines()
        for change, reason in (
            ('no json', 'line 2: it is not JSON'),
            ('[' * 100_000, 'line 2: it is not JSON'),
            ('[]', 'line 2: it is not an archived action'),
            ({**second, 'version': 2}, 'this release reads 1'),
            ({**second, 'events': [1]}, 'is missing'),
            ({**second, 'instance': {}}, 'another instance'),
            *(
                ({**second, 'action': {**second['action'], **wrong}}, reason)
                for wrong, reason in (
                    ({'uuid': 'x'}, 'uuid'),
                    ({'uuid': None}, 'uuid: it is missing'),
                    ({'created_at': 5}, 'it is not a time'),
                    (
                        {'created_at': '9999-12-31T23:59:59-23:00'},
                        'it is not a time',
                    ),
                    ({'deleted': True}, 'it is not of the type int'),
                    ({'deleted': 2**63}, 'it is not of the type int'),
                    ({'request_id': '\0'}, 'does not fit'),
                    ({'request_id': '\ud800'}, 'does not fit'),
                    ({'request_id': 'x' * 256}, 'does not fit'),
                    ({'status': 5}, 'it is not of the type str'),
                    (
                        {'status': 'x'},
                        'status: it is not one of the known words',
                    ),
                )
            ),
            (
                {**second, 'events': [{**second['events'][0], 'result': 'x'}]},
                'result: it is not one of the known words',
            ),
        ):
            self.write(good, change)
            error = self.assertRaises(exception.InvalidInput, self.restore)
            self.assertIn(reason, str(error))


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
