# SPDX-License-Identifier: Apache-2.0
"""``nova-actions-manage export``, and who is killed while he reads.

``NOVA_ACTIONS_FULL=1`` kills more often.
"""

import datetime
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
from typing import Any

import fixtures as base_fixtures
import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions.db import api as db
from nova_actions.db.change import expiry
from nova_actions.db.change import feed
from nova_actions.db.change import numbering
from nova_actions.db.models import CHANGES
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.tests import FULL
from nova_actions.tests import base
from nova_actions.tests import patience
from nova_actions.tests.functional import process

KILLS = 20 if FULL else 4
Change = dict[str, Any]


class ExportTest(base.ObjectTestCase):
    BACKEND = 'postgresql'

    def setUp(self) -> None:
        super().setUp()
        self.folder = pathlib.Path(
            self.useFixture(base_fixtures.TempDir()).path
        )
        self.state = self.folder / 'state'
        self.out = self.folder / 'out'
        self.path = self.folder / 'nova-actions.conf'
        self.path.write_text(
            f'[database]\nconnection = {self.objects.database.url}\n',
            encoding='utf-8',
        )

    def act(self, number: int = 1) -> None:
        """Have actions begin, each with a number."""
        for _each in range(number):
            self.context = self.new_context()
            InstanceAction.action_start(
                self.context, self.instance_uuid, 'create'
            )
        while numbering.number(self.admin, 'test'):
            pass

    def command(self, *words: str) -> list[str]:
        return [
            sys.executable,
            '-m',
            'nova_actions.cmd.manage',
            '--config-file',
            str(self.path),
            'export',
            *words,
        ]

    def start(self, *words: str, **options: Any) -> 'subprocess.Popen[bytes]':
        started = subprocess.Popen(
            self.command(*words),
            stderr=subprocess.PIPE,
            env=process.clean_environ(),
            **options,
        )
        self.addCleanup(started.communicate)
        self.addCleanup(started.kill)
        return started

    def run_it(self, *words: str) -> 'subprocess.CompletedProcess[str]':
        return subprocess.run(
            self.command(*words),
            check=False,
            text=True,
            capture_output=True,
            env=process.clean_environ(),
        )

    def export(self, *words: str) -> list[Change]:
        done = self.run_it(*words)
        self.assertEqual((0, ''), (done.returncode, done.stderr))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def all_requests(self) -> list[str]:
        return [
            row['request_id'] for row in feed.page(self.admin, 0, 100_000).rows
        ]

    def test_all_that_is_kept_and_what_came_since(self) -> None:
        self.assertEqual([], self.export())
        self.act(3)
        found = self.export()
        self.assertEqual(
            self.all_requests(), [each['request_id'] for each in found]
        )
        self.assertEqual(
            found[1:],
            [
                {**each, 'cursor': other['cursor']}
                for each, other in zip(
                    self.export('--after', found[0]['cursor']),
                    found[1:],
                    strict=True,
                )
            ],
        )
        self.assertEqual(3, len(self.export('--state', str(self.state))))
        self.assertEqual([], self.export('--state', str(self.state)))
        self.act(2)
        self.assertEqual(2, len(self.export('--state', str(self.state))))
        self.assertEqual(0o600, self.state.stat().st_mode & 0o777)

    def test_each_format(self) -> None:
        self.act()
        for name in ('cadf', 'cloudevents', 'otlp-json'):
            (found,) = self.export('--format', name)
            self.assertIn(self.context.request_id, json.dumps(found))

    def test_a_cursor_that_is_older_than_what_is_kept(self) -> None:
        self.act(2)
        cursor = self.export('--state', str(self.state))[0]['cursor']
        self.act(2)
        with db.begun() as connection:
            connection.execute(
                sa.update(CHANGES)
                .where(CHANGES.c.number <= 3)
                .values(
                    created_at=timeutils.utcnow() - datetime.timedelta(days=8)
                )
            )
        expiry.expire(self.admin, datetime.timedelta(days=7))
        before = self.state.read_text(encoding='utf-8')
        for words in (('--after', cursor), ('--state', str(self.state))):
            done = self.run_it(*words)
            self.assertEqual((3, ''), (done.returncode, done.stdout))
            self.assertIn('Nothing was skipped', done.stderr)
        self.assertEqual(before, self.state.read_text(encoding='utf-8'))
        self.assertEqual(1, len(self.export()))

    def test_what_cannot_be_used(self) -> None:
        for words, why in (
            (('--after', 'abc'), 'it is not the cursor of an answer'),
            (('--format', 'xml'), "invalid choice: 'xml'"),
            (('--state', str(self.folder / 'none' / 'state')), 'No such file'),
        ):
            done = self.run_it(*words)
            self.assertEqual((2, ''), (done.returncode, done.stdout))
            self.assertIn(why, done.stderr)

    def test_killed_at_random_it_loses_nothing(self) -> None:
        """Into a file, while things go on happening."""
        chance = random.Random(1)
        over = threading.Event()
        writer = threading.Thread(target=self._go_on, args=(over,))
        writer.start()
        self.addCleanup(writer.join)
        self.addCleanup(over.set)
        words = ('--follow', '--state', str(self.state))
        with self.out.open('ab') as out:
            for _each in range(KILLS):
                before = self.out.stat().st_size
                killed = self.start(*words, stdout=out)
                patience.wait_until(
                    'something new',
                    lambda size=before: self.out.stat().st_size > size,
                )
                over.wait(chance.uniform(0, 0.3))
                killed.kill()
                killed.wait()
            over.set()
            writer.join()
            # As a kill in the middle of a line leaves it.
            out.write(b'{"request_id": "req-')
            out.flush()
            last = self.start(*words[1:], stdout=out)
            self.assertEqual(0, last.wait(patience.PATIENCE))
        lines = self.out.read_text(encoding='utf-8').splitlines()
        lines.remove('{"request_id": "req-')
        told = [json.loads(line)['request_id'] for line in lines]
        self.assertEqual(self.all_requests(), list(dict.fromkeys(told)))

    def _go_on(self, over: threading.Event) -> None:
        while not over.is_set():
            self.act(3)

    def test_a_reader_of_a_pipe_that_is_killed(self) -> None:
        """What he has not taken is told again."""
        self.act(2000)
        started = self.start(
            '--follow', '--state', str(self.state), stdout=subprocess.PIPE
        )
        first = os.read(started.stdout.fileno(), 1000)
        self.assertTrue(first.startswith(b'{"id"'))
        started.stdout.close()
        started.wait(patience.PATIENCE)
        self.assertEqual(2000, len(self.export('--state', str(self.state))))
