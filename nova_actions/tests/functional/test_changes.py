# SPDX-License-Identifier: Apache-2.0
"""The feed of changes while connections are lost, writers write and who
numbers is killed: none is missed, none is told twice."""

import collections
import contextlib
import functools
import json
import random
import signal
import subprocess
import sys
import threading
import uuid
from http import client

import sqlalchemy as sa

from nova_actions import exception
from nova_actions.api import server
from nova_actions.db import api as db
from nova_actions.db.change import feed
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import FULL
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import patience

WRITERS = 8
LOST = 100 if FULL else 30
KILLS = 10 if FULL else 3

#: Numbers changes, as a conductor does, until it is killed.
NUMBERING = """
import sys
import nova_actions.cmd  # chooses threads, not eventlet
from nova_actions import conf, objects, runtime
from nova_actions.conductor import changes
objects.register_all()
settings = conf.load([], default_config_files=[])
settings.set_override('connection', sys.argv[1], group='database')
runtime.set_up_databases(settings)
numbers = changes.Changes(settings)
numbers.start()
print('ready', flush=True)
sys.stdin.read()
numbers.stop()
"""

#: All connections to the database at hand but the one that asks.
_VICTIMS = {
    'postgresql': (
        "SELECT pid FROM pg_stat_activity WHERE datname = '{name}' AND pid "
        '<> pg_backend_pid()',
        'SELECT pg_terminate_backend({id})',
    ),
    'mysql': (
        "SELECT id FROM information_schema.processlist WHERE db = '{name}' "
        'AND id <> CONNECTION_ID()',
        'KILL {id}',
    ),
}


