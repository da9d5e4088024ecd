# SPDX-License-Identifier: Apache-2.0
"""Database servers of the suite's own: own ports, folders and unprivileged
users, so that breaking them breaks nothing else."""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile

import kombu
import kombu.exceptions
import sqlalchemy as sa

from nova_actions.tests import missing
from nova_actions.tests import patience
from nova_actions.tests.functional import process


class Server(missing.Fixture):
    """A server with an empty database; its ``url``."""

    NAME = USER = ''

    def _setUp(self):
        try:
            user = pwd.getpwnam(self.USER)
        except KeyError as error:
            missing.unavailable(self.NAME, error)
        # A system's /tmp, since the user must be able to enter it.
        self.folder = tempfile.mkdtemp(
            prefix='nova-actions-fault-', dir='/tmp'
        )
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.port = process.free_port()
        self.process = None
        self.who = {}
        if os.getuid() == 0:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.who = {
                'user': user.pw_uid,
                'group': user.pw_gid,
                'extra_groups': [],
            }
        try:
            self.initialise()
        except (OSError, subprocess.SubprocessError) as error:
            missing.unavailable(self.NAME, error)
        self.addCleanup(self.kill)
        self.start()

    def run_quietly(self, *command):
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            cwd=self.folder,
            timeout=patience.PATIENCE,
            **self.who,
        )

    def start(self):
        """Start it, and wait until it answers."""
        with open(os.path.join(self.folder, 'log'), 'ab') as log:
            self.process = subprocess.Popen(
                self.command(),
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                **self.who,
            )
        patience.wait_until(
            f'{self.NAME} answers',
            lambda: self.is_running() and self.answers(),
        )

    def is_running(self):
        if self.process.poll() is None:
            return True
        with open(os.path.join(self.folder, 'log'), encoding='utf-8') as log:
            raise AssertionError(f'{self.NAME} has ended: {log.read()}')

    def answers(self):
        engine = sa.create_engine(self.url, poolclass=sa.pool.NullPool)
        try:
            with engine.connect():
                return True
        except sa.exc.DBAPIError:
            return False

    def kill(self):
        """Kill it with all that belongs to it, at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


class Postgresql(Server):
    NAME = 'postgresql'
    USER = 'postgres'

    def initialise(self):
        found = sorted(glob.glob('/usr/lib/postgresql/*/bin/initdb'))
        initdb = found[-1] if found else shutil.which('initdb')
        if not initdb:
            raise FileNotFoundError('initdb')
        self._programs = os.path.dirname(os.path.realpath(initdb))
        self._data = os.path.join(self.folder, 'data')
        self.run_quietly(
            initdb,
            '-D',
            self._data,
            '-U',
            'postgres',
            '-A',
            'trust',
            '-E',
            'UTF8',
            '--no-sync',
        )
        self.url = (
            f'postgresql+psycopg2://postgres@127.0.0.1:{self.port}/postgres'
        )

    def _setUp(self):
        super()._setUp()
        self.addCleanup(self.stop)

    def stop(self):
        """End it in order: a killed one leaves shared memory behind, which
        only its next start would take away."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(patience.PATIENCE)
            self.process = None

    def command(self):
        return [
            os.path.join(self._programs, 'postgres'),
            '-D',
            self._data,
            '-p',
            str(self.port),
            '-h',
            '127.0.0.1',
            '-k',
            self.folder,
        ]

    def start(self):
        # What a killed one left; its port is ours alone.
        pid = os.path.join(self._data, 'postmaster.pid')
        if os.path.exists(pid):
            os.unlink(pid)
        super().start()


class Rabbitmq(Server):
    """A bus; its ``url``."""

    NAME = 'RabbitMQ'
    USER = 'rabbitmq'

    def initialise(self):
        found = sorted(
            glob.glob('/usr/lib/rabbitmq/lib/*/sbin/rabbitmq-server')
        )
        if not found:
            raise FileNotFoundError('rabbitmq-server')
        self._program = found[-1]
        self.url = f'rabbit://guest:guest@127.0.0.1:{self.port}/'
        self._distribution = process.free_port()

    def command(self):
        values = {
            'HOME': self.folder,
            'RABBITMQ_NODENAME': f'f{self.port}@localhost',
            'RABBITMQ_NODE_PORT': self.port,
            'RABBITMQ_NODE_IP_ADDRESS': '127.0.0.1',
            'RABBITMQ_DIST_PORT': self._distribution,
            'RABBITMQ_MNESIA_BASE': f'{self.folder}/mnesia',
            'RABBITMQ_LOG_BASE': f'{self.folder}/log.d',
            'RABBITMQ_ENABLED_PLUGINS_FILE': f'{self.folder}/plugins',
            'RABBITMQ_CONFIG_FILE': f'{self.folder}/none',
            'RABBITMQ_CONF_ENV_FILE': f'{self.folder}/none.env',
        }
        return [
            'env',
            *(f'{name}={value}' for name, value in values.items()),
            self._program,
        ]

    def answers(self):
        try:
            with kombu.Connection(
                self.url.replace('rabbit', 'amqp', 1), connect_timeout=5
            ) as connection:
                connection.connect()
            return True
        except (OSError, kombu.exceptions.KombuError):
            return False


class Mariadb(Server):
    NAME = 'mysql'
    USER = 'mysql'

    def initialise(self):
        self._data = os.path.join(self.folder, 'data')
        self.run_quietly(
            'mariadb-install-db',
            '--no-defaults',
            f'--datadir={self._data}',
            '--auth-root-authentication-method=normal',
            '--skip-test-db',
        )
        self.url = f'mysql+pymysql://root@127.0.0.1:{self.port}/mysql'

    def command(self):
        return [
            shutil.which('mariadbd') or '/usr/sbin/mariadbd',
            '--no-defaults',
            f'--datadir={self._data}',
            f'--port={self.port}',
            '--bind-address=127.0.0.1',
            f'--socket={self.folder}/socket',
            f'--pid-file={self.folder}/pid',
        ]

    def answers(self):
        if not super().answers():
            return False
        engine = sa.create_engine(
            self.url.removesuffix('mysql'), isolation_level='AUTOCOMMIT'
        )
        with engine.connect() as connection:
            connection.exec_driver_sql(
                'CREATE DATABASE IF NOT EXISTS nova_actions'
            )
        engine.dispose()
        self.url = (
            self.url.removesuffix('mysql').removesuffix('nova_actions')
            + 'nova_actions'
        )
        return True
