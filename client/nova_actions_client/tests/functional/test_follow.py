# SPDX-License-Identifier: Apache-2.0
"""``openstack action log list --follow`` while eight writers write,
connections are lost, the API is restarted and who numbers is killed."""

import collections
import json
import re
import signal
import subprocess
import sys
import threading

import sqlalchemy as sa

from nova_actions.db import api as db
from nova_actions.db.models import ACTIONS
from nova_actions.tests import FULL
from nova_actions.tests import base
from nova_actions.tests import patience
from nova_actions.tests.functional import process
from nova_actions.tests.functional import test_changes
from nova_actions.tests.functional.faults import proxy

ROUNDS = 20 if FULL else 2
CURSOR = re.compile(
    r'^To continue from here: --follow --after (\S+)$', re.MULTILINE
)


class TestFollow(test_changes._RestTests, base.ObjectTestCase):
    BACKEND = 'postgresql'

    # Not asked by hand here.
    test_while_connections_are_lost = None

    def start_api(self):
        super().start_api()
        # The same port again after a restart.
        self.conf.set_override('bind_port', self.address[1], group='api')

    def setUp(self):
        super().setUp()
        self.network = self.useFixture(proxy.Proxy(self.address[1]))

    def follow(self, *options):
        followed = subprocess.Popen(
            [
                sys.executable,
                '-m',
                'openstackclient.shell',
                'action',
                'log',
                'list',
                '--follow',
                '-f',
                'json',
                *options,
            ],
            env=process.clean_environ(
                OS_AUTH_TYPE='admin_token',
                OS_TOKEN='user:owner:reader',
                OS_ENDPOINT=f'http://127.0.0.1:{self.network.port}/v2.1',
            ),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.addCleanup(self.end, followed)
        return followed

    def end(self, child):
        child.kill()
        super().end(child)

    def read_all(self, followed, seen):
        """Read until all that was numbered has been told; return what it
        said beside that."""
        reader = threading.Thread(
            target=lambda: seen.extend(map(json.loads, followed.stdout))
        )
        reader.start()
        self.numbered.wait()
        patience.wait_until('all is told', lambda: self.is_all(seen))
        followed.send_signal(signal.SIGINT)
        reader.join()
        return self.ended(signal.SIGINT, followed)

    def is_all(self, seen):
        ended = {
            each['ID']
            for each in seen
            if each['Step'] is None and each['Status'] == 'succeeded'
        }
        return len(ended) == self.count()

    def count(self):
        with db.engine().connect() as connection:
            return connection.execute(
                sa.select(sa.func.count()).select_from(ACTIONS)
            ).scalar_one()

    def ended(self, number, followed):
        """Return what it said that a signal has ended."""
        said = followed.stderr.read()
        self.assertEqual(128 + number, followed.wait(patience.PATIENCE), said)
        self.assertNotIn('Traceback', said)
        return said

    def read(self, seen):
        self.read_all(self.follow(*self.options), seen)

    def assert_each_once(self, seen):
        told = collections.defaultdict(list)
        for each in seen:
            told[each['ID']].append((each['Step'], each['Status']))
        whole = [
            (None, 'running'),
            ('build', 'running'),
            ('build', 'succeeded'),
            (None, 'succeeded'),
        ]
        self.assertEqual(self.count(), len(told))
        for steps in told.values():
            # What was there first is told as it stood.
            self.assertIn(steps, self.forms(whole))

    def forms(self, whole):
        if '--after' in self.options:
            return [whole]
        return [
            whole,
            whole[-1:],
            whole[:1] + whole[2:],
            whole[:1] + whole[-1:],
        ]

    def disturb(self):
        for number in range(ROUNDS):
            self.network.cut()
            self.wait_for_writers()
            self.network.mend()
            victim = self.numbering[number % 2]
            victim.kill()
            victim.wait()
            self.numbering[number % 2] = anew = self.start_numbering()
            self.assertEqual('ready\n', anew.stdout.readline())
            self.stop_api()
            self.wait_for_writers()
            self.start_api()

    def wait_for_writers(self):
        for _ in range(test_changes.WRITERS):
            self.assertTrue(self.written.acquire(timeout=patience.PATIENCE))

    def test_no_gap_and_no_repeat(self):
        self.options = ('--after', self.cursor)
        self.check(self.disturb)

    def test_from_what_is_there(self):
        self.options = ('--limit', '0')
        self.check(self.wait_for_writers)

    def test_going_on_where_it_ended(self):
        has_ended = threading.Event()

        def read(seen):
            followed = self.follow('--after', self.cursor)
            try:
                seen.append(json.loads(followed.stdout.readline()))
                followed.send_signal(signal.SIGTERM)
                # What it is at is printed to its end.
                seen.extend(map(json.loads, followed.stdout))
                said = self.ended(signal.SIGTERM, followed)
            finally:
                has_ended.set()
            self.read_all(self.follow('--after', CURSOR.search(said)[1]), seen)

        def disturb():
            has_ended.wait()
            self.wait_for_writers()

        self.options = ('--after', self.cursor)
        self.read = read
        self.check(disturb)
        self.assert_expired(self.cursor)

    def assert_expired(self, cursor):
        with db.engine().begin() as connection:
            connection.execute(sa.text('UPDATE change_feed SET purged = 1'))
        followed = self.follow('--after', cursor)
        _, said = followed.communicate(timeout=patience.PATIENCE)
        self.assertEqual(1, followed.returncode)
        self.assertIn('--changes-since', said)
