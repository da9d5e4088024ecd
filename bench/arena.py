# SPDX-License-Identifier: Apache-2.0
"""The sides' processes and databases: made, filled, and put away."""

import contextlib
import pathlib
import shutil
import subprocess
import sys
import tempfile
from typing import Any

from bench import child
from bench import databases
from bench import dataset
from bench import relay
from bench import workload
from bench.sides import bare
from bench.sides import ours
from nova_actions.tests.functional.process import await_conductor

TOPIC = 'bench'


class Arena(contextlib.ExitStack):
    """All sides on one kind of database, with the same record.

    :param dialect: one of :data:`databases.DIALECTS`
    :param nova: the Python that has Nova; without it that side is left out
    """

    def __init__(
        self, dialect: str, size: dataset.Size, nova: str | None
    ) -> None:
        super().__init__()
        self._dialect, self._size = dialect, size
        self._python = {
            'nova': nova,
            'ours': sys.executable,
            'bare': sys.executable,
        }
        self._urls: dict[str, str] = {}
        self._folders: dict[str, pathlib.Path] = {}
        self._children: dict[tuple[str, bool], child.Child] = {}
        self._conductor = 0
        self._counting: dict[str, tuple[child.Child, relay.Relay | None]] = {}

    def __enter__(self) -> 'Arena':
        super().__enter__()
        root = pathlib.Path(
            self.enter_context(tempfile.TemporaryDirectory(prefix='bench-'))
        )
        for side in workload.SIDES:
            if not self._python[side]:
                continue
            folder = self._folders[side] = root / side
            folder.mkdir()
            self._urls[side] = self.enter_context(
                databases.database(self._dialect, str(folder))
            )
            self._make_tables(side)
            # Nova's API database holds the address of the other one.
            shutil.copytree(folder, self._counting_folder(side))
            with contextlib.closing(
                databases.connect(self._urls[side])
            ) as connection:
                dataset.fill(
                    connection,
                    self._dialect,
                    self._size,
                    has_more=side != 'nova',
                )
        return self

    def _counting_folder(self, side: str) -> pathlib.Path:
        return self._folders[side].with_name(f'{side}-counting')

    @property
    def sides(self) -> tuple[str, ...]:
        return tuple(self._urls)

    def _make_tables(self, side: str) -> None:
        url, folder = self._urls[side], str(self._folders[side])
        if side == 'bare':
            bare.make_tables(url)
            return
        path = ours.configure(url, folder)
        command = {
            'ours': [
                '-m',
                'nova_actions.cmd.manage',
                '--config-file',
                str(path),
                'db',
                'sync',
            ],
            'nova': [
                '-m',
                'bench.sides.nova',
                url,
                folder,
                '0',
                '0',
                '--sync',
            ],
        }[side]
        done = subprocess.run(
            [str(self._python[side]), *command],
            cwd=child.ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if done.returncode:
            raise child.Failed(done.stdout)

    def ask(self, side: str, by_rpc: bool, **task: Any) -> dict[str, Any]:
        """Have a side do a task, in a process that is started with the
        first one."""
        key = side, by_rpc
        if key not in self._children:
            self._children[key] = self._start(side, by_rpc)
        return self._children[key].ask(**task)

    @property
    def configuration(self) -> pathlib.Path:
        """The file of our side's configuration."""
        return self._folders['ours'] / 'nova-actions.conf'

    def groups(self, side: str) -> tuple[int, int]:
        """Return the process groups of a side's reporter and conductor."""
        return self._children[side, True].group, self._conductor

    def count(
        self, side: str, operations: int, **task: Any
    ) -> dict[str, float]:
        """Return what an operation costs, whatever the machine's speed.

        It is counted in a process of its own, whose way to the database
        takes longer.
        """
        if side not in self._counting:
            url, counter = self._urls[side], None
            if self._dialect != 'sqlite':
                url, counter = self.enter_context(relay.beside(url))
            self._counting[side] = (
                self._child(side, url=url, folder=self._counting_folder(side)),
                counter,
            )
        counting, counter = self._counting[side]
        # Whatever happens once only has happened after this.
        counting.ask(operations=1, **task)
        if counter is not None:
            counter.take()
        counts: dict[str, float] = counting.ask(operations=operations, **task)
        if counter is not None:
            # It is done once more before it is counted.
            counts['round trips'] = counter.take() / (operations + 1)
        return counts

    def _start(self, side: str, by_rpc: bool) -> child.Child:
        way = []
        if by_rpc:
            bus = self.enter_context(databases.bus())
            way = [bus, TOPIC]
            if side == 'ours':
                self._start_conductor(bus)
            else:
                self._child(side, *way, '--conductor')
        return self._child(side, *way)

    def _child(
        self,
        side: str,
        *arguments: str,
        url: str | None = None,
        folder: pathlib.Path | None = None,
    ) -> child.Child:
        folder = folder or self._folders[side]
        made = child.Child(
            str(self._python[side]),
            f'bench.sides.{side}',
            url or self._urls[side],
            str(folder),
            str(self._size.servers),
            str(self._size.actions),
            *arguments,
            log=folder / 'log',
        )
        self.callback(made.close)
        return made

    def _start_conductor(self, bus: str) -> None:
        """Start the real one and wait until it takes calls."""
        folder = self._folders['ours'] / 'conductor'
        folder.mkdir()
        path = ours.configure(self._urls['ours'], str(folder), bus, TOPIC)
        with (folder / 'log').open('wb') as log:
            process = subprocess.Popen(
                [
                    sys.executable,
                    '-m',
                    'nova_actions.cmd.conductor',
                    '--config-file',
                    str(path),
                ],
                cwd=child.ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._conductor = process.pid
        self.callback(process.wait)
        self.callback(process.terminate)
        await_conductor(bus, TOPIC, dataset.HOST, process)
