# SPDX-License-Identifier: Apache-2.0
"""A Galera cluster of the tests' own, on loopback: as many MariaDB servers
as it has nodes, each with a conductor's side of the database."""

import glob
import json
import os
import shutil
import subprocess
import sys

import fixtures
import sqlalchemy as sa

from nova_actions.tests import missing
from nova_actions.tests import patience
from nova_actions.tests.functional import process
from nova_actions.tests.functional.faults import server

PEER = os.path.join(os.path.dirname(__file__), 'galera_peer.py')


class Node(server.Mariadb):
    """One node.

    :param first: the node that it joins; none for the first one
    """

    NAME = 'galera'

    def __init__(self, first=None):
        super().__init__()
        self._first = first

    def initialise(self):
        found = glob.glob('/usr/lib*/galera*/libgalera_smm.so')
        if not found:
            raise FileNotFoundError('libgalera_smm.so')
        self._provider = found[0]
        self.group, self._transfer, self._state = (
            process.free_port() for _each in range(3)
        )
        super().initialise()

    def command(self):
        peers = (
            f'127.0.0.1:{self._first.group},127.0.0.1:{self.group}'
            if self._first
            else ''
        )
        return [
            *super().command(),
            '--wsrep-on=ON',
            '--binlog-format=ROW',
            '--innodb-autoinc-lock-mode=2',
            '--innodb-flush-log-at-trx-commit=0',
            f'--wsrep-provider={self._provider}',
            f'--wsrep-cluster-address=gcomm://{peers}',
            f'--wsrep-node-address=127.0.0.1:{self.group}',
            f'--wsrep-node-incoming-address=127.0.0.1:{self.port}',
            '--wsrep-sst-method=rsync',
            f'--wsrep-sst-receive-address=127.0.0.1:{self._state}',
            '--wsrep-provider-options='
            f'gmcast.listen_addr=tcp://127.0.0.1:{self.group};'
            f'ist.recv_addr=127.0.0.1:{self._transfer};gcache.size=32M',
        ]

    def answers(self):
        if not self._is_ready():
            return False
        return super().answers()

    def _is_ready(self):
        engine = sa.create_engine(self.url, poolclass=sa.pool.NullPool)
        try:
            with engine.connect() as connection:
                row = connection.exec_driver_sql(
                    "SHOW STATUS LIKE 'wsrep_ready'"
                ).one_or_none()
                return row is not None and row[1] == 'ON'
        except sa.exc.DBAPIError:
            return False


class Peer(fixtures.Fixture):
    """A process that writes through one node."""

    def __init__(self, url):
        super().__init__()
        self._url = url

    def _setUp(self):
        self._process = subprocess.Popen(
            [sys.executable, PEER, self._url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)},
        )
        self.addCleanup(self._end)

    def _end(self):
        self._process.stdin.close()
        self._process.wait(patience.PATIENCE)
        self._process.stdout.close()

    def begin(self, *reports):
        """Have reports stored, and wait for nothing."""
        self._process.stdin.write(json.dumps(reports, default=str) + '\n')
        self._process.stdin.flush()

    def answer(self):
        """Wait until they are, and return the verdicts."""
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError('the process has ended')
        return json.loads(line)


class Cluster(missing.Fixture):
    """Some nodes that are in step; their ``peers``, and an ``engine`` for
    looking at the first one, after what all have committed."""

    def __init__(self, size):
        super().__init__()
        self._size = size

    def _setUp(self):
        if not shutil.which('rsync'):
            missing.unavailable('galera', 'rsync is not installed')
        self.nodes = []
        for _each in range(self._size):
            first = self.nodes[0] if self.nodes else None
            self.nodes.append(self.useFixture(Node(first)))
        self.peers = [self.useFixture(Peer(node.url)) for node in self.nodes]
        self.engine = sa.create_engine(self.nodes[0].url)
        self.addCleanup(self.engine.dispose)

        @sa.event.listens_for(self.engine, 'connect')
        def _be_causal(connection, _record):
            with connection.cursor() as cursor:
                cursor.execute('SET SESSION wsrep_sync_wait = 7')
