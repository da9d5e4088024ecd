# SPDX-License-Identifier: Apache-2.0
from unittest import mock

import sqlalchemy as sa

from nova_actions import sanitize
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.db.change import numbering
from nova_actions.db.change import queue
from nova_actions.tests.unit.db import old
from nova_actions.upkeep import retention
from nova_actions.upkeep import scrub

SECRET = 'S3cret-of-old'
TEXT = f'ipmitool failed: admin_pass={SECRET} at host'
TRACE = f'''Traceback (most recent call last):
  File "driver.py", line 5, in login
    connect(password="{SECRET}")
'''


class ScrubMixin:
    def scrub(self, dry_run=False, pause=old.no_pause, sanitizer=None):
        return list(
            scrub.scrub(
                self.admin,
                sanitizer or self.sanitizer,
                pause=pause,
                dry_run=dry_run,
            )
        )[-1]

    def fill(self):
        server = self.instance(display_name=f'web password={SECRET}')
        self.action(server, 9)
        self.action(
            server,
            8,
            user_name=f'bob password={SECRET}',
            event_values={'details': TEXT, 'traceback': TRACE},
        )
        return server

    def test_nothing(self):
        self.assertEqual(
            [],
            list(scrub.scrub(self.admin, self.sanitizer, pause=old.no_pause)),
        )

    def test_secrets_go(self):
        server = self.fill()
        before = self.content()
        self.assertEqual(scrub.Done(5, 3), self.scrub(dry_run=True))
        self.assertEqual(before, self.content())
        self.assertEqual(scrub.Done(5, 3), self.scrub())
        after = self.content()
        self.assertNotIn(SECRET, repr(after))
        self.assertNotIn(
            SECRET, db.instance_get(self.admin, server)['display_name']
        )
        self.assertEqual(scrub.Done(5, 0), self.scrub())
        self.assertEqual(after, self.content())

    def test_what_is_told_of_the_work_stays(self):
        self.fill()
        before = self.content()
        self.scrub()
        for old_row, new_row in zip(before, self.content(), strict=True):
            for name in ('updated_at', 'status', 'request_id', 'action'):
                self.assertEqual(old_row[0][name], new_row[0][name])
            for was, now in zip(old_row[1], new_row[1], strict=True):
                self.assertEqual(was['updated_at'], now['updated_at'])
                self.assertEqual(
                    2 * (SECRET in was['details']), now['redactions']
                )

    def test_what_outlives_the_rows(self):
        secret = f'password={SECRET}'
        server = self.instance(display_name=secret)
        self.action(
            server,
            9,
            user_id=secret,
            event_values={'event': secret, 'host': secret},
        )
        [(action, [event])] = self.content()
        with db.engine().begin() as connection:
            queue.add(
                connection,
                [
                    {
                        **dict.fromkeys(('event_uuid', 'reason', 'outcome')),
                        'kind': 'step',
                        'action_uuid': action['uuid'],
                        'event_uuid': event['uuid'],
                        'happened_at': old.NOW,
                    }
                ],
            )
        self.assertEqual(1, numbering.number(self.admin, 'one'))
        list(
            retention.purge(
                self.admin, retention.Selection(old.NOW), pause=old.no_pause
            )
        )
        self.assertIn(SECRET, self.kept())
        self.assertEqual(self.scrub(dry_run=True), self.scrub())
        self.assertNotIn(SECRET, self.kept())
        self.assertEqual(0, self.scrub().changed)

    def kept(self):
        with db.engine().connect() as connection:
            return repr(
                [
                    connection.execute(sa.select(table)).all()
                    for table in (models.CHANGES, models.ROLLUPS)
                ]
            )

    def test_in_batches(self):
        server = self.instance()
        for age in range(5):
            self.action(server, age, event_values={'details': TEXT})
        pause = mock.Mock(spec=old.no_pause)
        with mock.patch.object(scrub, 'BATCH', 2):
            self.assertEqual(scrub.Done(11, 5), self.scrub(pause=pause))
        self.assertEqual(3, pause.call_count)

    def test_a_new_rule(self):
        server = self.instance()
        self.action(server, 9, event_values={'details': 'ticket XY-1234'})
        self.scrub()
        self.assertIn('XY-1234', repr(self.content()))
        rule = sanitize.Sanitizer(extra_patterns=[r'XY-[0-9]{4}'])
        self.assertEqual(1, self.scrub(sanitizer=rule).changed)
        self.assertNotIn('XY-1234', repr(self.content()))

    def test_without_source_lines(self):
        server = self.instance()
        self.action(server, 9, event_values={'traceback': TRACE})
        self.scrub(sanitizer=sanitize.Sanitizer(source_lines=False))
        self.assertNotIn('connect(', repr(self.content()))


class TestScrubSqlite(ScrubMixin, old.OldRowsTestCase):
    pass


class TestScrubMysql(ScrubMixin, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestScrubPostgresql(ScrubMixin, old.OldRowsTestCase):
    BACKEND = 'postgresql'
