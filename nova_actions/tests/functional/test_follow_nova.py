# SPDX-License-Identifier: Apache-2.0
"""A cell is followed while Nova's own code fills it, by a user who may read
the columns that the documentation names; nothing is lost or doubled, however
often who follows is killed."""

import collections
import json
import pathlib
import random
import re
import subprocess
import sys
import uuid

import fixtures as base_fixtures
import sqlalchemy as sa

from nova_actions.cells import query
from nova_actions.cells.follow import source as source_module
from nova_actions.cells.follow import source_row
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import FULL
from nova_actions.tests import base
from nova_actions.tests import database
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow
from nova_actions.tests import patience
from nova_actions.tests.functional import peer

HERE = pathlib.Path(__file__).parent
PAGE = HERE.parents[2] / 'doc/source/adopt.rst'
KILLS = 20 if FULL else 5


def grants(caption, user, name):
    """Return the page's statements for a user and a database."""
    text = PAGE.read_text('utf-8').partition(f':caption: {caption}')[2]
    block = re.match(r'\n\n((?:(?: {6}.*)?\n)+)', text)[1]
    block = block.replace('nova_reader', user).replace('nova_cell1', name)
    return [each.strip() for each in block.split(';') if each.strip()]


class _Tests:
    def setUp(self):
        super().setUp()
        self.nova = peer.nova()
        self.url = sa.make_url(database.create(self, self.CELL))
        self.user = f'na_{uuid.uuid4().hex[:8]}'
        self.live = self.start(
            [
                self.nova,
                HERE / 'nova_world' / 'live.py',
                self.url.render_as_string(False),
                '7',
            ]
        )
        self.assertEqual('ready', self.live.stdout.readline().strip())
        self.grant()
        url = self.url.set(username=self.user, password='SECRET')
        self.cell = self.useFixture(
            fixtures_cells.Cell(
                self.conf, name='nova', url=url.render_as_string(False)
            )
        )
        self.following = self.useFixture(fixtures_follow.Following(self.cell))

    def start(self, words):
        process = subprocess.Popen(
            list(map(str, words)),
            stdin=subprocess.PIPE,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self.useFixture(base_fixtures.TempDir()).path,
        )
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def ask(self, word):
        """Tell Nova to do something; return how events have ended."""
        self.live.stdin.write(f'{word}\n')
        self.live.stdin.flush()
        return {
            int(key): ends
            for key, ends in json.loads(self.live.stdout.readline()).items()
        }

    def grant(self):
        admin = sa.create_engine(
            self.url, isolation_level='AUTOCOMMIT', poolclass=sa.NullPool
        )
        self.addCleanup(self.drop, admin)
        with admin.connect() as connection:
            for text in grants(self.CAPTION, self.user, self.url.database):
                connection.exec_driver_sql(text.replace('%', '%%'))

    def copied(self):
        """Return the ends of our events by their row in Nova, in order."""
        with db.engine().connect() as connection:
            rows = connection.execute(
                sa.select(models.FOLLOWED_ROWS).where(
                    models.FOLLOWED_ROWS.c.source == source_row.EVENTS
                )
            ).all()
            events = {
                row.uuid: row
                for row in connection.execute(sa.select(models.EVENTS))
            }
        found = collections.defaultdict(list)
        for row in rows:
            for attempt in range(1, row.attempts + 1):
                event = events.pop(
                    source_row.event_uuid('nova', row.source_id, attempt)
                )
                found[row.source_id].append(
                    event.finish_time
                    and [event.finish_time.isoformat(), event.result]
                )
        self.assertEqual({}, events)
        return found

    def check(self, ends):
        """See that what we have is what Nova had, in its order."""
        copied = self.copied()
        self.assertEqual(ends.keys(), copied.keys())
        for row_id, told in copied.items():
            self.assertEqual(ends[row_id][-1], told[-1])
            rest = iter(ends[row_id])
            self.assertTrue(
                all(each in rest for each in told), (ends[row_id], told)
            )
        actions = self.following.source.ask(
            source_module.following, source_row.ACTIONS, 0, 100_000
        )[0]
        kept = [action for action, _events in fixtures_follow.content()]
        uuids = [action['uuid'] for action in kept]
        self.assertLessEqual(
            {source_row.action_uuid('nova', row['id']) for row in actions},
            set(uuids),
        )
        self.assertEqual(len(uuids), len(set(uuids)))

    def test_what_the_user_may(self):
        self.ask(20)
        engine = self.cell.cell.engine
        for text in (
            'SELECT * FROM instances',
            'SELECT 1 FROM services',
            "UPDATE instance_actions SET message = 'x'",
            'DELETE FROM instance_actions',
        ):
            with engine.connect() as connection:
                error = self.assertRaises(
                    sa.exc.DBAPIError, connection.exec_driver_sql, text
                )
                self.assertRegex(str(error), 'denied|(?i:read.only)')
        self.assertNotEqual([], self.cell.cell.ask(query.instance_page, 0, 10))

    def test_each_end_that_was_seen(self):
        """With a round after each step every end is an attempt."""
        for _step in range(60):
            ends = self.ask(1)
            self.following.round()
        self.check(ends)
        self.assertEqual(
            {
                row_id: [end for end in each if end] or [None]
                for row_id, each in ends.items()
            },
            self.copied(),
        )
        self.ask('archive')
        self.ask('purge')
        self.following.round()
        self.check(ends)

    def test_what_is_copied_agrees(self):
        """As the command finds it."""
        self.ask(40)
        self.following.round()
        path = self.useFixture(base_fixtures.TempDir()).join('conf')
        pathlib.Path(path).write_text(
            f'[database]\nconnection = {self.objects.database.url}\n'
            f'[cell:nova]\nconnection = {self.cell.url}\nfollow = true\n',
            encoding='utf-8',
        )
        words = [
            sys.executable,
            '-m',
            'nova_actions.cmd.manage',
            '--config-file',
            path,
            'adopt',
            'check',
        ]
        found = json.loads(
            subprocess.run(
                [*words, '--format', 'json'], check=True, capture_output=True
            ).stdout
        )
        (cell,) = found['cells']
        self.assertEqual([], cell['missing'])
        for key in ('last_hour_actions', 'last_hour_events'):
            self.assertEqual({'copied'}, cell[key].keys(), key)
        told = subprocess.run(
            words, check=True, capture_output=True, text=True
        ).stdout
        self.assertIn('Cell nova: following', told)
        self.assertLessEqual(max(map(len, told.splitlines())), 80)

    def test_archived_before_anybody_looked(self):
        self.ask(60)
        ends = self.ask('archive')
        self.following.round()
        self.check(ends)
        with db.engine().connect() as connection:
            self.assertEqual(
                {'owner'},
                set(
                    connection.execute(
                        sa.select(models.INSTANCES.c.project_id)
                    ).scalars()
                ),
            )

    def test_killed_again_and_again(self):
        chance = random.Random(7)
        ends = self.ask(40)
        for number in range(KILLS):
            worker = self.start(
                [
                    sys.executable,
                    '-m',
                    'nova_actions.tests.functional.follow_worker',
                    self.objects.database.url,
                    self.cell.url,
                ]
            )
            heard = 0
            while heard < chance.randint(1, 12):
                line = worker.stdout.readline().strip()
                self.assertIn(line, ('batch', 'round', 'waiting'))
                heard += line != 'waiting'
            ends = self.ask('archive' if number % 4 == 3 else 10)
            worker.kill()
            worker.wait()
        patience.wait_until('the lease', self.following.round)
        self.check(ends)


class TestMysql(_Tests, base.ObjectTestCase):
    CELL = 'mysql'
    BACKEND = 'mysql'
    CAPTION = 'MySQL and MariaDB'

    def drop(self, admin):
        with admin.connect() as connection:
            connection.exec_driver_sql(
                f"DROP USER IF EXISTS '{self.user}'@'%%'"
            )


class TestPostgresql(_Tests, base.ObjectTestCase):
    CELL = 'postgresql'
    BACKEND = 'postgresql'
    CAPTION = 'PostgreSQL'

    def drop(self, admin):
        with admin.connect() as connection:
            connection.exec_driver_sql(
                f'DROP OWNED BY {self.user}; DROP ROLE {self.user}'
            )
