# SPDX-License-Identifier: Apache-2.0
"""Processes of the suite's own: conductors and workers, and what they told
against what the database has."""

import collections
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import uuid

import fixtures
import sqlalchemy as sa

from nova_actions.tests import FULL
from nova_actions.tests import patience
from nova_actions.tests.functional import process

WORKER = pathlib.Path(__file__).parent / 'worker.py'
THREADS = 8 if FULL else 3
#: Events of a thread: 8 * 260 > 2,000.
STEPS = 260 if FULL else 12

CONFIG = """
[DEFAULT]
transport_url = {bus}
host = {host}
state_path = {folder}/{host}
log_file = {folder}/log
[database]
connection = {database}
[conductor]
topic = {topic}
reporter_timeout = {silence}
[oslo_policy]
policy_file = none.yaml
[oslo_messaging_rabbit]
kombu_reconnect_delay = 0.2
rabbit_retry_interval = 1
rabbit_interval_max = 1
[reporter]
delivery_interval = 0.01
heartbeat_interval = 0.2
batch_size = 20
"""


class Worker:
    """A compute process; :attr:`told` is what it was told, line by line."""

    def __init__(self, config, threads, steps, *fault):
        self.told = []
        self._process = subprocess.Popen(
            [
                sys.executable,
                '-P',
                WORKER,
                config,
                str(threads),
                str(steps),
                *fault,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            # The last one of a killed process may be half a line.
            if line.endswith(b'\n'):
                self.told.append(json.loads(line))

    def wait_for(self, number):
        """Wait until it was told so much."""
        patience.wait_until(
            'work',
            lambda: (
                len(self.told) >= number or self._process.poll() is not None
            ),
        )

    def wait_until_held(self):
        """Wait until half of its work is done and all threads wait."""
        patience.wait_until(
            'half of the work',
            lambda: any('held' in line for line in self.told),
        )

    def wait_until_worked(self):
        patience.wait_until(
            'the end of work',
            lambda: any('worked' in line for line in self.told),
        )

    def release(self):
        """Have it go on where it waits."""
        self._process.stdin.write(b'\n')
        self._process.stdin.flush()

    def finish(self):
        """Have it deliver what it has, and return its last words."""
        self.release()
        self._process.stdin.close()
        self._process.wait(patience.PATIENCE)
        self._reader.join()
        self._process.stdout.close()
        return self.told[-1]

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for each in (self._process.stdin, self._process.stdout):
            each.close()


class World(fixtures.Fixture):
    """A configuration and the processes that have it.

    :param bus: URL of RabbitMQ
    :param database: URL of a database with our schema
    :param silence: ``[conductor] reporter_timeout``
    """

    def __init__(self, bus, database, silence=0):
        self._bus = bus
        self._database = database
        self._silence = silence
        self._topic = f'fault-{uuid.uuid4().hex}'

    def _setUp(self):
        self.folder = self.useFixture(fixtures.TempDir()).path
        self.config = self.configure('here')
        self._conductor = None
        self.addCleanup(self.kill_conductor)
        self.start_conductor()
        # What is to break must work first.
        self.work(threads=1, steps=2).finish()

    def configure(self, host):
        """Return the path of the configuration of a host."""
        path = os.path.join(self.folder, f'{host}.conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(
                CONFIG.format(
                    bus=self._bus,
                    database=self._database,
                    folder=self.folder,
                    topic=self._topic,
                    host=host,
                    silence=self._silence,
                )
            )
        return path

    def start_conductor(self):
        with open(os.path.join(self.folder, 'conductor'), 'ab') as log:
            self._conductor = subprocess.Popen(
                [
                    sys.executable,
                    '-m',
                    'nova_actions.cmd.conductor',
                    '--config-file',
                    self.config,
                ],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        process.await_conductor(
            self._bus, self._topic, 'here', self._conductor
        )

    def kill_conductor(self):
        """Kill it and its workers, at once."""
        if self._conductor is not None:
            os.killpg(self._conductor.pid, signal.SIGKILL)
            self._conductor.wait()
            self._conductor = None

    def work(self, *fault, threads=THREADS, steps=STEPS, host='here'):
        worker = Worker(self.configure(host), threads, steps, *fault)
        self.addCleanup(worker.kill)
        return worker

    def rows(self):
        """Return what the database has: events and actions by their uuid."""
        engine = sa.create_engine(self._database, poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            return [
                {row.uuid: row for row in rows}
                for rows in (
                    connection.execute(sa.text(f'SELECT * FROM {table}')).all()
                    for table in (
                        'instance_actions_events',
                        'instance_actions',
                    )
                )
            ]

    def differences(self, *workers):
        """Return what was told to be stored and is not there as told."""
        events, actions = self.rows()
        stored = [
            line
            for worker in workers
            for line in worker.told
            if line.get('stored')
        ]
        found = []
        finished = {
            line['uuid']: line['result']
            for line in stored
            if line['kind'] == 'finish'
        }
        for line in stored:
            row = (actions if line['kind'] == 'action' else events).get(
                line['uuid']
            )
            if row is None:
                found.append(('missing', line))
            elif line['uuid'] in finished and (
                row.result != finished[line['uuid']]
            ):
                found.append((row.result, line))
        return found

    def told(self, *workers):
        """Return how many events were told to be stored, and how much work
        returned anything but what it should."""
        lines = [line for worker in workers for line in worker.told]
        counted = collections.Counter(
            line['kind'] for line in lines if line.get('stored')
        )
        return counted['start'], sum(line.get('wrong', 0) for line in lines)
