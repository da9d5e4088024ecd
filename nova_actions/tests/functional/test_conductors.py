# SPDX-License-Identifier: Apache-2.0
"""Conductors as processes: several of them, signals, and kill -9.

``NOVA_ACTIONS_FULL=1`` makes the loops longer.
"""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from typing import Any

import fixtures as base_fixtures
import sqlalchemy as sa

from nova_actions import exception
from nova_actions.conductor import rpcapi
from nova_actions.db import api as db
from nova_actions.objects import base as objects_base
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import FULL
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import patience
from nova_actions.tests.functional import process

THREADS = 8
ACTIONS = 60 if FULL else 5  # of each thread
KILLS = 20 if FULL else 3

EXAMPLE = (
    pathlib.Path(__file__).parents[3]
    / 'doc'
    / 'examples'
    / 'compute_service.py'
)
PASSWORD = 'hunter2-in-the-configuration'
CONFIG = """
[DEFAULT]
transport_url = {transport_url}
host = {host}
debug = {debug}
state_path = {folder}
[database]
connection = {connection}
[conductor]
topic = {topic}
workers = {workers}
[keystone_authtoken]
password = {password}
[oslo_messaging_rabbit]
{rabbit}
"""


class Process(base_fixtures.Fixture):
    """A conductor, killed at the end if it still runs."""

    def __init__(
        self,
        conf: Any,
        host: str,
        workers: int = 1,
        rabbit: str = '',
        more: str = '',
    ) -> None:
        self._conf, self._rabbit, self._more = conf, rabbit, more
        self.host, self.workers = host, workers
        self.process: subprocess.Popen[str] | None = None

    def _setUp(self) -> None:
        folder = self.useFixture(base_fixtures.TempDir()).path
        self.path = os.path.join(folder, 'nova-actions.conf')
        self.log = os.path.join(folder, 'log')
        self.write()
        self.addCleanup(self.kill)
        self.start()

    def write(self, debug: bool = False) -> None:
        with open(self.path, 'w', encoding='utf-8') as file:
            file.write(
                CONFIG.format(
                    transport_url=self._conf.transport_url,
                    host=self.host,
                    connection=self._conf.database.connection,
                    topic=self._conf.conductor.topic,
                    workers=self.workers,
                    folder=os.path.dirname(self.path),
                    password=PASSWORD,
                    debug=debug,
                    rabbit=self._rabbit,
                )
                + self._more
            )

    def start(self) -> None:
        """Start it and wait until it answers."""
        with open(self.log, 'a', encoding='utf-8') as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    '-m',
                    'nova_actions.cmd.conductor',
                    '--config-file',
                    self.path,
                ],
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        process.await_conductor(
            self._conf.transport_url,
            self._conf.conductor.topic,
            self.host,
            self.process,
        )

    def text(self) -> str:
        with open(self.log, encoding='utf-8') as log:
            return log.read()

    def signal(self, number: int) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        """Kill it at once, its workers included."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> int:
        """Stop it as an operator does; return its exit code."""
        assert self.process is not None
        self.signal(signal.SIGTERM)
        return self.process.wait(patience.PATIENCE)


class ProcessTestCase(base.ObjectTestCase):
    BACKEND = 'postgresql'
    TIMEOUT = patience.PATIENCE

    def setUp(self) -> None:
        super().setUp()
        self.conf.set_override(
            'transport_url', self.useFixture(fixtures.Rabbit()).url
        )
        self.connect()

    def connect(self) -> None:
        client = rpcapi.ConductorAPI(self.conf, timeout=self.TIMEOUT)
        self.addCleanup(client.close)
        objects_base.set_remote(client)
        self.addCleanup(objects_base.set_remote, None)

    def conductor(self, host: str, **kwargs: Any) -> Process:
        return self.useFixture(Process(self.conf, host, **kwargs))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with db.engine().connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]


class Clients:
    """Threads that record, each call again until it is answered."""

    def __init__(self) -> None:
        self.actions: list[str] = []
        self.events: list[str] = []
        self.failures = 0
        self.errors: list[Exception] = []
        self._changed = threading.Condition()
        self._threads = [
            threading.Thread(target=self._work) for _number in range(THREADS)
        ]

    def __enter__(self) -> 'Clients':
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for thread in self._threads:
            thread.join()

    def wait_for(self, count: int) -> None:
        """Wait until so many actions are recorded, or nobody records."""
        with self._changed:
            while len(self.actions) < count and any(
                thread.is_alive() for thread in self._threads
            ):
                self._changed.wait(patience.PAUSE)

    def _work(self) -> None:
        try:
            for _number in range(ACTIONS):
                self._record()
        except Exception as error:  # noqa: BLE001 (the test looks at it)
            self.errors.append(error)

    def _record(self) -> None:
        context = fixtures.make_context()
        instance, action, event = (str(uuid.uuid4()) for _ in range(3))
        self._call(
            InstanceAction.action_start,
            context,
            instance,
            'create',
            want_result=False,
            uuid=action,
        )
        self._call(
            InstanceActionEvent.event_start,
            context,
            instance,
            'compute_create',
            want_result=False,
            host='h',
            uuid=event,
        )
        self._call(
            InstanceActionEvent.event_finish,
            context,
            instance,
            'compute_create',
            want_result=False,
            host='h',
            uuid=event,
        )
        with self._changed:
            self.actions.append(action)
            self.events.append(event)
            self._changed.notify_all()

    def _call(self, function: Any, *args: Any, **kwargs: Any) -> None:
        def answers() -> bool:
            try:
                function(*args, **kwargs)
            except exception.Unavailable:
                with self._changed:
                    self.failures += 1
                return False
            return True

        patience.wait_until('an answer', answers)


class ExampleTestCase(ProcessTestCase):
    def test_it_works_on_while_the_conductor_is_killed(self):
        conductor = self.conductor('conductor1', workers=2)
        example = self.useFixture(
            process.Process(
                [sys.executable, EXAMPLE, '--config-file', conductor.path]
            )
        )
        example.await_line('reboot 2: done')
        conductor.kill()
        example.await_line('reboot 5: the hypervisor does not answer')
        conductor.start()
        self.assertEqual(
            0, example.process.wait(patience.PATIENCE), example.log
        )
        # It ends after a while, whether the conductor is back or not; what
        # it leaves behind is for the next reporter of its host.
        self.conf.set_override('state_path', os.path.dirname(conductor.path))
        self.conf.set_override('host', conductor.host)
        self.useFixture(fixtures.Reporter(self.conf))
        patience.wait_until(
            'all that it reports',
            lambda: (
                self.rows(
                    'SELECT count(*) FROM instance_actions WHERE status IN '
                    "('succeeded', 'failed')"
                )
                == [(11,)]
            ),
        )
        self.assertEqual(
            [('reboot', 'failed', 'Error')],
            self.rows(
                'SELECT action, status, message FROM instance_actions WHERE '
                "status <> 'succeeded'"
            ),
        )
        self.assertEqual(
            [('Error', 2), ('Success', 20)],
            self.rows(
                'SELECT result, count(*) FROM instance_actions_events '
                'GROUP BY result ORDER BY result'
            ),
        )
        self.assertEqual(
            1,
            len(
                {
                    action.instance_uuid
                    for action in InstanceActionList.get_by_project(self.admin)
                }
            ),
        )


class SeveralTestCase(ProcessTestCase):
    def check_rows(self, clients: Clients) -> None:
        """Each call that was answered is in the database, once and whole,
        and nothing else is."""
        self.assertEqual([], clients.errors)
        self.assertEqual(THREADS * ACTIONS, len(clients.actions))
        actions = self.rows(
            'SELECT uuid, status, finish_time, instance_uuid '
            'FROM instance_actions'
        )
        self.assertEqual(
            sorted(clients.actions), sorted(row[0] for row in actions)
        )
        self.assertEqual({'succeeded'}, {row[1] for row in actions})
        self.assertNotIn(None, {row[2] for row in actions})
        events = self.rows('SELECT uuid, result FROM instance_actions_events')
        self.assertEqual(
            sorted((event, 'Success') for event in clients.events),
            sorted(events),
        )
        self.assertEqual(
            sorted(row[3] for row in actions),
            sorted(row[0] for row in self.rows('SELECT uuid FROM instances')),
        )


class TestKilled(SeveralTestCase):
    #: What a killed conductor had begun is lost, which its caller learns
    #: after so long.
    TIMEOUT = 4

    def test_in_a_loop(self) -> None:
        first, second = self.conductor('one'), self.conductor('two')
        with Clients() as clients:
            for number in range(1, KILLS + 1):
                clients.wait_for(number * THREADS * ACTIONS // (KILLS + 1))
                victim = second if number % 2 else first
                victim.kill()
                victim.start()
        self.check_rows(clients)


class TestStopped(SeveralTestCase):
    def test_while_at_work(self) -> None:
        """What is being worked on is finished, what is not goes to the
        other: no call fails."""
        first, _second = (
            self.conductor('one', workers=2),
            self.conductor('two'),
        )
        with Clients() as clients:
            clients.wait_for(THREADS)
            code = first.stop()
        self.check_rows(clients)
        self.assertEqual(0, clients.failures)
        self.assertEqual(0, code, first.text())


class TestSignals(ProcessTestCase):
    def call_until(self, what: str, condition: Callable[[], bool]) -> None:
        """Go on calling, each call answered, until something is so."""

        def called() -> bool:
            InstanceAction.action_start(
                self.new_context(), str(uuid.uuid4()), 'create'
            )
            return condition()

        patience.wait_until(what, called)

    def test_report_and_reload(self) -> None:
        """SIGUSR2 writes a report without secrets, SIGHUP takes over the
        configuration; the conductor goes on."""
        conductor = self.conductor('one')
        quiet = conductor.text()
        conductor.signal(signal.SIGUSR2)
        conductor.write(debug=True)
        conductor.signal(signal.SIGHUP)
        self.call_until(
            'the new configuration', lambda: 'DEBUG' in conductor.text()
        )
        self.assertEqual(0, conductor.stop())
        text = conductor.text()
        self.assertNotIn('DEBUG', quiet)
        self.assertIn('DEBUG', text)
        self.assertIn('Guru Meditation', text)
        self.assertNotIn(PASSWORD, text)
        self.assertNotIn('Traceback (most recent', text)

    def test_broken_policy_file(self) -> None:
        """The rules stay in force, in the worker that has them and in the
        one that SIGHUP puts in its place."""
        conductor = self.conductor('one')

        def refusals() -> int:
            return conductor.text().count('rules stay as they were')

        path = os.path.join(os.path.dirname(conductor.path), 'policy.yaml')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('- this is no rule')
        self.call_until('a refusal', lambda: refusals() == 1)
        conductor.signal(signal.SIGHUP)
        self.call_until('another refusal', lambda: refusals() == 2)
        self.assertEqual(0, conductor.stop())
        text = conductor.text()
        self.assertEqual(2, refusals(), text)
        self.assertNotIn('Traceback (most recent', text)


class TestNoBus(base.ObjectTestCase):
    def test_stop(self) -> None:
        """A conductor that waits for its bus has nothing to finish."""
        path = os.path.join(
            self.useFixture(base_fixtures.TempDir()).path, 'nova-actions.conf'
        )
        with open(path, 'w', encoding='utf-8') as file:
            file.write(
                CONFIG.format(
                    transport_url=f'rabbit://127.0.0.1:{process.free_port()}/',
                    host='one',
                    folder=os.path.dirname(path),
                    connection=self.conf.database.connection,
                    # A stop would be waited for without end.
                    debug='false\ngraceful_shutdown_timeout = 0',
                    topic='conductor',
                    workers=1,
                    password=PASSWORD,
                    rabbit='',
                )
            )
        conductor = self.useFixture(
            process.Process(
                [
                    sys.executable,
                    '-m',
                    'nova_actions.cmd.conductor',
                    '--config-file',
                    path,
                ]
            )
        )
        conductor.await_line('Connection failed')
        self.assertEqual(0, conductor.stop(), conductor.log)


class TestQuorumQueues(ProcessTestCase):
    def test_calls(self) -> None:
        """Both kinds of queues as quorum queues, on both ends; those of the
        conductor with names that stay."""
        options = {
            'rabbit_quorum_queue': True,
            'rabbit_transient_quorum_queue': True,
        }
        for name, value in options.items():
            self.conf.set_override(name, value, group='oslo_messaging_rabbit')
        self.connect()
        self.conductor(
            'one',
            rabbit='\n'.join(
                [f'{name} = {value}' for name, value in options.items()]
                + [
                    'use_queue_manager = true',
                    '[oslo_concurrency]',
                    'lock_path = '
                    + self.useFixture(base_fixtures.TempDir()).path,
                ]
            ),
        )
        action = InstanceAction.action_start(
            self.context, self.instance_uuid, 'create'
        )
        self.assertEqual('create', action.action if action else None)
