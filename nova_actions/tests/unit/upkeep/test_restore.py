# SPDX-License-Identifier: Apache-2.0
"""Archived actions are restored, as far as they may be."""

import datetime

from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db import engine
from nova_actions.db import models
from nova_actions.tests.unit.db import old
from nova_actions.tests.unit.upkeep import archived
from nova_actions.upkeep import restore

SECRET = 'admin_pass=S3cret-of-old'


class RestoreMixin(archived.ArchiveMixin):
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


class TestRestoreSqlite(RestoreMixin, old.OldRowsTestCase):
    pass


class TestRestoreMysql(RestoreMixin, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestRestorePostgresql(RestoreMixin, old.OldRowsTestCase):
    BACKEND = 'postgresql'
