# SPDX-License-Identifier: Apache-2.0
"""Processes that a test starts, and only it stops."""

import os
import pathlib
import re
import socket
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

import amqp
import fixtures
import kombu

from nova_actions.tests import patience


def listens(port: int) -> bool:
    """Tell whether a port of this machine takes connections."""
    try:
        socket.create_connection(
            ('127.0.0.1', port), patience.PATIENCE
        ).close()
    except ConnectionRefusedError:
        return False
    return True


def await_conductor(
    url: str, topic: str, host: str, conductor: 'subprocess.Popen[Any]'
) -> None:
    """Wait until the conductor of a host takes calls from the RabbitMQ at a
    URL."""

    def takes_calls() -> bool:
        if conductor.poll() is not None:
            raise AssertionError(f'the conductor of {host} has ended')
        with bus.channel() as channel:
            try:
                found = channel.queue_declare(f'{topic}.{host}', passive=True)
            except amqp.NotFound:
                return False
        return bool(found.consumer_count)

    with kombu.Connection(url.replace('rabbit', 'amqp', 1)) as bus:
        patience.wait_until(f'the conductor of {host}', takes_calls)


def free_port() -> int:
    """Return a port for a server that cannot be told to choose one."""
    with socket.create_server(('127.0.0.1', 0)) as taken:
        return int(taken.getsockname()[1])


def clean_environ(**values: str) -> dict[str, str]:
    """Return this environment without what speaks to OpenStack's clients
    or to a person."""
    return {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith('OS_')
        },
        'PYTHONWARNINGS': 'ignore',
        **values,
    }


class Process(fixtures.Fixture):
    """A running program.

    :param speaks: it is asked over its standard input, line by line, and
        its standard output is not part of its log
    :param own_group: it is in a process group of its own, as a shell's job is
    """

    def __init__(
        self,
        command: Sequence[str | os.PathLike[str]],
        environ: Mapping[str, str] | None = None,
        speaks: bool = False,
        own_group: bool = False,
    ) -> None:
        self._command = [str(word) for word in command]
        self._environ = dict(environ or clean_environ())
        self._speaks = speaks
        self._own_group = own_group

    def _setUp(self) -> None:
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self._log = folder / 'log'
        pipe = subprocess.PIPE if self._speaks else None
        with self._log.open('wb') as log:
            self.process = subprocess.Popen(
                self._command,
                env=self._environ,
                text=True,
                stderr=log,
                start_new_session=self._own_group,
                stdin=pipe or subprocess.DEVNULL,
                stdout=pipe or log,
            )
        self.addCleanup(self.stop)

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text(errors='replace')

    def stop(self) -> int:
        """End it, gently at first; return its exit code."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        self.process.terminate()
        try:
            return self.process.wait(patience.PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def await_line(self, pattern: str) -> re.Match[str]:
        """Return where its log first matches."""
        found: re.Match[str] = patience.wait_until(
            f'{pattern!r} in the log of {self._command[0]}',
            lambda: re.search(pattern, self.log) or self._look(),
        )
        return found

    def await_port(self, port: int) -> None:
        """Wait until it listens."""
        patience.wait_until(
            f'port {port} of {self._command[0]}',
            lambda: listens(port) or self._look(),
        )

    def _look(self) -> None:
        code = self.process.poll()
        if code is not None:
            raise AssertionError(
                f'{self._command} ended with {code}: {self.log[-4000:]}'
            )