class _Tests:
    def setUp(self):
        super().setUp()
        self.stopping = threading.Event()
        self.written = threading.Semaphore(0)
        self.numbering = [self.start_numbering() for _ in range(2)]
        self.await_numbering()

    def start_numbering(self):
        process = subprocess.Popen(
            [sys.executable, '-c', NUMBERING, self.objects.database.url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.end, process)
        return process

    def await_numbering(self):
        for process in self.numbering:
            self.assertEqual('ready\n', process.stdout.readline())

    def end(self, process):
        with contextlib.suppress(OSError):
            process.communicate(timeout=patience.PATIENCE)

    def write(self):
        """Record actions whole until told to end; each call again until it
        is answered, as a reporter does."""
        while not self.stopping.is_set():
            context = fixtures.make_context()
            server, action, handle = (str(uuid.uuid4()) for _ in range(3))
            for call in (
                functools.partial(
                    InstanceAction.action_start,
                    context,
                    server,
                    'create',
                    uuid=action,
                ),
                functools.partial(
                    InstanceActionEvent.event_start,
                    context,
                    server,
                    'build',
                    host='h',
                    uuid=handle,
                ),
                functools.partial(
                    InstanceActionEvent.event_finish,
                    context,
                    server,
                    'build',
                    host='h',
                    uuid=handle,
                ),
            ):
                self.until_answered(call)
            self.written.release()

    def until_answered(self, call):
        while True:
            try:
                return call()
            except exception.Unavailable:
                continue

    def lose_connections(self, count):
        """Break off so many connections, any of them, one after the other,
        while actions are written."""
        chance = random.Random(1)
        url = sa.make_url(self.objects.database.url)
        listing, kill = _VICTIMS[self.BACKEND]
        engine = sa.create_engine(url, isolation_level='AUTOCOMMIT')
        self.addCleanup(engine.dispose)
        with engine.connect() as connection:
            lost = 0
            while lost < count:
                ids = (
                    connection.exec_driver_sql(
                        listing.format(name=url.database)
                    )
                    .scalars()
                    .all()
                )
                if not ids:
                    continue
                with contextlib.suppress(sa.exc.DBAPIError):
                    connection.exec_driver_sql(
                        kill.format(id=chance.choice(ids))
                    )
                    lost += 1
                self.assertTrue(
                    self.written.acquire(timeout=patience.PATIENCE)
                )

    def is_numbered(self):
        with db.engine().connect() as connection:
            return not connection.execute(
                sa.text('SELECT COUNT(*) FROM change_queue')
            ).scalar_one()

    def check(self, disturb):
        self.numbered = threading.Event()
        seen = []
        writers = [threading.Thread(target=self.write) for _ in range(WRITERS)]
        # The feed is there from the first number on.
        reader = threading.Thread(target=self.read, args=(seen,))
        for each in (*writers, reader):
            each.start()
        try:
            disturb()
        finally:
            self.stopping.set()
            for each in writers:
                each.join()
            try:
                patience.wait_until('all is numbered', self.is_numbered)
            finally:
                self.numbered.set()
                reader.join()
        self.assert_each_once(seen)

    def assert_each_once(self, seen):
        with db.engine().connect() as connection:
            actions = (
                connection.execute(sa.select(ACTIONS.c.uuid)).scalars().all()
            )
            events = (
                connection.execute(sa.select(EVENTS.c.uuid)).scalars().all()
            )
        self.assertGreaterEqual(len(actions), WRITERS)
        self.assertEqual(len(actions), len(events))
        expected = collections.Counter(
            [
                (kind, uuid, None)
                for uuid in actions
                for kind in ('action_begun', 'action_ended')
            ]
        )
        told = collections.Counter(
            (row['kind'], row['action_uuid'], None)
            for row in seen
            if row['event_uuid'] is None
        )
        self.assertEqual(expected, told)
        self.assertEqual(
            collections.Counter(
                (kind, uuid)
                for uuid in events
                for kind in ('step_begun', 'step_ended')
            ),
            collections.Counter(
                (row['kind'], row['event_uuid'])
                for row in seen
                if row['event_uuid']
            ),
        )
        order = collections.defaultdict(list)
        for row in seen:
            order[row['action_uuid']].append(row['kind'])
        self.assertEqual(
            {('action_begun', 'step_begun', 'step_ended', 'action_ended')},
            set(map(tuple, order.values())),
        )


class _FeedTests(_Tests):
    def read(self, seen):
        """Read as somebody who waits does, until all is read after the
        end."""
        after = 0
        while True:
            is_last = self.numbered.is_set()
            try:
                page = feed.page(self.admin, after, 50)
            except exception.Unavailable:
                continue
            seen += page.rows
            after = page.after
            if is_last and not page.rows:
                return

    def assert_each_once(self, seen):
        super().assert_each_once(seen)
        self.assertEqual(
            list(range(1, len(seen) + 1)), [row['number'] for row in seen]
        )

    def test_while_connections_are_lost(self):
        self.check(lambda: self.lose_connections(LOST))

    def test_while_who_numbers_is_killed(self):
        def disturb():
            for number in range(KILLS):
                victim = self.numbering[number % 2]
                victim.send_signal(signal.SIGKILL)
                victim.wait()
                self.numbering[number % 2] = anew = self.start_numbering()
                self.assertEqual('ready\n', anew.stdout.readline())
                for _ in range(WRITERS):
                    self.assertTrue(
                        self.written.acquire(timeout=patience.PATIENCE)
                    )

        self.check(disturb)


class _RestTests(_Tests):
    """A reader over HTTP."""

    def setUp(self):
        super().setUp()
        for name, value in (('auth_strategy', 'noauth2'), ('bind_port', 0)):
            self.conf.set_override(name, value, group='api')
        self.lost = threading.Semaphore(0)
        self.start_api()
        self.addCleanup(self.stop_api)
        self.cursor = self.ask('')['cursor']

    def start_api(self):
        self.api = server.Service(self.conf)
        self.api.start()
        self.address = self.api.address

    def stop_api(self):
        self.api.stop()
        self.api.wait()

    def begin(self, query):
        connection = client.HTTPConnection(
            *self.address, timeout=patience.PATIENCE
        )
        connection.request(
            'GET',
            f'/v1/changes?{query}',
            headers={'X-Auth-Token': 'user:owner:reader'},
        )
        return connection

    def ask(self, query):
        with contextlib.closing(self.begin(query)) as connection:
            answer = connection.getresponse()
            content = answer.read()
        if answer.status == 503:
            raise exception.DatabaseUnavailable()
        self.assertEqual(200, answer.status, content)
        return json.loads(content)

    def read(self, seen):
        chance = random.Random(2)
        cursor = self.cursor
        while True:
            is_last = self.numbered.is_set()
            query = f'after={cursor}&limit=50' + '&wait=1' * (not is_last)
            try:
                if not is_last and chance.random() < 0.5:
                    # What is answered to this is never read.
                    self.begin(query).close()
                    self.lost.release()
                    continue
                found = self.ask(query)
            except (OSError, client.HTTPException, exception.Unavailable):
                # The API is away, or its database.
                continue
            seen += found['changes']
            cursor = found['cursor']
            if is_last and not found['changes']:
                return

    def test_while_connections_are_lost(self):
        def disturb():
            for number in range(LOST):
                self.assertTrue(self.lost.acquire(timeout=patience.PATIENCE))
                if number % 10 == 0:
                    self.stop_api()
                    self.start_api()
            for _ in range(WRITERS):
                self.assertTrue(
                    self.written.acquire(timeout=patience.PATIENCE)
                )

        self.check(disturb)


class TestPostgresql(_FeedTests, base.ObjectTestCase):
    BACKEND = 'postgresql'


class TestMysql(_FeedTests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestRestPostgresql(_RestTests, base.ObjectTestCase):
    BACKEND = 'postgresql'


class TestRestMysql(_RestTests, base.ObjectTestCase):
    BACKEND = 'mysql'
